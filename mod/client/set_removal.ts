// Copyright the SpareGrid authors. Apache-2.0.
import type { Catalog, RunDraft } from "../catalog/mod.ts";
import { SgError } from "../errors/mod.ts";
import type { BackupSet, Run } from "./records.ts";
import type { RunLedger } from "./run_ledger.ts";
import { removalDrafts } from "./run_orders.ts";

/**
 * How a set goes: at once, or with its repositories. Then it is marked, a run for each destination removes its repository
 * and takes the destination off the set, and with the last one the set goes. A run that fails gives the set back.
 */
export class SetRemoval {
  readonly #catalog: Catalog;
  readonly #ledger: RunLedger;
  readonly #onSetGone: () => void;

  constructor(
    { catalog, onSetGone }: { readonly catalog: Catalog; readonly onSetGone?: () => void },
    ledger: RunLedger,
  ) {
    this.#catalog = catalog;
    this.#onSetGone = onSetGone ?? (() => {});
    this.#ledger = ledger;
  }

  /** SG0292, SG0290 or SG0291 while one of the set's runs is active. Suspended ones are not: they go with the set. */
  assertIdle(set: BackupSet, open: readonly Run[]): void {
    if (set.deleting) {
      throw new SgError("SG0292", `The set ${set.name} is being deleted already`);
    }
    const active = open.filter(({ state }) => state !== "suspended");
    if (active.some(({ kind }) => kind === "backup")) {
      throw new SgError("SG0290", `Cannot delete the set ${set.name}: a backup of it is active`);
    }
    if (active.some(({ kind }) => kind === "restore")) {
      throw new SgError("SG0291", `Cannot delete the set ${set.name}: a restore of it is active`);
    }
  }

  /** Forgets the set, or marks it and gives the runs that are to do the rest. */
  async begin(set: BackupSet, withBackups: boolean, orderedBy: string): Promise<RunDraft[]> {
    if (!withBackups) {
      await this.#remove(set.id);
      return [];
    }
    await this.#catalog.sets.change(set.id, { deletingAt: this.#ledger.now });
    return removalDrafts(set, orderedBy, this.#ledger.now);
  }

  /** A run is over; `open` are those that are not. */
  async runOver(run: Run, open: readonly Run[]): Promise<void> {
    if (!run.order.removeRepository || run.setId === undefined) return;
    const set = await this.#catalog.sets.get(run.setId);
    if (!set) return;
    const left = set.destinations.filter(({ destinationId }) =>
      run.state !== "done" || destinationId !== run.destinationId
    );
    if (left.length < set.destinations.length) {
      await this.#catalog.sets.change(set.id, {}, left);
    }
    await this.#settle(set.id, left.length, open);
  }

  /** Takes up what the program before this one left behind. */
  async takeUp(open: readonly Run[]): Promise<void> {
    for (const { id, destinations } of await this.#catalog.sets.deleting()) {
      await this.#settle(id, destinations.length, open);
    }
  }

  async #remove(setId: string): Promise<void> {
    await this.#catalog.sets.remove(setId);
    this.#onSetGone();
  }

  async #settle(setId: string, destinations: number, open: readonly Run[]): Promise<void> {
    if (open.some((run) => run.setId === setId && run.order.removeRepository)) return;
    if (destinations === 0) await this.#remove(setId);
    // Something is still there, and nobody is at it: the set must not look as if.
    else await this.#catalog.sets.change(setId, { deletingAt: null });
  }
}
