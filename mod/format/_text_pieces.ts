// Copyright the SpareGrid authors. Apache-2.0.
import { ByteBlocks, utf8 } from "../base/mod.ts";

/**
 * Text is turned to bytes in pieces of about this many characters: a long one is never one string, and the short ones that it is
 * made of die young.
 */
const PIECE_CHARACTERS = 1 << 14;
/** UTF-8 of one UTF-16 unit, at most. */
const BYTES_PER_CHARACTER_MAX = 3;
/** Longer bits are turned by themselves: a node may list very many blobs. */
const LONG_CHARACTERS = 8 * PIECE_CHARACTERS;

const encoder = new TextEncoder();

/** A long text that is made bit by bit and wanted as bytes. */
export class TextPieces {
  #text: string;
  readonly #blocks = new ByteBlocks();

  constructor(start: string) {
    this.#text = start;
  }

  /** Bytes that are there, but for the last bits. */
  get bytes(): number {
    return this.#blocks.length;
  }

  /** Adds the next bit. */
  add(text: string): void {
    this.#text += text;
    if (this.#text.length >= PIECE_CHARACTERS) this.#turn();
  }

  /** What is there but for the last bits, in a buffer of its own; goes on behind it. */
  take(): Uint8Array<ArrayBuffer> {
    return this.#blocks.join();
  }

  /** All that was not taken, in UTF-8, in a buffer of its own. To be asked once, at the end. */
  finish(): Uint8Array<ArrayBuffer> {
    if (this.#blocks.length === 0) return utf8(this.#text);
    this.#turn();
    return this.#blocks.join();
  }

  #turn(): void {
    const { length } = this.#text;
    if (length > LONG_CHARACTERS) this.#blocks.append(utf8(this.#text));
    else {
      const room = this.#blocks.room(BYTES_PER_CHARACTER_MAX * length);
      this.#blocks.fill(encoder.encodeInto(this.#text, room).written);
    }
    this.#text = "";
  }
}
