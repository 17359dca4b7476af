// Copyright the SpareGrid authors. Apache-2.0.
import { isId, type PackId } from "../base/mod.ts";

/** 32-bit words of a scanned blob: 8 of the ID (as in the blob table), type (1 tree), offset, length, plain length. */
export const SCANNED_WORDS = 12;

/** An index file as numbers. */
export interface ScannedIndex {
  readonly packs: readonly { readonly id: PackId; readonly blobs: number }[];
  /** {@link SCANNED_WORDS} for each blob, packs one behind the other. */
  readonly words: Int32Array;
}

const START = '{"packs":[';
const ID = '{"id":"';
const BLOBS = '","blobs":[';
const TYPE_DATA = '","type":"data","offset":';
const TYPE_TREE = '","type":"tree","offset":';
const LENGTH = ',"length":';
const UNCOMPRESSED = ',"uncompressed_length":';
const U32_MAX = 0xffff_ffff;
const ID_DIGITS = 64;
const decoder = new TextDecoder("latin1");

/**
 * Reads an index file in the one form that restic and we write (no blanks, fields in order), without making a
 * JavaScript object for each blob. Undefined for any other form: then `decodeIndex` must judge. Most of the work is done by
 * the runtime's own string functions, so that it is fast from the first file on.
 */
export function scanIndex(json: Uint8Array): ScannedIndex | undefined {
  return new Scanner(json).scan();
}

class Scanner {
  readonly #text: string;
  #at = 0;
  #bytes = new Uint8Array(4 * SCANNED_WORDS * 1024);
  #words = new Int32Array(this.#bytes.buffer);
  #used = 0;

  constructor(json: Uint8Array) {
    this.#text = decoder.decode(json);
  }

  scan(): ScannedIndex | undefined {
    const packs: { id: PackId; blobs: number }[] = [];
    if (!this.#skip(START)) return undefined;
    do {
      if (!this.#skip(ID)) return undefined;
      const id = this.#text.substring(this.#at, this.#at += ID_DIGITS);
      if (!isId(id) || !this.#skip(BLOBS)) return undefined;
      const before = this.#used;
      do if (!this.#blob()) return undefined; while (this.#skip(","));
      if (!this.#skip("]}")) return undefined;
      packs.push({ id: id as PackId, blobs: (this.#used - before) / SCANNED_WORDS });
    } while (this.#skip(","));
    if (!this.#skip("]}")) return undefined;
    this.#skip("\n");
    if (this.#at !== this.#text.length) return undefined;
    return { packs, words: this.#words.subarray(0, this.#used) };
  }

  #blob(): boolean {
    const used = this.#used;
    if (used === this.#words.length) this.#grow();
    if (!this.#skip(ID)) return false;
    if (!this.#id(4 * used)) return false;
    let type = 0;
    if (!this.#skip(TYPE_DATA)) {
      if (!this.#skip(TYPE_TREE)) return false;
      type = 1;
    }
    const offset = this.#number();
    if (offset < 0 || !this.#skip(LENGTH)) return false;
    const length = this.#number();
    if (length < 0 || offset + length > U32_MAX) return false;
    const uncompressed = this.#skip(UNCOMPRESSED) ? this.#number() : 0;
    if (uncompressed < 0 || !this.#skip("}")) return false;
    const words = this.#words;
    words[used + 8] = type;
    words[used + 9] = offset;
    words[used + 10] = length;
    words[used + 11] = uncompressed;
    this.#used = used + SCANNED_WORDS;
    return true;
  }

  #grow(): void {
    const grown = new Uint8Array(2 * this.#bytes.length);
    grown.set(this.#bytes);
    this.#bytes = grown;
    this.#words = new Int32Array(grown.buffer);
  }

  /** Reads the ID that comes next as 32 bytes. */
  #id(into: number): boolean {
    const digits = this.#text.substring(this.#at, this.#at += ID_DIGITS);
    try {
      return this.#bytes.subarray(into, into + 32).setFromHex(digits).read === ID_DIGITS;
    } catch {
      return false;
    }
  }

  /** Passes over the text; false, and stays, when something else is there. */
  #skip(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  /** A whole number of 32 bits, or -1. */
  #number(): number {
    const text = this.#text;
    const start = this.#at;
    let value = 0;
    let at = start;
    for (let digit = text.charCodeAt(at) - 48; digit >= 0 && digit <= 9; digit = text.charCodeAt(++at) - 48) {
      value = value * 10 + digit;
      if (value > U32_MAX) return -1;
    }
    this.#at = at;
    return at === start || (at - start > 1 && text.charCodeAt(start) === 48) ? -1 : value;
  }
}
