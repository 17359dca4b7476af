// Copyright the SpareGrid authors. Apache-2.0.
import { utf8 } from "../base/mod.ts";

/** Text is turned to bytes in pieces of about this many characters, so that a long one is never one string. */
const PIECE_CHARACTERS = 1 << 18;
/** UTF-8 of one UTF-16 unit, at most. */
const BYTES_PER_CHARACTER_MAX = 3;

const encoder = new TextEncoder();

/** A long text that is made bit by bit and wanted as bytes. */
export class TextPieces {
  #text: string;
  #bytes = new Uint8Array(0);
  #length = 0;

  constructor(start: string) {
    this.#text = start;
  }

  /** Bytes so far, but for the last bits. */
  get bytes(): number {
    return this.#length;
  }

  /** Adds the next bit. */
  add(text: string): void {
    this.#text += text;
    if (this.#text.length >= PIECE_CHARACTERS) this.#turn();
  }

  /** The whole text in UTF-8, in a buffer of its own. To be asked once, at the end. */
  finish(): Uint8Array<ArrayBuffer> {
    if (this.#length === 0) return utf8(this.#text);
    this.#turn();
    return new Uint8Array(this.#bytes.buffer.transfer(this.#length));
  }

  #turn(): void {
    const needed = this.#length + BYTES_PER_CHARACTER_MAX * this.#text.length;
    // Moved, not copied: a large block grows where its pages are.
    if (needed > this.#bytes.length) {
      this.#bytes = new Uint8Array(this.#bytes.buffer.transfer(Math.max(needed, 2 * this.#bytes.length)));
    }
    this.#length += encoder.encodeInto(this.#text, this.#bytes.subarray(this.#length)).written;
    this.#text = "";
  }
}
