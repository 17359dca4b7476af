// Copyright the SpareGrid authors. Apache-2.0.
import { nowMs, toHex } from "../base/mod.ts";
import type { StoredFileRow, VerifiedFile } from "../catalog/mod.ts";
import { BackgroundSha256 } from "../crypto/mod.ts";
import { isSgError } from "../errors/mod.ts";
import type { FileType } from "../storage/mod.ts";
import { MISSING } from "./_recovery.ts";
import type { StoreParts } from "./_store_parts.ts";
import type { Bandwidth } from "./bandwidth.ts";
import { fileKey, type KeptRepository } from "./kept_repository.ts";

/** How a scrub goes about. */
export interface ScrubOrder {
  /** Bytes to read in a second; 0: as fast as it goes. Asked anew for each piece. */
  readonly bytesPerSecond: () => number;
  /** Files that were verified since then are left out, ms since 1970. */
  readonly verifiedBefore: number;
  /** Only these repositories; left out: all. */
  readonly only?: { readonly account: string; readonly repository?: string };
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: { readonly files: number; readonly bytes: number }) => void;
}

/** A stored file that is not what it should be. */
export interface DamagedFile {
  readonly account: string;
  readonly repository: string;
  readonly file: string;
  readonly damage: string;
}

/** What a scrub found. */
export interface ScrubReport {
  readonly files: number;
  readonly bytes: number;
  readonly damaged: readonly DamagedFile[];
}

/** Files between two writes to the catalog. */
const BATCH = 100;
/** Damaged files that a report names; the catalog knows them all. */
const NAMED_MAX = 1_000;

/** Reads stored files again and holds them against their names, those first that were verified longest ago. */
export class Scrub {
  readonly #parts: StoreParts;
  readonly #bandwidth: Bandwidth;

  constructor(parts: StoreParts, bandwidth: Bandwidth) {
    this.#parts = parts;
    this.#bandwidth = bandwidth;
  }

  /** Verifies what is due. Stopped by the signal, what was verified until then is remembered. */
  async run(order: ScrubOrder): Promise<ScrubReport> {
    const damaged: DamagedFile[] = [];
    let [files, bytes] = [0, 0];
    for (const repository of this.#parts.repositories.values()) {
      const { account, repository: name } = repository.place;
      if (repository.removed || (order.only && order.only.account !== account)) continue;
      if (order.only?.repository !== undefined && order.only.repository !== name) continue;
      await this.#parts.ledger.flush();
      for (;;) {
        const due = await this.#parts.catalog.storedFiles
          .leastVerified(account, name, order.verifiedBefore, BATCH);
        const looked = await this.#lookAt(repository, due, order, (size) => {
          files++;
          bytes += size;
          order.onProgress?.({ files, bytes });
        });
        for (const { type, name: file, damage } of looked) {
          if (damage === null || damaged.length >= NAMED_MAX) continue;
          damaged.push({ account, repository: name, file: fileKey(type, file), damage });
        }
        order.signal.throwIfAborted();
        // What was verified just now is not due again, so the end comes.
        if (due.length < BATCH) break;
      }
    }
    return { files, bytes, damaged };
  }

  async #lookAt(
    repository: KeptRepository,
    due: readonly StoredFileRow[],
    order: ScrubOrder,
    onFile: (size: number) => void,
  ): Promise<VerifiedFile[]> {
    const looked: VerifiedFile[] = [];
    try {
      for (const row of due) {
        const damage = await this.#damageOf(row, order);
        if (damage === undefined) continue;
        looked.push({
          ...{ accountId: row.accountId, store: row.store, type: row.type, name: row.name },
          // Also by a clock that was set back it is not due again in this run.
          ...{ verifiedAt: Math.max(nowMs(this.#parts.clock), order.verifiedBefore), damage },
        });
        this.#note(repository, row, damage);
        onFile(row.size);
      }
    } finally {
      if (looked.length > 0) await this.#parts.catalog.storedFiles.verified(looked);
    }
    return looked;
  }

  /** What is wrong with a file; null: nothing; undefined: it was removed meanwhile. */
  async #damageOf(row: StoredFileRow, order: ScrubOrder): Promise<string | null | undefined> {
    const file = {
      account: row.accountId,
      repository: row.store,
      type: row.type as FileType,
      name: row.name,
    };
    const there = await this.#parts.store.stat(file);
    if (there === undefined) return await this.#isKnown(row) ? MISSING : undefined;
    if (there.size !== row.size) return `it holds ${there.size} bytes in place of ${row.size}`;
    using hash = new BackgroundSha256();
    try {
      for await (const bytes of this.#parts.store.read(file, 0, row.size)) {
        await hash.update(bytes);
        await this.#bandwidth.take("scrub", bytes.length, order.bytesPerSecond(), order.signal);
      }
    } catch (error) {
      if (isSgError(error, "SG1006")) return await this.#isKnown(row) ? MISSING : undefined;
      if (isSgError(error, "SG1015") || isSgError(error, "SG1005")) return "it cannot be read";
      throw error;
    }
    // The config's name says nothing of its content.
    if (row.type === "config" || toHex(hash.digest()) === row.name) return null;
    return "its content does not hash to its name";
  }

  /** True while the catalog says that the file should be there. */
  async #isKnown({ accountId, store, type, name }: StoredFileRow): Promise<boolean> {
    await this.#parts.ledger.flush();
    return await this.#parts.catalog.storedFiles.byName(accountId, store, type, name) !== undefined;
  }

  #note({ damaged, place }: KeptRepository, { type, name }: StoredFileRow, damage: string | null): void {
    const key = fileKey(type, name);
    if (damage === null) {
      damaged.delete(key);
      return;
    }
    damaged.add(key);
    this.#parts.log.write("error", "a stored file is damaged", { ...place, file: key, damage });
  }
}
