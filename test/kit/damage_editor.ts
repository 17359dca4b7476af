// Copyright the SpareGrid authors. Apache-2.0.
// An offline editor: what a drive, a mistaken tool or a bad transfer may do to the files of a repository.
import { randomBelow, SEAL_OVERHEAD } from "../../mod/base/mod.ts";
import type { PackedBlob } from "../../mod/format/mod.ts";
import { SeededRandom } from "./seeded_random.ts";

/** A repository's files, `type/name` to bytes. */
export type StoredFiles = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

/** A part of a stored file that has a meaning of its own. */
export interface Region {
  /** `type/name`. */
  readonly file: string;
  /** Such as `tree blob MAC`; the same for all files of a kind. */
  readonly what: string;
  readonly from: number;
  readonly to: number;
}

/** One edit: the files that are other than they were, null where one is gone. */
export interface Damage {
  readonly label: string;
  readonly edited: ReadonlyMap<string, Uint8Array<ArrayBuffer> | null>;
}

const IV_BYTES = 16, MAC_BYTES = 16, LENGTH_BYTES = 4;
/** A block of a drive. */
const BLOCK_BYTES = 4096;

/** The regions of every file. `blobs` gives what lies in a pack. */
export function regionsOf(files: StoredFiles, blobs: (pack: string) => readonly PackedBlob[]): Region[] {
  const regions: Region[] = [];
  for (const [file, bytes] of files) {
    const [type, name] = file.split("/") as [string, string];
    const sealed = (what: string, from: number, to: number) => {
      regions.push({ file, what: `${what} IV`, from, to: from + IV_BYTES });
      if (to - from > SEAL_OVERHEAD) {
        regions.push({ file, what: `${what} text`, from: from + IV_BYTES, to: to - MAC_BYTES });
      }
      regions.push({ file, what: `${what} MAC`, from: to - MAC_BYTES, to });
    };
    if (type === "keys") regions.push(...jsonRegions(file, bytes));
    else if (type !== "data") sealed(type, 0, bytes.length);
    else {
      let end = 0;
      const pack = blobs(name);
      for (const blob of pack) sealed(`${blob.type} blob`, blob.offset, end = blob.offset + blob.length);
      sealed(`${pack[0]!.type} pack header`, end, bytes.length - LENGTH_BYTES);
      regions.push({
        file,
        what: `${pack[0]!.type} pack header length`,
        from: bytes.length - LENGTH_BYTES,
        to: bytes.length,
      });
    }
  }
  return regions;
}

/** Each member of a key file is a region of its own: `"N":32768`, `"salt":"…"` … */
function jsonRegions(file: string, bytes: Uint8Array): Region[] {
  const text = new TextDecoder("latin1").decode(bytes);
  return [...text.matchAll(/"(\w+)":(?:"[^"]*"|\d+)/g)].map((match) => ({
    file,
    what: `key ${match[1]}`,
    from: match.index,
    to: match.index + match[0].length,
  }));
}

/** Edits of files, the same for the same seed. */
export class DamageEditor {
  readonly #files: StoredFiles;
  readonly #random: SeededRandom;

  constructor(files: StoredFiles, seed: number) {
    this.#files = files;
    this.#random = new SeededRandom(seed);
  }

  /** One bit of the region the other way round. */
  flip(region: Region): Damage {
    return this.flipBit(region, randomBelow(this.#random, 8 * (region.to - region.from)));
  }

  /** The bit of this number in the region the other way round. */
  flipBit(region: Region, number: number): Damage {
    const bytes = this.#copy(region.file);
    const at = region.from + (number >> 3);
    bytes[at]! ^= 1 << (number & 7);
    const label = `bit ${number & 7} of byte ${at} (${region.what}) of ${region.file} flipped`;
    return this.#one(label, region.file, bytes);
  }

  /** A block of 4 KiB that begins in the region reads as zeros, as after a write that never came. */
  zero(region: Region): Damage {
    const bytes = this.#copy(region.file);
    const at = region.from + randomBelow(this.#random, region.to - region.from);
    bytes.fill(0, at, at + BLOCK_BYTES);
    return this.#one(`4 KiB at ${at} (${region.what}) of ${region.file} zeroed`, region.file, bytes);
  }

  /** The file ends after `size` bytes. */
  cut(file: string, size: number): Damage {
    return this.#one(`${file} cut to ${size} bytes`, file, this.#copy(file).slice(0, size));
  }

  /** The file goes on behind its end. */
  extend(file: string, more: number): Damage {
    const bytes = this.#copy(file);
    const longer = new Uint8Array(bytes.length + more);
    longer.set(bytes);
    longer.set(this.#random.bytes(more), bytes.length);
    return this.#one(`${file} is ${more} bytes longer`, file, longer);
  }

  /** The file is not there any more. */
  remove(file: string): Damage {
    return this.#one(`${file} removed`, file, null);
  }

  /** The file holds its bytes twice. */
  double(file: string): Damage {
    const bytes = this.#copy(file);
    const twice = new Uint8Array(2 * bytes.length);
    twice.set(bytes);
    twice.set(bytes, bytes.length);
    return this.#one(`${file} holds its bytes twice`, file, twice);
  }

  /** Two files have each other's bytes. */
  exchange(a: string, b: string): Damage {
    return {
      label: `${a} and ${b} exchanged`,
      edited: new Map([[a, this.#copy(b)], [b, this.#copy(a)]]),
    };
  }

  /** A file's bytes stand in the place of another's, too. */
  replace(file: string, by: string): Damage {
    return this.#one(`${file} replaced by ${by}`, file, this.#copy(by));
  }

  /** Another file of the type holds the same bytes, under a name that is not theirs. */
  duplicate(file: string): Damage {
    const name = this.#random.bytes(32).toHex();
    return this.#one(`${file} stored again as ${name}`, `${file.split("/")[0]}/${name}`, this.#copy(file));
  }

  /** A region's bytes lie at the place of another region of the file (a misdirected write). */
  misdirect(from: Region, to: Region): Damage {
    const bytes = this.#copy(to.file);
    const moved = this.#files.get(from.file)!.subarray(from.from, from.to).subarray(0, to.to - to.from);
    bytes.set(moved, to.from);
    return this.#one(
      `${from.what} at ${from.from} of ${from.file} written over ${to.what} at ${to.from} of ${to.file}`,
      to.file,
      bytes,
    );
  }

  #copy(file: string): Uint8Array<ArrayBuffer> {
    return this.#files.get(file)!.slice();
  }

  #one(label: string, file: string, bytes: Uint8Array<ArrayBuffer> | null): Damage {
    return { label, edited: new Map([[file, bytes]]) };
  }
}
