// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { stage } from "../../kit/cli_stage.ts";

const engine = { snapshots: () => Promise.resolve([]) };

Deno.test("connectionOrder takes the repository from --repo, a file, the environment, in this order", async () => {
  const env = { SPAREGRID_REPOSITORY: "/env" };
  const files = { "/file": "/from-file" };
  const repository = async (...argv: string[]) =>
    (await stage([...argv, "snapshots"], { engine, env, files })).connections[0]!.repository;
  assert.equal(await repository("-r", "/arg"), "/arg");
  assert.equal(await repository("--repository-file", "/file"), "/from-file");
  assert.equal(await repository(), "/env");
});

Deno.test("connectionOrder turns rates into bytes and sizes into MiB", async () => {
  const argv = [
    "--limit-upload",
    "100",
    "--limit-download=5",
    "--pack-size=32",
    "--retry-lock=1m",
    "--no-lock",
  ];
  const more = [
    "--no-cache",
    "--cacert",
    "/ca.pem",
    "--tls-fingerprint",
    "AB:".repeat(31) + "AB",
    "--compression=max",
  ];
  const { connections } = await stage([...argv, ...more, "-r", "/x", "snapshots"], { engine });
  assert.deepEqual(connections[0], {
    repository: "/x",
    retryLockMs: 60_000,
    noLock: true,
    compression: "max",
    packBytes: 32 * 1024 * 1024,
    uploadRate: 102_400,
    downloadRate: 5120,
    cache: false,
    certificateFiles: ["/ca.pem"],
    fingerprint: "ab".repeat(32),
  });
});

Deno.test("passwordOrder prefers options to the environment, and the environment to a person", async () => {
  const options = { engine, password: "right", files: { "/pw": "right" }, secrets: ["right"] };
  const status = async (argv: string[], env: Record<string, string>, terminals: readonly "stdin"[] = []) =>
    (await stage(["-r", "/x", ...argv, "snapshots"], { ...options, env, terminals })).status;
  assert.equal(await status(["-p", "/pw"], { SPAREGRID_PASSWORD: "wrong" }), 0);
  assert.equal(await status([], { SPAREGRID_PASSWORD_FILE: "/pw", SPAREGRID_PASSWORD: "wrong" }), 0);
  assert.equal(await status(["--password-command", "right"], {}), 0);
  assert.equal(await status([], { SPAREGRID_PASSWORD: "right" }), 0);
  assert.equal(await status([], { SPAREGRID_PASSWORD: "" }, ["stdin"]), 0);
  assert.equal(await status(["-p", "/pw", "--password-command", "x"], {}), 2);
});

Deno.test("openRepository asks again for a mistyped password, three times in all", async () => {
  const options = {
    engine,
    env: { SPAREGRID_PASSWORD: "" },
    terminals: ["stdin"],
    password: "right",
  } as const;
  const second = await stage(["-r", "/x", "snapshots"], { ...options, secrets: ["wrong", "right"] });
  assert.equal(second.status, 0);
  assert.match(second.terminal.err, /password is wrong; try again/);
  const never = await stage(["-r", "/x", "snapshots"], { ...options, secrets: ["a", "b", "c", "right"] });
  assert.equal(never.status, 12);
  assert.equal(never.terminal.prompts.length, 3);
});

Deno.test("openRepository does not ask again for a password out of a file, and never without a person", async () => {
  const wrong = await stage(["-r", "/x", "snapshots"], { engine, password: "right" });
  assert.equal(wrong.status, 12);
  const none = await stage(["-r", "/x", "snapshots"], { engine, env: { SPAREGRID_PASSWORD: "" } });
  assert.equal(none.status, 1);
  assert.match(none.terminal.err, /\[SG1024\]/);
  assert.deepEqual(none.terminal.prompts, []);
});

Deno.test("resolvedConnection keeps the default repository unnamed, and its kept password opens it", async () => {
  const options = { engine, env: { SPAREGRID_PASSWORD: "" }, files: { "/data/password": "made-up" } };
  const end = await stage(["snapshots"], { ...options, password: "made-up" });
  assert.equal(end.status, 0, end.terminal.err);
  assert.deepEqual(end.connections, [{}]);
});

Deno.test("refuseNoLock lets commands that write go without a lock in a dry run only", async () => {
  for (
    const argv of [["backup", "/a"], ["prune"], ["forget", "-l1"], ["repair", "index"], [
      "repair",
      "snapshots",
    ]]
  ) {
    const end = await stage(["-r", "/x", "--no-lock", ...argv]);
    assert.equal(end.status, 2, argv.join(" "));
    assert.match(end.terminal.err, /Cannot use --no-lock/);
  }
  const dry = { forget: () => Promise.resolve({ groups: [], removed: [] }) };
  assert.equal((await stage(["-r", "/x", "--no-lock", "forget", "-l1", "-n"], { engine: dry })).status, 0);
});
