// Copyright the SpareGrid authors. Apache-2.0.
import type { BlobId, Random } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import { type BlobType, plainLength } from "../format/mod.ts";
import { lockWord, unlockWord } from "./_shared_lock.ts";

/** The memory of a {@link BlobTable}, to be posted to another thread. */
export interface BlobTableHandle {
  readonly header: SharedArrayBuffer;
  readonly entries: SharedArrayBuffer;
  readonly slots: SharedArrayBuffer;
}

/** How a {@link BlobTable} is made. */
export interface BlobTableOptions {
  /** Seeds the hash, so that nobody can prepare blobs that all fall into one place. */
  readonly random: Random;
  /** Blobs to make room for at once; the table grows beyond. */
  readonly expectedBlobs?: number;
  /** Blobs that the table may ever hold; address space, not memory, is set aside for them. */
  readonly blobsMax?: number;
}

/** Int32 words of one entry: 8 of the ID, then meta, offset, length, uncompressed length. */
const WORDS = 12;
const META = 8;
const OFFSET = 9;
const LENGTH = 10;
const UNCOMPRESSED = 11;
/** Meta: the sign bit says tree; the rest is the pack's number, or this while the blob is on its way. */
const PENDING = 0x7fff_ffff;
const TREE_BIT = 0x8000_0000 | 0;

/** Words of the header. */
const LOCK = 0;
const COUNT = 1;
const CAPACITY = 2;
const SLOT_BITS = 3;
const PENDING_COUNT = 4;
const SEED_0 = 5;
const SEED_1 = 6;
const HEADER_WORDS = 16;

const SLOT_BITS_MIN = 12;
/** Copies of one blob that are told apart. Two clients that back up the same at once make one; thousands make it slow. */
const COPIES_MAX = 10_000;
/** 134 million blobs, some 100 TB of data; entry * WORDS stays below 2^31. */
const BLOBS_MAX = 2 ** 27;

/**
 * What is stored where: the index of a repository, in memory that all threads share.
 *
 * Entries are appended and never move; a slot array (open addressing, linear probing) finds them by ID. Writers
 * take a lock; readers take none. A reader may miss an entry that is being added at that moment (`claim` looks
 * again under the lock), but what it finds is whole: an entry is written before its slot, and the slot's value leads
 * to it. The slots grow into a fresh region of the same buffer, so that readers of the old region are not
 * disturbed. One entry takes 48 bytes, its slots 8 to 12.
 *
 * A blob may be listed in several packs: each is an entry of its own, reached by {@link BlobTable.findNext}.
 * `claim` is the one question that decides who stores a new blob: the first asker of all threads gets true.
 */
export class BlobTable {
  readonly handle: BlobTableHandle;
  readonly #header: Int32Array;
  #entries: Int32Array;
  #slots: Int32Array;
  /** Slots of the region in use; it starts at this very index. */
  #size = 0;
  /** The ID asked for, as eight words. */
  readonly #key = new Int32Array(8);

  private constructor(handle: BlobTableHandle) {
    this.handle = handle;
    this.#header = new Int32Array(handle.header);
    this.#entries = new Int32Array(0);
    this.#slots = new Int32Array(0);
    this.#refresh();
  }

  /** An empty table. */
  static create({ random, expectedBlobs = 0, blobsMax = BLOBS_MAX }: BlobTableOptions): BlobTable {
    const capacity = Math.min(Math.max(expectedBlobs, 1024), blobsMax);
    let bits = SLOT_BITS_MIN;
    while (needsMoreSlots(capacity, bits)) bits++;
    const header = new SharedArrayBuffer(HEADER_WORDS * 4);
    const words = new Int32Array(header);
    words[CAPACITY] = capacity;
    words[SLOT_BITS] = bits;
    const seed = new DataView(random.bytes(8).buffer);
    words[SEED_0] = seed.getInt32(0, true);
    words[SEED_1] = seed.getInt32(4, true);
    const entries = growable(capacity * WORDS * 4, blobsMax * WORDS * 4);
    let bitsMax = bits;
    while (needsMoreSlots(blobsMax, bitsMax)) bitsMax++;
    const slots = growable(8 << bits, 8 * 2 ** bitsMax);
    return new BlobTable({ header, entries, slots });
  }

  /** The table of another thread. */
  static attach(handle: BlobTableHandle): BlobTable {
    return new BlobTable(handle);
  }

