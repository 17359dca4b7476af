// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { Interruption } from "../../../mod/cli/interruption.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import { FakeClock } from "../../kit/fake_clock.ts";
import { FakeTerminal } from "../../kit/fake_terminal.ts";

Deno.test("Interruption aborts at the first Ctrl-C and ends the process at the second", async () => {
  const terminal = new FakeTerminal({ terminals: ["stderr"] }), clock = new FakeClock();
  using interruption = new Interruption(terminal, clock);
  terminal.interrupt();
  assert.ok(isSgError(interruption.signal.reason, "SG1016"));
  assert.match(terminal.err, /Ctrl-C again/);
  terminal.interrupt();
  assert.equal(terminal.exited, undefined);
  await clock.advance(1000);
  assert.throws(() => terminal.interrupt());
  assert.equal(terminal.exited, 130);
});

Deno.test("Interruption listens no more once disposed", () => {
  const terminal = new FakeTerminal();
  const interruption = new Interruption(terminal, new FakeClock());
  interruption[Symbol.dispose]();
  terminal.interrupt();
  assert.equal(interruption.signal.aborted, false);
});
