// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { stage } from "../../kit/cli_stage.ts";
import { SgError } from "../../../mod/errors/mod.ts";

Deno.test("runCommandLine ends with 2 for every mistake in the use", async () => {
  for (
    const [argv, text] of [
      [["bakup"], /no command bakup; did you mean backup\?/],
      [["repair"], /say which of repair index, repair packs, repair snapshots/],
      [["--frobnicate"], /no option --frobnicate/],
      [["restore"], /the snapshot \(an ID or latest\) is missing/],
      [["backup"], /no path is given/],
      [["diff", "a"], /the second snapshot is missing/],
      [["-r"], /value, PLACE, is missing/],
      [["version", "x"], /one argument too many/],
      [["--compression", "zip", "snapshots"], /one of auto, off, fastest, max/],
      [["--retry-lock", "soon", "snapshots"], /length of time/],
      [["--tls-fingerprint", "xyz", "snapshots"], /64 hexadecimal digits/],
    ] as const
  ) {
    const { status, terminal } = await stage(argv);
    assert.equal(status, 2, argv.join(" "));
    assert.match(terminal.err, text);
    assert.match(terminal.err, /\[SG1008\]\n {2}See/);
    assert.equal(terminal.out, "");
  }
});

Deno.test("runCommandLine gives mistakes as objects where --json stands anywhere", async () => {
  const { terminal } = await stage(["bakup", "--json"]);
  const error = JSON.parse(terminal.err);
  assert.deepEqual([error.message_type, error.code, error.sg_code], ["exit_error", 2, "SG1008"]);
});

Deno.test("runCommandLine ends with the exit status of the error", async () => {
  for (
    const [code, status] of [["SG1002", 10], ["SG1003", 11], ["SG1001", 12], ["SG0200", 1], [
      "SG1016",
      130,
    ]] as const
  ) {
    const failing = { snapshots: () => Promise.reject(new SgError(code, "Cannot do it")) };
    const end = await stage(["snapshots"], { engine: failing });
    assert.equal(end.status, status);
    assert.match(end.terminal.err, new RegExp(`Cannot do it \\[${code}\\]`));
  }
});

Deno.test("runCommandLine shows an unexpected failure as SG1023 and hides its stack unless asked", async () => {
  const failing = { snapshots: () => Promise.reject(new TypeError("x is undefined")) };
  const end = await stage(["snapshots"], { engine: failing });
  assert.equal(end.status, 1);
  assert.match(end.terminal.err, /x is undefined \[SG1023\]/);
  assert.doesNotMatch(end.terminal.err, /at /);
  assert.match((await stage(["-v", "snapshots"], { engine: failing })).terminal.err, /run_test\.ts/);
});

Deno.test("runCommandLine ends quietly when standard output is closed", async () => {
  const end = await stage(["help"], { closesAfterBytes: 0 });
  assert.equal(end.status, 1);
  assert.equal(end.terminal.err, "");
});

Deno.test("runCommandLine takes global options in front of the command too, and its own letters win", async () => {
  const engine = { forget: () => Promise.resolve({ groups: [], removed: [] }) };
  const end = await stage(["-r", "/repo", "--quiet", "forget", "-H", "5", "-d", "7"], { engine });
  assert.equal(end.status, 0, end.terminal.err);
  assert.equal(end.connections[0]!.repository, "/repo");
  assert.deepEqual((end.orders[0]!.order as { policy: unknown }).policy, { hourly: 5, daily: 7 });
});

Deno.test("runCommandLine shows help for --help, -h, no command and --version", async () => {
  for (const argv of [["--help"], ["-h"], []]) {
    const { status, terminal } = await stage(argv);
    assert.equal(status, 0);
    assert.match(terminal.out, /^SpareGrid backs up/);
  }
  assert.match((await stage(["backup", "--help"])).terminal.out, /^Usage: sparegrid backup/);
  assert.match((await stage(["repair", "-h"])).terminal.out, /sparegrid repair packs/);
  assert.match((await stage(["--version"])).terminal.out, /^sparegrid \d+\.\d+/);
});
