// Copyright the SpareGrid authors. Apache-2.0.
import type { Clock } from "../base/mod.ts";
import { JournalWriter } from "./journal.ts";
import type { ArchiverNeeds } from "./needs.ts";
import { reasonOf } from "./problems.ts";

/** Makes what was read so far safe every now and then: packs, then the index, then the journal. */
export class Checkpoints {
  /** Where read files are noted until the next checkpoint. */
  readonly journal: JournalWriter | undefined;
  readonly #needs: ArchiverNeeds;
  readonly #clock: Clock;
  readonly #everyMs: number;
  readonly #note: (message: string) => void;
  #last: number;
  #running: Promise<void> | undefined;
  #spilling: Promise<void> | undefined;

  constructor(needs: ArchiverNeeds, clock: Clock, everyMs: number, note: (message: string) => void) {
    this.#needs = needs;
    this.#clock = clock;
    this.#everyMs = everyMs;
    this.#note = note;
    this.#last = clock.monotonicMs();
    this.journal = needs.journal ? new JournalWriter() : undefined;
  }

  /** True when it is time and none is under way. */
  get due(): boolean {
    return !this.#running && this.#clock.monotonicMs() - this.#last >= this.#everyMs;
  }

  /** Makes a checkpoint, after the one that is under way. @throws what the repository throws. */
  async make(): Promise<void> {
    while (this.#running) await this.#running.catch(() => {});
    this.#running = this.#make();
    try {
      await this.#running;
    } finally {
      this.#running = undefined;
      this.#last = this.#clock.monotonicMs();
    }
  }

  /**
   * Hands full frames to the journal before their time, so that a million files do not fill the memory. A record that is
   * there before its data harms nobody: it is believed only where the index knows all blobs.
   */
  spill(): void {
    const frames = this.#spilling ? [] : this.journal?.takeFull() ?? [];
    if (frames.length === 0) return;
    this.#spilling = this.#append(frames).finally(() => this.#spilling = undefined);
  }

  /** Lists in an index what the repository has by now, without waiting for the lanes. @throws what the repository throws. */
  async list(): Promise<void> {
    await this.#needs.checkpoint();
  }

  async #make(): Promise<void> {
    // Taken before the flush: only what was answered by now is surely stored after it.
    const frames = this.journal?.take() ?? [];
    await this.#needs.lanes.flush();
    await this.#needs.checkpoint();
    await this.#spilling;
    await this.#append(frames);
  }

  async #append(frames: readonly Uint8Array[]): Promise<void> {
    try {
      for (const frame of frames) await this.#needs.journal?.append(frame);
    } catch (error) {
      // Without its journal an interrupted run reads again; that is no reason to fail.
      this.#note(`Cannot keep the journal of this run: ${reasonOf(error)}`);
    }
  }
}