  /** Entries, those of blobs on their way included. */
  get count(): number {
    return Atomics.load(this.#header, COUNT);
  }

  /** Blobs that were claimed and not settled yet. */
  get pendingCount(): number {
    return Atomics.load(this.#header, PENDING_COUNT);
  }

  /** The first entry of the blob whose ID stands in `id` from `at` on, or -1. */
  find(type: BlobType, id: Uint8Array, at = 0): number {
    this.#readKey(id, at);
    return this.#probe(type === "tree" ? TREE_BIT : 0);
  }

  /** As {@link find}, by the ID as text. */
  findHex(type: BlobType, id: BlobId): number {
    this.#readHexKey(id);
    return this.#probe(type === "tree" ? TREE_BIT : 0);
  }

  /** Another entry of the same blob (it is stored more than once), or -1. */
  findNext(entry: number): number {
    this.#keyOfEntry(entry);
    const slots = this.#slots;
    const mask = this.#size - 1;
    const typeBit = this.#word(entry, META) & TREE_BIT;
    let seen = false;
    for (let slot = this.#hash() & mask;; slot = (slot + 1) & mask) {
      const value = slots[this.#size + slot]!;
      if (value === 0) return -1;
      if (seen && this.#matches(value - 1, typeBit)) return value - 1;
      if (value - 1 === entry) seen = true;
    }
  }

  /** The first entry of the same blob: the one that {@link find} gives. */
  firstOf(entry: number): number {
    this.#keyOfEntry(entry);
    return this.#probe(this.#word(entry, META) & TREE_BIT);
  }

  /** True for the first asker of all threads: it must store the blob. False when it is known or on its way. */
  claim(type: BlobType, id: Uint8Array, at = 0): boolean {
    const typeBit = type === "tree" ? TREE_BIT : 0;
    this.#readKey(id, at);
    if (this.#probe(typeBit) >= 0) return false;
    lockWord(this.#header, LOCK);
    try {
      this.#refresh();
      if (this.#probe(typeBit) >= 0) return false;
      this.#insert(typeBit | PENDING, 0, 0, 0);
      Atomics.add(this.#header, PENDING_COUNT, 1);
      return true;
    } finally {
      unlockWord(this.#header, LOCK);
    }
  }

  /**
   * Says where a claimed blob went: from now on it can be loaded. A blob that was not claimed, or was settled
   * before, gets a further entry. `length` is the sealed length; `uncompressed` 0 for a blob stored as it is.
   */
  settle(
    type: BlobType,
    id: Uint8Array,
    at: number,
    pack: number,
    offset: number,
    length: number,
    uncompressed: number,
  ): void {
    const typeBit = type === "tree" ? TREE_BIT : 0;
    this.#readKey(id, at);
    lockWord(this.#header, LOCK);
    try {
      this.#refresh();
      const entry = this.#probe(typeBit);
      if (entry < 0 || !this.isPending(entry)) {
        if (!this.#has(typeBit, pack, offset)) this.#insert(typeBit | pack, offset, length, uncompressed);
        return;
      }
      const base = entry * WORDS;
      this.#entries[base + OFFSET] = offset;
      this.#entries[base + LENGTH] = length;
      this.#entries[base + UNCOMPRESSED] = uncompressed;
      Atomics.store(this.#entries, base + META, typeBit | pack);
      Atomics.sub(this.#header, PENDING_COUNT, 1);
    } finally {
      unlockWord(this.#header, LOCK);
    }
  }

  /** Adds what an index file lists. The same place of the same blob is kept once: false when it was known. */
  addHex(
    type: BlobType,
    id: BlobId,
    pack: number,
    offset: number,
    length: number,
    uncompressed: number,
  ): boolean {
    const typeBit = type === "tree" ? TREE_BIT : 0;
    this.#readHexKey(id);
    lockWord(this.#header, LOCK);
    try {
      this.#refresh();
      if (this.#has(typeBit, pack, offset)) return false;
      this.#insert(typeBit | pack, offset, length, uncompressed);
      return true;
    } finally {
      unlockWord(this.#header, LOCK);
    }
  }

  /**
   * As {@link addHex}, for blobs that lie as words in `words` from `from` up to `to`: eight of the ID (first byte
   * lowest), type (1 tree), offset, sealed length, plain length. Calls `added` for each that was not known.
   */
  addWords(words: Int32Array, from: number, to: number, pack: number, added: (at: number) => void): void {
    const key = this.#key;
    lockWord(this.#header, LOCK);
    try {
      this.#refresh();
      for (let at = from; at < to; at += WORDS) {
        for (let i = 0; i < 8; i++) key[i] = words[at + i]!;
        const typeBit = words[at + 8] === 1 ? TREE_BIT : 0;
        if (this.#has(typeBit, pack, words[at + 9]!)) continue;
        this.#insert(typeBit | pack, words[at + 9]!, words[at + 10]!, words[at + 11]!);
        added(at);
      }
    } finally {
      unlockWord(this.#header, LOCK);
    }
  }

  /** Type of the entry's blob. */
  typeOf(entry: number): BlobType {
    return this.#word(entry, META) < 0 ? "tree" : "data";
  }

  /** True while the blob is claimed but not settled: it has no place yet. */
  isPending(entry: number): boolean {
    return (this.#word(entry, META) & PENDING) === PENDING;
  }

  /** Number of the pack that holds the blob. */
  packOf(entry: number): number {
    return this.#word(entry, META) & PENDING;
  }

  /** Where the sealed blob starts in its pack. */
  offsetOf(entry: number): number {
    return this.#word(entry, OFFSET);
  }

  /** Sealed length. */
  lengthOf(entry: number): number {
    return this.#word(entry, LENGTH);
  }

  /** Plain length of a compressed blob, 0 of one stored as it is. */
  uncompressedOf(entry: number): number {
    return this.#word(entry, UNCOMPRESSED);
  }

  /** Plain length. */
  plainLengthOf(entry: number): number {
    return plainLength(this.lengthOf(entry), this.uncompressedOf(entry));
  }

  /** Writes the 32 bytes of the entry's ID to `into` from `at` on. */
  copyId(entry: number, into: Uint8Array, at = 0): void {
    for (let i = 0; i < 8; i++, at += 4) {
      const word = this.#word(entry, i);
      into[at] = word;
      into[at + 1] = word >> 8;
      into[at + 2] = word >> 16;
      into[at + 3] = word >> 24;
    }
  }

  /** The entry's ID. */
  idOf(entry: number): BlobId {
    const bytes = new Uint8Array(32);
    this.copyId(entry, bytes);
    return bytes.toHex() as BlobId;
  }

  /**
   * Forgets all entries and keeps the memory. Only while no other thread uses the table: numbers of entries mean something
   * else afterwards.
   */
  clear(): void {
    lockWord(this.#header, LOCK);
    try {
      this.#refresh();
      this.#slots.fill(0, this.#size, 2 * this.#size);
      this.#header[PENDING_COUNT] = 0;
      Atomics.store(this.#header, COUNT, 0);
    } finally {
      unlockWord(this.#header, LOCK);
    }
  }

  /** Calls `visit` with every entry that has a place, in the order they came. */
  eachEntry(visit: (entry: number) => void): void {
    const count = this.count;
    for (let entry = 0; entry < count; entry++) if (!this.isPending(entry)) visit(entry);
  }

  #word(entry: number, word: number): number {
    const at = entry * WORDS + word;
    if (at >= this.#entries.length) this.#refresh();
    return this.#entries[at]!;
  }

  #readKey(id: Uint8Array, at: number): void {
    const key = this.#key;
    for (let i = 0; i < 8; i++, at += 4) {
      key[i] = id[at]! | id[at + 1]! << 8 | id[at + 2]! << 16 | id[at + 3]! << 24;
    }
  }

  #readHexKey(id: string): void {
    const key = this.#key;
    for (let i = 0, at = 0; i < 8; i++, at += 8) {
      key[i] = hexByte(id, at) | hexByte(id, at + 2) << 8 | hexByte(id, at + 4) << 16 |
        hexByte(id, at + 6) << 24;
    }
  }

  #keyOfEntry(entry: number): void {
    for (let i = 0; i < 8; i++) this.#key[i] = this.#word(entry, i);
  }

  #hash(): number {
    const key = this.#key;
    const header = this.#header;
    let hash = Math.imul(key[0]! ^ header[SEED_0]!, 0x9e3779b1) ^
      Math.imul(key[1]! ^ header[SEED_1]!, 0x85ebca6b);
    hash = Math.imul(hash ^ hash >>> 15, 0x2c1b3c6d);
    return hash ^ hash >>> 13;
  }

  /** The first entry of the key and type in probe order, or -1. Takes no lock. */
  #probe(typeBit: number): number {
    if (1 << this.#header[SLOT_BITS]! !== this.#size) this.#refresh();
    const slots = this.#slots;
    const size = this.#size;
    const mask = size - 1;
    for (let slot = this.#hash() & mask;; slot = (slot + 1) & mask) {
      const value = slots[size + slot]!;
      if (value === 0) return -1;
      if (this.#matches(value - 1, typeBit)) return value - 1;
    }
  }

  #matches(entry: number, typeBit: number): boolean {
    const base = entry * WORDS;
    if (base + WORDS > this.#entries.length) this.#refresh();
    const entries = this.#entries;
    const key = this.#key;
    return entries[base] === key[0] && entries[base + 1] === key[1] && entries[base + 2] === key[2] &&
      entries[base + 3] === key[3] && entries[base + 4] === key[4] && entries[base + 5] === key[5] &&
      entries[base + 6] === key[6] && entries[base + 7] === key[7] &&
      (entries[base + META]! & TREE_BIT) === typeBit;
  }

  /** True when the key is listed at this very place. One pass, for a hostile index may list a blob often. Needs the lock. */
  #has(typeBit: number, pack: number, offset: number): boolean {
    const slots = this.#slots;
    const size = this.#size;
    const mask = size - 1;
    let copies = 0;
    for (let slot = this.#hash() & mask;; slot = (slot + 1) & mask) {
      const entry = slots[size + slot]! - 1;
      if (entry < 0) return false;
      if (!this.#matches(entry, typeBit)) continue;
      if (this.packOf(entry) === pack && this.offsetOf(entry) === offset) return true;
      if (++copies >= COPIES_MAX) {
        throw new SgError("SG1017", `Cannot add a blob to the index: it lists one ${copies} times already`);
      }
    }
  }

  /** Appends an entry for the key. Needs the lock. */
  #insert(meta: number, offset: number, length: number, uncompressed: number): void {
    const count = this.#header[COUNT]!;
    if (count === this.#header[CAPACITY]) this.#growEntries();
    if (needsMoreSlots(count + 1, this.#header[SLOT_BITS]!)) this.#growSlots();
    const entries = this.#entries;
    const base = count * WORDS;
    for (let i = 0; i < 8; i++) entries[base + i] = this.#key[i]!;
    entries[base + META] = meta;
    entries[base + OFFSET] = offset;
    entries[base + LENGTH] = length;
    entries[base + UNCOMPRESSED] = uncompressed;
    this.#link(count);
    Atomics.store(this.#header, COUNT, count + 1);
  }

  /** Enters the entry, whose ID is the key, into the slots. */
  #link(entry: number): void {
    const size = this.#size;
    const mask = size - 1;
    let slot = this.#hash() & mask;
    while (this.#slots[size + slot] !== 0) slot = (slot + 1) & mask;
    Atomics.store(this.#slots, size + slot, entry + 1);
  }

  #growEntries(): void {
    const capacity = this.#header[CAPACITY]!;
    const max = Math.floor(this.handle.entries.maxByteLength / (WORDS * 4));
    if (capacity >= max) {
      throw new SgError("SG1017", `Cannot add a blob to the index: it holds ${capacity} blobs already`);
    }
    const next = Math.min(max, Math.ceil(capacity * 1.5));
    this.handle.entries.grow(next * WORDS * 4);
    this.#header[CAPACITY] = next;
    this.#refresh();
  }

  #growSlots(): void {
    const kept = this.#key.slice();
    const bits = this.#header[SLOT_BITS]! + 1;
    this.handle.slots.grow(8 * 2 ** bits);
    this.#size = 2 ** bits;
    this.#slots = new Int32Array(this.handle.slots, 0, 2 * this.#size);
    const count = this.#header[COUNT]!;
    for (let entry = 0; entry < count; entry++) {
      this.#keyOfEntry(entry);
      this.#link(entry);
    }
    this.#key.set(kept);
    // Published last: readers go on in the old region until the new one is complete.
    Atomics.store(this.#header, SLOT_BITS, bits);
  }

  /** Looks again at buffers that another thread may have grown. Views of fixed length are the fast ones. */
  #refresh(): void {
    const bytes = this.handle.entries.byteLength;
    if (bytes !== this.#entries.byteLength) this.#entries = new Int32Array(this.handle.entries, 0, bytes / 4);
    const size = 2 ** Atomics.load(this.#header, SLOT_BITS);
    if (size !== this.#size) {
      this.#slots = new Int32Array(this.handle.slots, 0, 2 * size);
      this.#size = size;
    }
  }
}

/** Slots are kept at most two thirds full. */
function needsMoreSlots(entries: number, bits: number): boolean {
  return entries * 3 > 2 ** bits * 2;
}

/** Growable shared memory; where the system does not give that much address space, with less room to grow. */
function growable(bytes: number, bytesMax: number): SharedArrayBuffer {
  for (let max = bytesMax;; max = Math.floor(max / 2 / 48) * 48) {
    try {
      return new SharedArrayBuffer(bytes, { maxByteLength: Math.max(bytes, max) });
    } catch (error) {
      if (!(error instanceof RangeError) || max <= bytes) throw error;
    }
  }
}

function hexByte(text: string, at: number): number {
  return hexDigit(text.charCodeAt(at)) << 4 | hexDigit(text.charCodeAt(at + 1));
}

/** `0`-`9` are 0x30-0x39, `a`-`f` 0x61-0x66: adding 9 for letters leaves the value in the low four bits. */
function hexDigit(code: number): number {
  return (code & 15) + (code >> 6) * 9;
}
