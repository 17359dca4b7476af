// Copyright the SpareGrid authors. Apache-2.0.
import { type IndexId, MIB, type PackId } from "../base/mod.ts";
import { isSgError, SgError } from "../errors/mod.ts";
import { assertBearable, decodeIndex, type IndexFile } from "../format/mod.ts";
import type { StoredFile } from "../storage/mod.ts";
import type { BlobTable } from "./blob_table.ts";
import { scanIndex, SCANNED_WORDS, type ScannedIndex } from "./index_scan.ts";
import type { PackList } from "./pack_list.ts";
import { callOf, eachInParallel, type RepositoryFiles } from "./repository_files.ts";

/** Larger index files are looked over before they become one text. restic and we write some 10 MB. */
const INDEX_BYTES_USUAL = 32 * MIB;
/** Index files held in memory at once while loading. */
const LOADS_AT_ONCE = 4;

/** How to load the index. */
export interface IndexLoadOptions {
  readonly signal?: AbortSignal;
  /** Called after each file. */
  readonly onProgress?: (done: number, total: number) => void;
  /**
   * Called for each file that cannot be used, and loading goes on; without it, the first one ends the loading with its
   * error.
   */
  readonly onDamage?: (id: IndexId, error: SgError) => void;
}

/** What is known of the index files that were loaded. */
export class LoadedIndexes {
  /** The packs that each index file lists, by number. */
  readonly files = new Map<IndexId, Uint32Array>();
  /** Files that could not be used. */
  readonly damaged = new Set<IndexId>();

  /** Adds what a file lists to the table. */
  add(id: IndexId, index: IndexFile, table: BlobTable, packs: PackList): void {
    const numbers = new Uint32Array(index.packs.length);
    for (let i = 0; i < index.packs.length; i++) {
      const pack = index.packs[i]!;
      const number = packs.number(pack.id as PackId);
      numbers[i] = number;
      for (const { id: blob, type, offset, length, uncompressedLength } of pack.blobs) {
        if (table.addHex(type, blob, number, offset, length, uncompressedLength)) {
          packs.addBlob(number, length, uncompressedLength > 0);
        }
      }
    }
    this.files.set(id, numbers);
  }

  /** As {@link add}, for a file that was scanned. */
  addScanned(id: IndexId, { packs: scanned, words }: ScannedIndex, table: BlobTable, packs: PackList): void {
    let at = 0;
    const numbers = Uint32Array.from(scanned, (pack) => {
      const number = packs.number(pack.id);
      const end = at + pack.blobs * SCANNED_WORDS;
      table.addWords(words, at, end, number, (blob) => {
        packs.addBlob(number, words[blob + 10]! >>> 0, words[blob + 11] !== 0);
      });
      at = end;
      return number;
    });
    this.files.set(id, numbers);
  }
}

/** Where index files are loaded into. */
export interface IndexRoom {
  readonly indexes: LoadedIndexes;
  readonly table: BlobTable;
  readonly packs: PackList;
}

/** Loads those of the listed index files that were not loaded before. SG1005 for a damaged one unless `onDamage` takes it. */
export async function loadIndexes(
  files: RepositoryFiles,
  { indexes: known, table, packs }: IndexRoom,
  listed: readonly StoredFile[],
  options: IndexLoadOptions = {},
): Promise<void> {
  const { onProgress, onDamage } = options;
  const call = callOf(options);
  const fresh = listed.filter(({ name }) => {
    return !known.files.has(name as IndexId) && !known.damaged.has(name as IndexId);
  });
  let done = 0;
  const load = async (file: StoredFile) => {
    const id = file.name as IndexId;
    try {
      const json = await files.load("index", file, call);
      if (json.length > INDEX_BYTES_USUAL) assertBearable(json, `index/${id}`);
      const scanned = scanIndex(json);
      if (scanned) known.addScanned(id, scanned, table, packs);
      else known.add(id, decodeIndex(json, `index/${id}`), table, packs);
    } catch (error) {
      const damage = damageOf(error);
      if (!damage || !onDamage) throw error;
      known.damaged.add(id);
      onDamage(id, damage);
    }
    onProgress?.(++done, fresh.length);
  };
  await eachInParallel(fresh, Math.min(files.storage.connections, LOADS_AT_ONCE), load);
}

/** The error when it says that a stored file is bad; undefined for anything else. */
export function damageOf(error: unknown): SgError | undefined {
  const bad = isSgError(error, "SG1005") || isSgError(error, "SG1006") || isSgError(error, "SG1017") ||
    isSgError(error, "SG1007");
  return bad ? error as SgError : undefined;
}
