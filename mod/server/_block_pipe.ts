// Copyright the SpareGrid authors. Apache-2.0.
/** Bytes that are worked on in one go: large enough that handing them to another thread costs little. */
const BLOCK_BYTES = 512 * 1024;
/** Blocks of one pipe that may be under way: more would only wait. */
const DEPTH_MAX = 3;
/** Room of a block: pieces are hardly ever larger than the last part. */
const ROOM_BYTES = BLOCK_BYTES + 128 * 1024;
/** Who sends less at once may send slowly, and gets no more room than it needs. */
const FAST_BYTES = 32 * 1024;

/** Memory of blocks that were worked on, to be used again: asking the system for it anew costs as much as copying to it. */
const spare: Uint8Array<ArrayBuffer>[] = [];
const SPARE_MAX = 16;

/** Something that is done with each block, in order. It holds on to the block until it resolves. */
export type BlockStage = (block: Uint8Array<ArrayBuffer>) => Promise<void>;

/**
 * Joins pieces into blocks and hands each to all stages, which go on side by side: while one block is hashed, another is
 * written and the next one comes in. Who adds waits while there is too much under way.
 */
export class BlockPipe {
  readonly #stages: readonly BlockStage[];
  readonly #depth: () => number;
  readonly #tails: Promise<void>[];
  /** The next block, and how much of it is filled. */
  #memory: Uint8Array<ArrayBuffer> | undefined;
  #bytes = 0;
  #underWay: Promise<void>[] = [];
  #failure: { readonly reason: unknown } | undefined;

  /** `depth` says how many blocks may be under way now; at least one may. */
  constructor(stages: readonly BlockStage[], depth: () => number) {
    this.#stages = stages;
    this.#depth = depth;
    this.#tails = stages.map(() => Promise.resolve());
  }

  /** Copies a piece in: it may change afterwards. Throws what a stage threw. */
  async add(piece: Uint8Array): Promise<void> {
    this.#take(piece);
    if (this.#bytes < BLOCK_BYTES) return;
    this.#push();
    const depth = Math.min(DEPTH_MAX, Math.max(1, this.#depth()));
    while (this.#underWay.length > depth) await this.#underWay.shift();
    this.mustBeWhole();
  }

  /** Works on what is left, and waits until nothing is under way. Never rejects. */
  async end(): Promise<void> {
    if (this.#bytes > 0 && this.#failure === undefined) this.#push();
    await Promise.all(this.#underWay);
  }

  /** Throws what went wrong. */
  mustBeWhole(): void {
    if (this.#failure) throw this.#failure.reason;
  }

  #push(): void {
    const block = this.#filled();
    const done = this.#stages.map((stage, i) => {
      const run = async () => {
        if (this.#failure === undefined) await stage(block);
      };
      return this.#tails[i] = this.#tails[i]!.then(run).catch((reason) => {
        this.#failure ??= { reason };
      });
    });
    this.#underWay.push(
      Promise.all(done).then(() => {
        const isFull = block.buffer.byteLength >= ROOM_BYTES;
        if (isFull && spare.length < SPARE_MAX) spare.push(new Uint8Array(block.buffer));
      }),
    );
  }

  #take(piece: Uint8Array): void {
    const bytes = this.#bytes + piece.length;
    const before = this.#memory;
    if (before === undefined || bytes > before.length) {
      this.#memory = roomFor(bytes);
      if (before !== undefined) this.#memory.set(before.subarray(0, this.#bytes));
    }
    this.#memory!.set(piece, this.#bytes);
    this.#bytes = bytes;
  }

  #filled(): Uint8Array<ArrayBuffer> {
    const block = this.#memory!.subarray(0, this.#bytes);
    this.#memory = undefined;
    this.#bytes = 0;
    return block;
  }
}

function roomFor(bytes: number): Uint8Array<ArrayBuffer> {
  if (bytes < FAST_BYTES) return new Uint8Array(Math.min(FAST_BYTES, 2 * bytes));
  const used = spare.at(-1);
  return used !== undefined && used.length >= bytes
    ? spare.pop()!
    : new Uint8Array(Math.max(bytes, ROOM_BYTES));
}
