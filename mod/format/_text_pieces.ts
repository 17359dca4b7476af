// Copyright the SpareGrid authors. Apache-2.0.
import { concatBytes, utf8 } from "../base/mod.ts";

/** Text is turned to bytes in pieces of about this many characters, so that a long one is never one string. */
const PIECE_CHARACTERS = 1 << 18;

/** A long text that is made bit by bit and wanted as bytes. */
export class TextPieces {
  readonly #pieces: Uint8Array[] = [];
  #text: string;

  constructor(start: string) {
    this.#text = start;
  }

  /** Adds the next bit. */
  add(text: string): void {
    this.#text += text;
    if (this.#text.length < PIECE_CHARACTERS) return;
    this.#pieces.push(utf8(this.#text));
    this.#text = "";
  }

  /** The whole text in UTF-8. */
  finish(): Uint8Array<ArrayBuffer> {
    const last = utf8(this.#text);
    return this.#pieces.length === 0 ? last : concatBytes([...this.#pieces, last]);
  }
}
