// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { Output, pathBytes, pathText } from "../../../mod/cli/output.ts";
import { OutputClosed } from "../../../mod/cli/terminal.ts";
import { SgError } from "../../../mod/errors/mod.ts";
import { FakeClock } from "../../kit/fake_clock.ts";
import { FakeTerminal } from "../../kit/fake_terminal.ts";

const make = (
  mode: { json?: boolean; quiet?: boolean; verbose?: number } = {},
  terminal = new FakeTerminal(),
) => ({
  terminal,
  output: new Output(terminal, { json: false, quiet: false, verbose: 0, ...mode }, new FakeClock()),
});

Deno.test("Output shows an error with its code and, on the next line, what to do", () => {
  const { terminal, output } = make();
  output.failure(new SgError("SG1001", "Cannot open the repository: wrong\x1b password"), 12);
  assert.equal(
    terminal.err,
    "sparegrid: Cannot open the repository: wrong\\x1b password [SG1001]\n  Check the password.\n",
  );
});

Deno.test("Output shows an error as an object with --json, with restic's exit_error", () => {
  const { terminal, output } = make({ json: true });
  output.failure(new SgError("SG1001", "Cannot open", { context: { path: "/x" } }), 12);
  assert.deepEqual(JSON.parse(terminal.err), {
    message_type: "exit_error",
    code: 12,
    message: "Cannot open",
    sg_code: "SG1001",
    remedy: "Check the password.",
    context: { path: "/x" },
  });
});

Deno.test("Output keeps results apart from what --quiet and --json leave out", () => {
  for (
    const [mode, out] of [[{}, "result\ninfo\n"], [{ quiet: true }, "result\n"], [
      { json: true },
      "result\n",
    ]] as const
  ) {
    const { terminal, output } = make(mode);
    output.result("result");
    output.info("info");
    output.detail(1, "detail");
    output.flush();
    assert.equal(terminal.out, out);
  }
});

Deno.test("Output warns in spite of --quiet, and notes nothing then", () => {
  const { terminal, output } = make({ quiet: true });
  output.warn("same drive");
  output.note("waiting");
  assert.equal(terminal.err, "warning: same drive\n");
});

Deno.test("Output throws OutputClosed from a listing, and not from a summary, when the reader is gone", () => {
  const { output } = make({}, new FakeTerminal({ closesAfterBytes: 0 }));
  output.info("summary");
  assert.throws(() => {
    output.result("line");
    output.flush();
  }, OutputClosed);
  output.info("more");
  assert.throws(() => output.result("line"), OutputClosed);
});

Deno.test("Output writes big integers as numbers, or as text where a number cannot hold them", () => {
  const { terminal, output } = make({ json: true });
  output.object({ small: 5n, large: 2n ** 60n });
  output.flush();
  assert.deepEqual(JSON.parse(terminal.out), { small: 5, large: "1152921504606846976" });
});

Deno.test("Output reports a problem with its path, also one that is not UTF-8", () => {
  const { terminal, output } = make({ json: true });
  output.problem(
    { code: "SG0094", path: Uint8Array.of(0x2f, 0xff), message: "Cannot read /\ufffd" },
    "backup",
  );
  assert.deepEqual(JSON.parse(terminal.err), {
    message_type: "error",
    error: { message: "Cannot read /\ufffd" },
    during: "backup",
    code: "SG0094",
    remedy: "Check the file's permissions, or exclude it.",
    item: "/\ufffd",
    item_bytes: "L/8=",
  });
});

Deno.test("Output hands a run what it reports to, and names entries from the second --verbose on", () => {
  const signal = new AbortController().signal;
  assert.equal(make({ verbose: 1 }).output.runOptions(signal, "backup").observer.entry, undefined);
  const { terminal, output } = make({ verbose: 2 });
  const { observer } = output.runOptions(signal, "backup");
  observer.entry!({ path: new TextEncoder().encode("/a"), fate: "changed", bytes: 1 });
  observer.problem({ code: "SG0094", message: "Cannot read /b" });
  assert.equal(terminal.out, "changed   /a\n");
  assert.equal(terminal.err, "Cannot read /b [SG0094]\n");
});

Deno.test("Output asks a run for its progress where it is shown", () => {
  const { signal } = new AbortController();
  assert.equal(make({ quiet: true }).output.runOptions(signal, "backup").onStart, undefined);
  assert.ok(make({}).output.runOptions(signal, "backup").onStart);
});

Deno.test("pathText and pathBytes show UTF-8 as text and anything else in base64 too", () => {
  assert.equal(pathText(new TextEncoder().encode("ü")), "ü");
  assert.deepEqual(pathBytes("p", new TextEncoder().encode("ü")), {});
  assert.deepEqual(pathBytes("p", Uint8Array.of(0xff)), { p: "/w==" });
});

Deno.test("Output says once for each kind of problem what to do", () => {
  const { terminal, output } = make();
  for (const path of ["/a", "/b"]) {
    output.problem({ code: "SG0094", message: `Cannot read ${path}` }, "backup");
  }
  output.incomplete("2 entries could not be read");
  assert.match(
    terminal.err,
    /\nwarning: 2 entries could not be read\n {2}Check the file's permissions, .* \[SG0094\]\n$/,
  );
});

Deno.test("Output shows that a run prepares, on a terminal only", () => {
  const signal = new AbortController().signal;
  for (const terminals of [["stderr"], []] as const) {
    const { terminal, output } = make({}, new FakeTerminal({ terminals }));
    output.startRun(signal, "restore");
    output.drawProgress();
    output.endRun();
    assert.equal(terminal.err, terminals.length > 0 ? "\r[0:00] preparing\x1b[K\r\x1b[K" : "");
  }
});
