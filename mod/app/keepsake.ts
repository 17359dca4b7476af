// Copyright the SpareGrid authors. Apache-2.0.
import { type Clock, fromBase64, type Log, toBase64, utf8, utf8Text } from "../base/mod.ts";
import type { Catalog, Keepsake } from "../catalog/mod.ts";
import type { DataFolder } from "./data_folder.ts";

const FILE = "keepsake.json";
/** Between two looks whether something changed, ms. */
const LOOK_MS = 60_000;

/** What a keeper stands on. */
export interface KeepsakeParts {
  readonly folder: DataFolder;
  readonly catalog: Pick<Catalog, "keepsake">;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Keeps a copy of those rows of the catalog that stand nowhere else: users, destinations, sets with their passwords, accounts. Secrets
 * are sealed or hashed in it as they are in the catalog.
 */
export class KeepsakeKeeper {
  readonly #parts: KeepsakeParts;
  #kept: string | undefined;

  constructor(parts: KeepsakeParts) {
    this.#parts = parts;
  }

  /** Puts what is kept into a catalog that was begun anew; answers how many rows, or why it could not be. */
  async restore(): Promise<{ readonly rows: number } | { readonly failure: string }> {
    const { folder, catalog } = this.#parts;
    try {
      const bytes = await folder.read(FILE);
      if (bytes === undefined) return { failure: "there is no copy of it" };
      const kept = JSON.parse(utf8Text(bytes), revived) as Keepsake;
      await catalog.keepsake.restore(kept);
      return { rows: Object.values(kept).reduce((sum, rows) => sum + rows.length, 0) };
    } catch (error) {
      // What cannot be used now is put aside, for the next copy takes its name.
      await this.#putAside();
      return { failure: error instanceof Error ? error.message : String(error) };
    }
  }

  /** Writes the copy where something changed since the last. */
  async keep(): Promise<void> {
    const { folder, catalog } = this.#parts;
    const text = JSON.stringify(await catalog.keepsake.dump(), replaced);
    if (text === this.#kept) return;
    await folder.write(FILE, utf8(text));
    this.#kept = text;
  }

  /** Keeps the copy up to date until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#parts;
    while (!signal.aborted) {
      try {
        await this.keep();
      } catch (error) {
        log.write("error", "the copy of the catalog's main facts could not be written", {
          reason: String(error),
        });
      }
      await clock.sleep(LOOK_MS, signal).catch(() => {});
    }
  }

  async #putAside(): Promise<void> {
    const { folder, clock, log } = this.#parts;
    try {
      const bytes = await folder.read(FILE);
      if (bytes !== undefined) await folder.write(`keepsake.unused-${clock.now() / 1_000_000n}.json`, bytes);
    } catch (error) {
      log.write("error", "the copy of the catalog's main facts could not be put aside", {
        reason: String(error),
      });
    }
  }
}

/** JSON knows no bytes. */
function replaced(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? { $bytes: toBase64(value) } : value;
}

function revived(_key: string, value: unknown): unknown {
  const bytes = (value as { $bytes?: unknown } | null)?.$bytes;
  return typeof bytes === "string" ? fromBase64(bytes) : value;
}
