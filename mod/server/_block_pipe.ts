// Copyright the SpareGrid authors. Apache-2.0.
/** Bytes that are worked on in one go: large enough that handing them to another thread costs little. */
const BLOCK_BYTES = 512 * 1024;
/** Blocks of one pipe that may be under way: more would only wait. */
const DEPTH_MAX = 3;
/** Pieces are hardly ever larger, bytes. */
const PIECE_BYTES = 128 * 1024;

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
  #pieces: Uint8Array[] = [];
  #bytes = 0;
  #underWay: Promise<void>[] = [];
  #failure: { readonly reason: unknown } | undefined;

  /** `depth` says how many blocks may be under way now; at least one may. */
  constructor(stages: readonly BlockStage[], depth: () => number) {
    this.#stages = stages;
    this.#depth = depth;
    this.#tails = stages.map(() => Promise.resolve());
  }

  /** Takes a piece in. Throws what a stage threw. */
  async add(piece: Uint8Array): Promise<void> {
    this.#pieces.push(piece);
    this.#bytes += piece.length;
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
    const block = this.#joined();
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
        if (spare.length < SPARE_MAX) spare.push(new Uint8Array(block.buffer));
      }),
    );
  }

  #joined(): Uint8Array<ArrayBuffer> {
    const memory = spare.pop();
    const block = memory !== undefined && memory.length >= this.#bytes
      ? memory
      : new Uint8Array(Math.max(this.#bytes, BLOCK_BYTES + PIECE_BYTES));
    let at = 0;
    for (const piece of this.#pieces) {
      block.set(piece, at);
      at += piece.length;
    }
    this.#pieces = [];
    this.#bytes = 0;
    return block.subarray(0, at);
  }
}
