// Copyright the SpareGrid authors. Apache-2.0.
import { ByteBlocks, freeBytes, utf8 } from "../base/mod.ts";
import { writeDigits } from "./_digits.ts";

/** Most folders' trees fit in one block; longer texts go on to larger ones. */
const BLOCK_BYTES = 8192;
/** Blocks kept for the next text. */
const SPARE_MAX = 64;
const spare: Uint8Array<ArrayBuffer>[] = [];

const NONE = new Uint8Array(0);
const BILLION = 1e9;

/** True for bytes that stand for themselves in a JSON string as Go writes it, and in Go's quoted text. */
const PLAIN = Uint8Array.from(
  { length: 256 },
  (_, byte) => byte >= 0x20 && byte < 0x7f && !'"\\<>&'.includes(String.fromCharCode(byte)) ? 1 : 0,
);

/**
 * A long JSON text that is made bit by bit and wanted as bytes. It is written as bytes at once: as strings, which the engine joins
 * in thousands of small objects, trees were a third of all that the garbage collector had to look after in a first backup.
 */
export class JsonBytes {
  #block: Uint8Array<ArrayBuffer> = spare.pop() ?? new Uint8Array(BLOCK_BYTES);
  #used = 0;
  #before: ByteBlocks | undefined;

  /** Bytes that were written and not taken. */
  get length(): number {
    return (this.#before?.length ?? 0) + this.#used;
  }

  /** Adds a few bytes of JSON as they stand. */
  bytes(bytes: Uint8Array): void {
    const { length } = bytes;
    const at = this.#reserve(length), block = this.#block;
    for (let i = 0; i < length; i++) block[at + i] = bytes[i]!;
    this.#used = at + length;
  }

  /** Adds text as it stands. */
  text(text: string): void {
    const { length } = text;
    if (length > BLOCK_BYTES) return this.#encoded(text);
    const at = this.#reserve(length), block = this.#block;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code >= 0x80) return this.#encoded(text);
      block[at + i] = code;
    }
    this.#used = at + length;
  }

  /** Adds a string of bytes that need no escapes, quotes included. Adds nothing and says false where one of them does. */
  plainString(bytes: Uint8Array): boolean {
    const { length } = bytes;
    if (length > BLOCK_BYTES - 2) return false;
    let at = this.#reserve(length + 2);
    const block = this.#block;
    block[at++] = 0x22;
    for (let i = 0; i < length; i++) {
      const byte = bytes[i]!;
      if (PLAIN[byte] === 0) return false;
      block[at++] = byte;
    }
    block[at++] = 0x22;
    this.#used = at;
    return true;
  }

  /** Adds the digits of an integer from 0 to 2^53 - 1. */
  digits(value: number): void {
    if (value >= BILLION) {
      const high = Math.floor(value / BILLION);
      this.#digits(high, 1);
      this.#digits(value - high * BILLION, 9);
    } else this.#digits(value, 1);
  }

  /** Adds the digits of an integer of any size. */
  bigDigits(value: bigint): void {
    if (value >= 0n && value <= Number.MAX_SAFE_INTEGER) this.digits(Number(value));
    else this.text(value.toString());
  }

  /** All that was not taken, in a buffer of its own; goes on behind it. */
  take(): Uint8Array<ArrayBuffer> {
    if (!this.#before) {
      const bytes = this.#block.slice(0, this.#used);
      this.#used = 0;
      return bytes;
    }
    return this.#shut().join();
  }

  /** As {@link take}, for the last time: what is added later is lost. */
  finish(): Uint8Array<ArrayBuffer> {
    const bytes = this.take();
    if (spare.length < SPARE_MAX) spare.push(this.#block);
    else freeBytes(this.#block);
    this.#block = NONE;
    return bytes;
  }

  /** Adds an integer below 10^9 with at least `least` digits. */
  #digits(value: number, least: number): void {
    let count = least;
    for (let limit = 10 ** least; value >= limit; limit *= 10) count++;
    const at = this.#reserve(count);
    writeDigits(this.#block, at, at + count, value);
    this.#used = at + count;
  }

  #encoded(text: string): void {
    this.#shut().append(utf8(text));
  }

  /** Where the next `length` bytes go: at most a block. */
  #reserve(length: number): number {
    if (this.#used + length > BLOCK_BYTES) this.#shut();
    return this.#used;
  }

  #shut(): ByteBlocks {
    this.#before ??= new ByteBlocks();
    this.#before.append(this.#block.subarray(0, this.#used));
    this.#used = 0;
    return this.#before;
  }
}
