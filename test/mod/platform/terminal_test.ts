// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { utf8 } from "../../../mod/base/mod.ts";
import {
  isTerminal,
  promptLine,
  promptSecret,
  type SecretInput,
  terminalWidth,
} from "../../../mod/platform/mod.ts";

/** A terminal (or a pipe) on which somebody types `text`. */
class Typed implements SecretInput {
  readonly raw: boolean[] = [];
  shown = "";
  #rest: Uint8Array;

  constructor(text: string, readonly terminal = true) {
    this.#rest = utf8(text);
  }

  isTerminal(): boolean {
    return this.terminal;
  }

  setRaw(on: boolean): void {
    this.raw.push(on);
  }

  read(into: Uint8Array): Promise<number | null> {
    if (this.#rest.length === 0) return Promise.resolve(null);
    into[0] = this.#rest[0]!;
    this.#rest = this.#rest.subarray(1);
    return Promise.resolve(1);
  }

  ask(): Promise<string> {
    return promptSecret("Password: ", this, (text) => void (this.shown += text));
  }

  get rest(): number {
    return this.#rest.length;
  }
}

Deno.test("promptSecret reads a line in raw mode and shows nothing of it", async () => {
  const terminal = new Typed("pässword\rmore");
  assert.equal(await terminal.ask(), "pässword");
  assert.equal(terminal.shown, "Password: \n");
  assert.deepEqual(terminal.raw, [true, false]);
  assert.equal(terminal.rest, 4, "what follows the line is left for the next reader");
});

Deno.test("promptSecret knows backspace, also over a character of several bytes, and Ctrl-U", async () => {
  assert.equal(await new Typed("abü\x7f\x7fc\r").ask(), "ac");
  assert.equal(await new Typed("wrong\x15right\n").ask(), "right");
  assert.equal(await new Typed("\x7f\x08x\r").ask(), "x");
});

Deno.test("promptSecret rejects on Ctrl-C and leaves raw mode", async () => {
  const terminal = new Typed("abc\x03def\r");
  await assert.rejects(terminal.ask(), { name: "AbortError" });
  assert.deepEqual(terminal.raw, [true, false]);
  await assert.rejects(new Typed("\x04").ask(), { name: "AbortError" });
});

Deno.test("promptSecret ends when its signal aborts, though nobody types, and leaves raw mode", async () => {
  const raw: boolean[] = [];
  const silent: SecretInput = {
    isTerminal: () => true,
    setRaw: (on) => void raw.push(on),
    read: () => new Promise(() => {}),
  };
  const stop = new AbortController();
  const asked = promptSecret("Password: ", silent, () => {}, stop.signal);
  stop.abort(new Error("told to end"));
  await assert.rejects(asked, { message: "told to end" });
  assert.deepEqual(raw, [true, false]);
});

Deno.test("promptSecret takes the first line of what is no terminal, as it is", async () => {
  const pipe = new Typed("a\x7fb\r\nsecond", false);
  assert.equal(await pipe.ask(), "a\x7fb");
  assert.deepEqual([pipe.raw, pipe.shown], [[], ""]);
  assert.equal(await new Typed("no newline", false).ask(), "no newline");
  assert.equal(await new Typed("\n", false).ask(), "");
  await assert.rejects(new Typed("", false).ask(), { name: "AbortError" });
});

Deno.test("isTerminal and terminalWidth answer with or without a terminal", () => {
  assert.equal(typeof isTerminal("stdout"), "boolean");
  assert.ok(terminalWidth() > 0);
});

Deno.test("promptLine shows the question and reads one line; ends with the signal, and at the end of the input", async () => {
  const never = new AbortController().signal;
  const typed = new Typed("vault \nrest");
  let shown = "";
  assert.equal(await promptLine("Name: ", never, typed, (text) => void (shown += text)), "vault ");
  assert.deepEqual([shown, typed.rest], ["Name: ", 4]);
  const quiet = () => {};
  await assert.rejects(
    promptLine("", never, new Typed(""), quiet),
    (error) => (error as Error).name === "AbortError",
  );
  const stop = new AbortController();
  const waiting = promptLine("", stop.signal, { read: () => new Promise<number>(() => {}) }, quiet);
  stop.abort(new TypeError("stopped"));
  await assert.rejects(waiting, TypeError);
  await assert.rejects(promptLine("", stop.signal, new Typed("a\n"), quiet), TypeError);
});
