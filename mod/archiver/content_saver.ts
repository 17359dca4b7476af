// Copyright the SpareGrid authors. Apache-2.0.
import { ByteWriter, CHUNK_BYTES_MIN, MIB } from "../base/mod.ts";
import { ChunkStream, gearTable } from "../chunker/mod.ts";
import { sha256, sha256Into } from "../crypto/mod.ts";

/**
 * Takes blobs of data. `id` and `plain` are only good during the call. A promise means: wait for it before the next blob,
 * because a pack is on its way. A blob that is known already costs nothing.
 */
export interface BlobSink {
  put(id: Uint8Array, plain: Uint8Array): void | Promise<void>;
}

/**
 * Cuts one content after the other and puts its chunks into a sink, keeping the list of their IDs. Its chunk buffer
 * is made when the first content of more than one chunk comes.
 */
export class ContentSaver {
  readonly #secret: Uint8Array;
  readonly #sink: BlobSink;
  readonly #ids = new ByteWriter();
  readonly #id = new Uint8Array(32);
  #stream: ChunkStream | undefined;
  #zeros: { readonly length: number; readonly id: Uint8Array; put: boolean } | undefined;
  /** Bytes of this content that are in chunks already, and bytes given. */
  #cut = 0;
  #given = 0;
  /** Where the zeros begin that reach up to the last given byte. */
  #zerosFrom = Infinity;

  /** @param secret the chunker's secret, see `gearTable`. */
  constructor(secret: Uint8Array, sink: BlobSink) {
    this.#secret = secret;
    this.#sink = sink;
  }

  /** IDs of the content's blobs so far, 32 bytes each; a view until the next call. */
  get ids(): Uint8Array {
    return this.#ids.written();
  }

  /** Begins a content, whatever became of the last one. */
  begin(): void {
    this.#ids.length = 0;
    this.#stream?.reset();
    this.#cut = this.#given = 0;
    this.#zerosFrom = Infinity;
  }

  /** Saves a content that is in memory as a whole and shorter than the smallest chunk. */
  saveShort(plain: Uint8Array): void | Promise<void> {
    if (plain.length >= CHUNK_BYTES_MIN) {
      throw new RangeError("Cannot save as one chunk: the content is too long");
    }
    this.#ids.length = 0;
    if (plain.length > 0) return this.#put(plain);
  }

  /** Room to read into, from its start; at most 1 MiB, so that what was read is still in the processor's cache. */
  room(): Uint8Array<ArrayBuffer> {
    const space = this.#chunks().space();
    return space.length > MIB ? space.subarray(0, MIB) : space;
  }

  /** Says that `bytes` bytes were read into the room, and saves the chunks that are complete. */
  async filled(bytes: number): Promise<void> {
    this.#zerosFrom = Infinity;
    await this.#fed(bytes);
  }

  /** Goes on with `count` zeros, most of them without looking at them. */
  async zeros(count: number): Promise<void> {
    const end = this.#given + count;
    if (this.#zerosFrom === Infinity) this.#zerosFrom = this.#given;
    while (this.#given < end) {
      if (this.#cut >= this.#zerosFrom && await this.#skipZeros(end)) continue;
      const room = this.room();
      const bytes = Math.min(room.length, end - this.#given);
      room.fill(0, 0, bytes);
      await this.#fed(bytes);
    }
  }

  /** Ends the content: what is left makes the last chunk. */
  async end(): Promise<void> {
    this.#chunks().end();
    await this.#saveChunks();
  }

  async #fed(bytes: number): Promise<void> {
    this.#chunks().filled(bytes);
    this.#given += bytes;
    await this.#saveChunks();
  }

  async #saveChunks(): Promise<void> {
    const stream = this.#chunks();
    for (let chunk = stream.next(); chunk; chunk = stream.next()) {
      this.#cut += chunk.length;
      const wait = this.#put(chunk);
      if (wait) await wait;
    }
  }

  /**
   * Everything since the last cut is zero and where a cut falls depends on the bytes since the last one only, so
   * all whole chunks up to `end` are the same one.
   */
  async #skipZeros(end: number): Promise<boolean> {
    const zeros = this.#zeros ??= this.#measureZeros();
    const chunks = Math.floor((end - this.#cut) / zeros.length);
    if (chunks === 0) return false;
    this.#chunks().reset();
    if (!zeros.put) {
      zeros.put = true;
      await this.#sink.put(zeros.id, new Uint8Array(zeros.length));
    }
    for (let i = 0; i < chunks; i++) this.#ids.raw(zeros.id);
    this.#cut += chunks * zeros.length;
    this.#given = this.#cut;
    return true;
  }

  #measureZeros(): { length: number; id: Uint8Array; put: boolean } {
    const probe = new ChunkStream(undefined, gearTable(this.#secret));
    for (;;) {
      const chunk = probe.next();
      if (chunk) return { length: chunk.length, id: sha256(chunk), put: false };
      const space = probe.space();
      space.fill(0);
      probe.filled(space.length);
    }
  }

  #put(chunk: Uint8Array): void | Promise<void> {
    const id = this.#id;
    sha256Into(chunk, id);
    this.#ids.raw(id);
    return this.#sink.put(id, chunk);
  }

  #chunks(): ChunkStream {
    return this.#stream ??= new ChunkStream(undefined, gearTable(this.#secret));
  }
}
