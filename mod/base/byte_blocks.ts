// Copyright the SpareGrid authors. Apache-2.0.
import { freeBytes } from "./bytes.ts";

/** Large enough that the C library gives a block back to the system as soon as it is freed. */
const BLOCK_BYTES = 1 << 20;

/**
 * Many bytes that come bit by bit and are wanted as one. They lie in blocks until then, each of which is freed when it was
 * copied: so at no time the memory is taken twice, as it is when a buffer grows (the runtime copies it) or parts are joined.
 */
export class ByteBlocks {
  #blocks: Uint8Array<ArrayBuffer>[] = [];
  #open = new Uint8Array(0);
  #used = 0;
  /** Bytes in the blocks that are full. */
  #before = 0;

  /** Bytes so far. */
  get length(): number {
    return this.#before + this.#used;
  }

  /** Copies the bytes behind those that are there. */
  append(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const room = this.room(1);
      const part = bytes.subarray(at, at + room.length);
      room.set(part);
      this.fill(part.length);
      at += part.length;
    }
  }

  /** Room behind the bytes that are there: `least` or more, at most a block. What was written to it is added by {@link fill}. */
  room(least: number): Uint8Array<ArrayBuffer> {
    if (least > BLOCK_BYTES) throw new RangeError(`A block has no room for ${least} bytes`);
    if (this.#open.length - this.#used < least) {
      this.#shut();
      this.#open = new Uint8Array(BLOCK_BYTES);
    }
    return this.#open.subarray(this.#used);
  }

  /** Adds the first bytes of the {@link room} that was given last. */
  fill(bytes: number): void {
    this.#used += bytes;
  }

  /** All bytes, in a buffer of their own; begins anew. */
  join(): Uint8Array<ArrayBuffer> {
    const joined = new Uint8Array(this.length);
    this.joinInto(joined);
    return joined;
  }

  /** All bytes, to the start of `into`; begins anew. */
  joinInto(into: Uint8Array): void {
    this.#shut();
    let at = 0;
    for (const block of this.#blocks) {
      into.set(block, at);
      at += block.length;
      freeBytes(block);
    }
    this.#blocks = [];
    this.#before = 0;
  }

  #shut(): void {
    if (this.#used > 0) this.#blocks.push(this.#open.subarray(0, this.#used));
    this.#before += this.#used;
    this.#open = new Uint8Array(0);
    this.#used = 0;
  }
}
