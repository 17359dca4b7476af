// Copyright the SpareGrid authors. Apache-2.0.
import { type Clock, fromBase64, type Log, toBase64, utf8, utf8Text } from "../base/mod.ts";
import type { Catalog, Keepsake } from "../catalog/mod.ts";
import type { DataFolder } from "./data_folder.ts";

const FILE = "keepsake.json";
/** Setting of a catalog that was given what is kept, or that was new when nothing was: only such a one may replace the copy. */
const BEGUN = "catalog.begun";
/** Between two looks whether something changed, ms. */
const LOOK_MS = 60_000;

/** What a keeper stands on. */
export interface KeepsakeParts {
  readonly folder: DataFolder;
  readonly catalog: Pick<Catalog, "keepsake" | "settings">;
  readonly clock: Clock;
  readonly log: Log;
}

/** What came of the copy when a catalog was begun. */
export type BegunCatalog =
  | { readonly copy: "none" }
  | { readonly copy: "taken"; readonly rows: number }
  | { readonly copy: "unusable"; readonly reason: string };

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

  /**
   * Puts what is kept into a catalog that does not have it: one that was begun anew because the old one was damaged, missing or
   * cut to nothing. Undefined where the catalog is the one that is kept. All of it or nothing: a start that is broken off begins
   * again. SG0021 when the copy cannot be read, or not be put aside.
   */
  async begin(): Promise<BegunCatalog | undefined> {
    const { folder, catalog, clock } = this.#parts;
    if (await catalog.settings.get(BEGUN) === true) return undefined;
    const bytes = await folder.read(FILE);
    let begun: BegunCatalog = { copy: "none" };
    if (bytes !== undefined) {
      try {
        const kept = JSON.parse(utf8Text(bytes), revived) as Keepsake;
        const setting = kept.setting.filter(({ key }) => key !== BEGUN);
        await catalog.keepsake.restore({ ...kept, setting: [...setting, { key: BEGUN, value: "true" }] });
        return { copy: "taken", rows: Object.values(kept).reduce((sum, rows) => sum + rows.length, 0) };
      } catch (error) {
        begun = { copy: "unusable", reason: error instanceof Error ? error.message : String(error) };
        // The next copy takes its name.
        await folder.write(`keepsake.unused-${clock.now() / 1_000_000n}.json`, bytes);
      }
    }
    await catalog.settings.set(BEGUN, true);
    return begun;
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
}

/** JSON knows no bytes. */
function replaced(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? { $bytes: toBase64(value) } : value;
}

function revived(_key: string, value: unknown): unknown {
  const bytes = (value as { $bytes?: unknown } | null)?.$bytes;
  return typeof bytes === "string" ? fromBase64(bytes) : value;
}
