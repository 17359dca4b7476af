// Copyright the SpareGrid authors. Apache-2.0.
import { type BlobId, freeBytes, type Random } from "../base/mod.ts";
import type { StorageCall } from "../storage/mod.ts";
import { BlobWriter, type BlobWriterOptions } from "./blob_writer.ts";
import type { LongBlob } from "./long_blob.ts";
import type { SealedPack } from "./sealed_pack.ts";

/** Fills packs with the trees of a run and stores them; one may be on its way while the next is filled. */
export class TreePacks {
  readonly #writer: BlobWriter;
  readonly #save: (pack: SealedPack, call: StorageCall) => Promise<void>;
  #last: Promise<void> = Promise.resolve();
  #onItsWay: Promise<void> | undefined;

  constructor(
    options: Omit<BlobWriterOptions, "type">,
    random: Random,
    save: (pack: SealedPack, call: StorageCall) => Promise<void>,
  ) {
    this.#writer = new BlobWriter({ ...options, type: "tree" }, random);
    this.#save = save;
  }

  /** Begins a long tree, for {@link add}. */
  beginLong(): LongBlob {
    return this.#writer.beginLong();
  }

  /** Takes a tree unless it is known, and gives its ID; waits only when a pack is full. */
  async add(tree: Uint8Array | LongBlob, call: StorageCall): Promise<BlobId> {
    const id = this.#writer.add(tree);
    if (this.#writer.full) await this.#inTurn(() => this.#ship(call));
    return id;
  }

  /** Stores what was taken up to now. */
  settle(call: StorageCall): Promise<void> {
    return this.#inTurn(async () => {
      await this.#ship(call);
      await this.#takeOnItsWay();
    });
  }

  /** One after the other: so each failure is met by one, and none by nobody. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => {});
    return turn;
  }

  async #ship(call: StorageCall): Promise<void> {
    const pack = await this.#writer.seal();
    if (!pack) return;
    await this.#takeOnItsWay();
    const saving = this.#save(pack, call).then(() => freeBytes(pack.bytes));
    // A failure is met at the next pack, or when all is to be stored.
    saving.catch(() => {});
    this.#onItsWay = saving;
  }

  async #takeOnItsWay(): Promise<void> {
    const before = this.#onItsWay;
    this.#onItsWay = undefined;
    await before;
  }
}
