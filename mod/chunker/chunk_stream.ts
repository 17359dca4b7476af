// Copyright the SpareGrid authors. Apache-2.0.
import { CHUNK_BYTES_MAX, CHUNK_BYTES_MIN, MIB } from "../base/mod.ts";
import { Kernel } from "../kernel/mod.ts";
import { EASY_BITS, HARD_BITS, NORMAL_BYTES, WINDOW_BYTES } from "./cut_rule.ts";

/** Where things lie in the kernel's memory. */
const CELL = 64;
const TABLE = 4096;
const BUFFER = 65_536;

/**
 * Room for the longest chunk and some more. Whenever the end is reached what is left over moves to the front, mostly one begun
 * chunk of 1 MiB: that costs less than the memory of a longer buffer, which each lane has.
 */
const BUFFER_BYTES = CHUNK_BYTES_MAX + 2 * MIB;
const SPACE_BYTES_MIN = MIB;

/** Memory, in bytes, that a kernel given to a {@link ChunkStream} must have. */
export const CHUNK_KERNEL_BYTES = BUFFER + BUFFER_BYTES;

/**
 * Cuts the bytes of one file after another into chunks. The bytes are read straight into its buffer and the chunks
 * are views of it, so nothing is copied on the way:
 *
 * ```ts
 * for (;;) {
 *   const chunk = stream.next();
 *   if (chunk) save(chunk);
 *   else if (atEnd) break;
 *   else if ((n = read(stream.space())) > 0) stream.filled(n);
 *   else { stream.end(); atEnd = true; }
 * }
 * stream.reset();
 * ```
 *
 * Where the cuts fall depends only on the bytes and the table, not on the sizes of the reads.
 */
export class ChunkStream {
  readonly #kernel: Kernel;
  readonly #memory: Uint8Array<ArrayBuffer>;
  /** Addresses: the chunk being cut, the next byte to hash, the end of what was read. */
  #start = BUFFER;
  #scan = BUFFER;
  #end = BUFFER;
  #ended = false;

  /** Takes a kernel of its own when none is given. `table` comes from {@link gearTable}. */
  constructor(kernel: Kernel | undefined, table: BigUint64Array) {
    this.#kernel = kernel ?? new Kernel(CHUNK_KERNEL_BYTES);
    this.#memory = this.#kernel.memory;
    if (this.#memory.length < CHUNK_KERNEL_BYTES) {
      throw new RangeError("Cannot make a chunk stream: the kernel is too small");
    }
    if (table.length !== 256) {
      throw new RangeError("Cannot make a chunk stream: the gear table has not 256 numbers");
    }
    this.#memory.set(new Uint8Array(table.buffer, table.byteOffset, table.byteLength), TABLE);
  }

  /**
   * The free part of the buffer, to read into from its start; at least 1 MiB whenever `next` returned undefined.
   * It ends the validity of the last chunk.
   */
  space(): Uint8Array<ArrayBuffer> {
    const limit = BUFFER + BUFFER_BYTES;
    if (this.#start > BUFFER && (this.#start === this.#end || limit - this.#end < SPACE_BYTES_MIN)) {
      this.#memory.copyWithin(BUFFER, this.#start, this.#end);
      const back = this.#start - BUFFER;
      this.#start -= back;
      this.#scan -= back;
      this.#end -= back;
    }
    return this.#memory.subarray(this.#end, limit);
  }

  /** Says that `bytes` bytes were read to the start of the last `space()`. */
  filled(bytes: number): void {
    if (this.#ended) throw new RangeError("Cannot take in bytes: the file has ended");
    if (!(bytes >= 0 && this.#end + bytes <= BUFFER + BUFFER_BYTES)) {
      throw new RangeError(`Cannot take in ${bytes} bytes: there is no such room`);
    }
    this.#end += bytes;
  }

  /** Says that the file has no more bytes; what is left makes the last chunk. */
  end(): void {
    this.#ended = true;
  }

  /**
   * The next chunk, a view that is valid until the following call of any method; undefined when more bytes are
   * needed, or after `end` when all chunks were given. An empty file has none.
   */
  next(): Uint8Array<ArrayBuffer> | undefined {
    const length = this.#cut();
    if (length === 0) return undefined;
    const chunk = this.#memory.subarray(this.#start, this.#start + length);
    this.#start += length;
    this.#scan = this.#start;
    return chunk;
  }

  /** Makes it ready for another file, whatever became of the last one. */
  reset(): void {
    this.#start = this.#scan = this.#end = BUFFER;
    this.#ended = false;
  }

  /** Length of the chunk that begins at `#start`, or 0 when that cannot be told yet. */
  #cut(): number {
    const available = this.#end - this.#start;
    if (available > CHUNK_BYTES_MIN || (available === CHUNK_BYTES_MIN && !this.#ended)) {
      const cut = this.#search(Math.min(this.#end, this.#start + CHUNK_BYTES_MAX));
      if (cut !== 0) return cut - this.#start;
      if (available >= CHUNK_BYTES_MAX) return CHUNK_BYTES_MAX;
    }
    return this.#ended ? available : 0;
  }

  /** Goes on looking for a cut up to the address `end`; 0 when there is none yet. */
  #search(end: number): number {
    const { run } = this.#kernel;
    // The first byte after which a cut is allowed completes the smallest chunk. The hash is warm by then.
    const first = this.#start + CHUNK_BYTES_MIN - 1;
    const normal = this.#start + NORMAL_BYTES - 1;
    if (this.#scan < first) {
      this.#memory.fill(0, CELL, CELL + 8);
      run.gearWarm(TABLE, CELL, first + 1 - WINDOW_BYTES, first);
      this.#scan = first;
    }
    let cut = 0;
    if (this.#scan < normal) {
      const to = Math.min(end, normal);
      cut = run.gearScan(TABLE, CELL, this.#scan, to, HARD_BITS);
      this.#scan = to;
    }
    if (cut === 0 && this.#scan < end) {
      cut = run.gearScan(TABLE, CELL, this.#scan, end, EASY_BITS);
      this.#scan = end;
    }
    return cut;
  }
}
