// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { resolveSettings } from "../../../mod/app/mod.ts";
import { stage } from "../../kit/cli_stage.ts";
import { scratch } from "../../kit/scratch.ts";

const app = {
  resolveSettings: (order: Parameters<typeof resolveSettings>[0]) =>
    resolveSettings({ ...order, environment: { SPAREGRID_METRICS: "off" } }),
};

Deno.test("config shows each setting with its value and where that came from", async () => {
  await using place = await scratch();
  const file = `${place.path}/sparegrid.toml`;
  await Deno.writeTextFile(file, "backup-port = 99\n");
  const argv = ["config", "--data", place.path, "--log-level", "debug"];
  const { status, terminal } = await stage(argv, { app });
  assert.equal(status, 0, terminal.err);
  const line = (key: string) =>
    terminal.out.split("\n").find((text) => text.startsWith(`${key} `))!.split(/ {2,}/);
  assert.deepEqual(line("backup-port"), ["backup-port", "99", file]);
  assert.deepEqual(line("metrics"), ["metrics", "*", "off", "SPAREGRID_METRICS"].filter((x) => x));
  assert.deepEqual(line("log-level").slice(1), ["*", "debug", "--log-level"]);
  assert.deepEqual(line("console-port"), ["console-port", "6060"]);

  const { json } = await stage([...argv, "--json"], { app });
  const port = json().find(({ key }) => key === "backup-port")!;
  assert.deepEqual(
    [port["message_type"], port["value"], port["origin"], port["place"], port["changeable"]],
    ["setting", 99, "file", file, false],
  );
});

Deno.test("config refuses what serve would refuse, with status 2", async () => {
  await using place = await scratch();
  await Deno.writeTextFile(`${place.path}/sparegrid.toml`, "backup-prot = 99\n");
  const { status, terminal } = await stage(["config", "--data", place.path], { app });
  assert.equal(status, 2);
  assert.match(terminal.err, /backup-prot in .*sparegrid\.toml.*did you mean backup-port\? \[SG1046\]/);
});
