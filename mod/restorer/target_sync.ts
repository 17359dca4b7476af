// Copyright the SpareGrid authors. Apache-2.0.
import { MIB } from "../base/mod.ts";
import type { Fd, FileSystem } from "../platform/mod.ts";

/** After so many bytes the drive begins to write them, so that little is left to wait for at the end. */
const EARLY_BYTES = 256 * MIB;

/**
 * How what a restore makes becomes durable: all of the target's file system at once where there is a call for that; elsewhere each
 * file, before it gets its name, and each folder when it is done.
 */
export class TargetSync {
  /** The restorer syncs each file and folder itself. */
  readonly each: boolean;
  readonly #fs: FileSystem;
  readonly #root: Fd | undefined;
  #unsynced = 0;
  #early: Promise<void> | undefined;
  readonly #failures: unknown[] = [];

  /** `root` is the target's descriptor; undefined: nothing is to be made durable. */
  constructor(fs: FileSystem, root: Fd | undefined) {
    this.#fs = fs;
    this.#root = root;
    this.each = root !== undefined && !fs.traits.syncsAll;
  }

  /** Tells of content that was written. */
  wrote(bytes: number): void {
    if (this.#root === undefined || this.each) return;
    this.#unsynced += bytes;
    if (this.#unsynced < EARLY_BYTES || this.#early) return;
    this.#unsynced = 0;
    // The kernel tells a failure once, so it must not be lost on the way.
    this.#early = this.#fs.syncAllAsync(this.#root)
      .catch((error) => void this.#failures.push(error))
      .finally(() => this.#early = undefined);
  }

  /** Everything is durable when it resolves; throws where that failed, at any time of the restore. */
  async end(): Promise<void> {
    await this.settle();
    if (this.#failures.length > 0) throw this.#failures[0];
    if (this.#root === undefined) return;
    if (this.each) await this.#fs.syncAsync(this.#root);
    else await this.#fs.syncAllAsync(this.#root);
  }

  /** Waits until the target's descriptor is not in use any more. */
  async settle(): Promise<void> {
    await this.#early;
  }
}
