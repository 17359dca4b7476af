// Copyright the SpareGrid authors. Apache-2.0.
import { ByteReader, ByteWriter, MIB } from "../base/mod.ts";
import type { Stat } from "../platform/mod.ts";
import type { JournalStore } from "./needs.ts";

/** Version of the records; a frame of another version is passed over. */
const VERSION = 1;
const FRAME_BYTES = MIB;

/** Collects a record for every file whose content was read, until the journal takes it. */
export class JournalWriter {
  readonly #writer = new ByteWriter();
  #frames: Uint8Array[] = [];

  /** Notes a file: its path, the stat that belongs to the content, the IDs of its blobs (32 bytes each). */
  note(folder: Uint8Array, name: Uint8Array, stat: Stat, content: Uint8Array): void {
    const writer = this.#writer;
    if (writer.length === 0) writer.u8(VERSION);
    writer.f64(pathHash(folder, name));
    writer.f64(stat.size);
    writer.instant(stat.mtime);
    writer.instant(stat.ctime);
    writer.u64(stat.ino);
    writer.bytes(content);
    if (writer.length >= FRAME_BYTES) this.#frames.push(writer.take());
  }

  /** The records so far as frames; starts anew. */
  take(): Uint8Array[] {
    if (this.#writer.length > 0) this.#frames.push(this.#writer.take());
    return this.takeFull();
  }

  /** The frames that are full, with all records but the latest. */
  takeFull(): Uint8Array[] {
    const frames = this.#frames;
    this.#frames = [];
    return frames;
  }
}

/** What a run that did not reach its end has stored. */
export class Journal {
  readonly #frames: Uint8Array[] = [];
  /** Hash of the path -> frame number * 2^32 + offset. Of two paths with one hash the later one wins. */
  readonly #places = new Map<number, number>();

  /** Reads what is kept. Damage costs records, never the run. */
  static async load(store: JournalStore): Promise<Journal> {
    const journal = new Journal();
    for await (const frame of store.frames()) journal.#take(frame);
    return journal;
  }

  /** Files known. */
  get size(): number {
    return this.#places.size;
  }

  /**
   * IDs of the file's blobs, 32 bytes each, when it is the very file that was read: same path, size, times and inode.
   * Whether the blobs exist is for the caller to check.
   */
  find(folder: Uint8Array, name: Uint8Array, stat: Stat): Uint8Array | undefined {
    if (this.#places.size === 0) return undefined;
    const place = this.#places.get(pathHash(folder, name));
    if (place === undefined) return undefined;
    const reader = new ByteReader(this.#frames[Math.floor(place / 2 ** 32)]!);
    reader.at = place % 2 ** 32;
    const same = reader.f64() === stat.size && reader.instant() === stat.mtime &&
      reader.instant() === stat.ctime &&
      reader.u64() === stat.ino;
    return same ? reader.bytes() : undefined;
  }

  #take(frame: Uint8Array): void {
    const index = this.#frames.push(frame) - 1;
    const reader = new ByteReader(frame);
    try {
      if (reader.u8() !== VERSION) return;
      while (!reader.done) {
        const hash = reader.f64();
        const at = reader.at;
        reader.raw(8 + 12 + 12 + 8);
        reader.bytes();
        this.#places.set(hash, index * 2 ** 32 + at);
      }
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
}

/**
 * 53 bits of `folder/name`. No secret and no proof: a record counts only where size, both times and the inode agree too.
 */
function pathHash(folder: Uint8Array, name: Uint8Array): number {
  let a = 0x811c9dc5, b = 0x9747b28c;
  for (const part of [folder, name]) {
    for (let i = 0; i < part.length; i++) {
      a = Math.imul(a ^ part[i]!, 0x01000193);
      b = Math.imul(b ^ part[i]!, 0x5bd1e995) ^ (b >>> 15);
    }
    a = Math.imul(a ^ 0x2f, 0x01000193);
    b = Math.imul(b ^ 0x2f, 0x5bd1e995);
  }
  return (a >>> 0) * 2 ** 21 + (b >>> 11);
}
