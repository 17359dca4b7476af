// Copyright the SpareGrid authors. Apache-2.0.
import { type Clock, fromBase64, type Log, toBase64, utf8, utf8Text } from "../base/mod.ts";
import type { Catalog, Keepsake } from "../catalog/mod.ts";
import { SgError } from "../errors/mod.ts";
import type { DataFolder } from "./data_folder.ts";

const FILE = "keepsake.json";
/**
 * Setting that counts the copies that were made, in the catalog and in its copy. A catalog without it has not been given what
 * is kept, and one whose number is lower is older than its copy: neither may replace it.
 */
const GENERATION = "catalog.generation";
/** Between two looks whether something changed, ms. */
const LOOK_MS = 60_000;

/** What a keeper stands on. */
export interface KeepsakeParts {
  readonly folder: DataFolder;
  readonly catalog: Pick<Catalog, "keepsake" | "settings">;
  readonly clock: Clock;
  readonly log: Log;
}

/** What came of the copy at a start that needed it: the catalog was begun anew, or is `older` than its copy. */
export type TakenCopy =
  | { readonly copy: "none" }
  | { readonly copy: "taken"; readonly rows: number; readonly older: boolean }
  | { readonly copy: "unusable"; readonly reason: string; readonly older: boolean };

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
   * cut to nothing, or one of an older time that somebody put there. Undefined where the catalog is the one that is kept. All
   * of it or nothing: a start that is broken off begins again. SG0021 when the copy cannot be read, or not be put aside.
   */
  async begin(): Promise<TakenCopy | undefined> {
    const { folder, catalog, clock } = this.#parts;
    const known = await catalog.settings.get(GENERATION) as number | undefined;
    const older = known !== undefined;
    const bytes = await folder.read(FILE);
    if (bytes === undefined) {
      if (!older) await catalog.settings.set(GENERATION, 0);
      return older ? undefined : { copy: "none" };
    }
    try {
      const kept = parsed(bytes);
      const generation = generationOf(kept);
      if (older && known >= generation) return undefined;
      const rows = await catalog.keepsake.restore(kept);
      await catalog.settings.set(GENERATION, generation);
      // A catalog from before copies were counted lacks nothing of its own copy.
      return rows === 0 ? undefined : { copy: "taken", rows, older };
    } catch (error) {
      // The next copy takes its name.
      await folder.write(`keepsake.unused-${clock.now() / 1_000_000n}.json`, bytes);
      if (!older) await catalog.settings.set(GENERATION, 0);
      return { copy: "unusable", reason: error instanceof Error ? error.message : String(error), older };
    }
  }

  /** Writes the copy where something changed since the last. */
  async keep(): Promise<void> {
    const { folder, catalog } = this.#parts;
    const now = await catalog.keepsake.dump();
    const text = JSON.stringify(withGeneration(now, 0), replaced);
    if (text === this.#kept) return;
    const generation = generationOf(now) + 1;
    // Ended in between, the catalog is the newer one.
    await catalog.settings.set(GENERATION, generation);
    await folder.write(FILE, utf8(JSON.stringify(withGeneration(now, generation), replaced)));
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

function parsed(bytes: Uint8Array): Keepsake {
  const kept = JSON.parse(utf8Text(bytes), revived) as Keepsake | null;
  if (Array.isArray(kept?.setting)) return kept;
  throw new SgError("SG1034", "The copy of the catalog is damaged");
}

function generationOf({ setting }: Keepsake): number {
  return Number(setting.find(({ key }) => key === GENERATION)?.value ?? 0);
}

function withGeneration(kept: Keepsake, generation: number): Keepsake {
  const others = kept.setting.filter(({ key }) => key !== GENERATION);
  return { ...kept, setting: [...others, { key: GENERATION, value: String(generation) }] };
}

/** JSON knows no bytes. */
function replaced(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? { $bytes: toBase64(value) } : value;
}

function revived(_key: string, value: unknown): unknown {
  const bytes = (value as { $bytes?: unknown } | null)?.$bytes;
  return typeof bytes === "string" ? fromBase64(bytes) : value;
}
