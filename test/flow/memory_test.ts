// Copyright the SpareGrid authors. Apache-2.0.
// Memory that must not grow with what is backed up.
import assert from "node:assert/strict";
import { sparegridDone, start } from "../kit/command_line.ts";
import { scratch } from "../kit/scratch.ts";

const script = (path: string) => [
  Deno.execPath(),
  "run",
  "-A",
  "--no-check",
  "--cached-only",
  new URL(path, import.meta.url).pathname,
];

Deno.test({
  name: "a stream of 600 MB is backed up in less memory than it has bytes",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using folder = await scratch();
    const repo = ["-r", `${folder.path}/repo`];
    await sparegridDone([...repo, "init", "--quiet"]);
    const stream = [...script("../bench/generated_data.ts"), "0", "0.6"];
    const { code, err } = await start(
      [...script("../kit/measured.ts"), ...repo, "backup", "--stdin-from-command", "--", ...stream],
      { env: { SPAREGRID_PASSWORD: "test" } },
    );
    assert.equal(code, 0, err);
    const peakMib = Number(/peak (\d+) KiB/.exec(err)?.[1]) / 1024;
    assert.ok(peakMib < 450, `${Math.round(peakMib)} MiB`);
  },
});
