// Copyright the SpareGrid authors. Apache-2.0.
import { nowMs } from "../base/mod.ts";
import type { RemovedFileRow, StoredFileRow } from "../catalog/mod.ts";
import { isSgError } from "../errors/mod.ts";
import { FILE_TYPES, type FileType } from "../storage/mod.ts";
import { count, isRecorded, ORPHANS_SETTING, type StoreParts, trashMsOf } from "./_store_parts.ts";
import { fileKey, KeptRepository, placeKey } from "./kept_repository.ts";
import type { StoreEntry, StorePlace } from "./store.ts";
import { type OrphanSession, UploadSessions } from "./upload_sessions.ts";

const PAGE = 5_000;

/** What the start found. */
export interface RecoveryReport {
  /** Uploads that a crash had interrupted; removed. */
  readonly temporaries: number;
  /** Files that the catalog did not know, or otherwise. */
  added: number;
  /** Files that the catalog knows and the disk has not: they count as damaged. */
  missing: number;
  /** Files of the trash that the catalog did not know of. */
  trashed: number;
}

/**
 * Reads what is on the disk, counts it, and makes the catalog equal to it: what is there is there, whatever the catalog says.
 */
export async function recover(parts: StoreParts, temporaries: number): Promise<RecoveryReport> {
  const report = { temporaries, added: 0, missing: 0, trashed: 0 };
  await openRepositories(parts);
  for (const repository of parts.repositories.values()) await readTrash(parts, repository, report);
  // A removal that a crash cut short is known now: what it took from the store is not missing.
  await parts.ledger.flush();
  for (const repository of parts.repositories.values()) {
    for (const type of FILE_TYPES) await readType(parts, repository, type, report);
  }
  await parts.ledger.flush();
  await findSessions(parts);
  return report;
}

/** All repositories that the disk or the catalog knows, with accounts for those whose own was lost. */
async function openRepositories(parts: StoreParts): Promise<void> {
  const { store, catalog, repositories, clock } = parts;
  const rows = new Map(
    (await catalog.stores.all()).map((
      row,
    ) => [placeKey({ account: row.accountId, repository: row.name }), row]),
  );
  const inStore = await store.places("store");
  const inTrash = await store.places("trash");
  const add = async (place: StorePlace, live: boolean) => {
    const key = placeKey(place);
    if (repositories.has(key)) return;
    const row = rows.get(key);
    if (row === undefined && live) await ensureAccount(parts, place.account);
    const { createdAt, sequence } = row ??
      (live
        ? await catalog.stores.create({
          accountId: place.account,
          name: place.repository,
          createdAt: nowMs(clock),
        })
        : { createdAt: nowMs(clock), sequence: await lastSequence(parts, place) });
    const repository = new KeptRepository(place, createdAt, sequence);
    repository.removed = !live;
    repositories.set(key, repository);
  };
  for (const place of inStore) await add(place, true);
  for (const row of rows.values()) await add({ account: row.accountId, repository: row.name }, true);
  for (const place of inTrash) await add(place, false);
}

async function ensureAccount({ accounts, log }: StoreParts, id: string): Promise<void> {
  try {
    await accounts.get(id);
  } catch (error) {
    if (!isSgError(error, "SG1036")) throw error;
    log.write("warning", "files of an account that the catalog does not know", { account: id });
    await accounts.adopt(id);
  }
}

/** The last sequence number of a repository of which only the trash is left. */
async function lastSequence({ catalog }: StoreParts, { account, repository }: StorePlace): Promise<number> {
  let last = 0;
  for (;;) {
    const page = await catalog.removedFiles.following(account, repository, last, PAGE);
    if (page.length === 0) return last;
    last = page.at(-1)!.sequence;
  }
}

async function readTrash(
  parts: StoreParts,
  repository: KeptRepository,
  report: RecoveryReport,
): Promise<void> {
  const { store, ledger, clock } = parts;
  const { place } = repository;
  const known = await trashRows(parts, place);
  const now = nowMs(clock);
  let purgeAt: number | undefined;
  for (const type of FILE_TYPES) {
    for await (const batch of store.list(place, type, "trash")) {
      for (const { name, size } of batch) {
        count(parts, repository, { trashFiles: 1, trashBytes: size });
        if (known.delete(fileKey(type, name))) continue;
        purgeAt ??= now + await trashMsOf(parts, place.account);
        // The config's name in the trash is the number that its removal had.
        const sequence = type === "config" && /^\d{1,15}$/.test(name) ? Number(name) : repository.next();
        repository.sequence = Math.max(repository.sequence, sequence);
        report.trashed++;
        const file = { type, name: type === "config" ? "" : name, size, sequence };
        await ledger.add(place, repository.sequence, {
          kind: "removed",
          file: { ...file, removedAt: now, purgeAt, purgedAt: null },
        });
      }
    }
  }
  for (const { sequence } of known.values()) {
    await ledger.add(place, repository.sequence, { kind: "leftTrash", sequence, at: now });
  }
}

async function trashRows(
  { catalog }: StoreParts,
  { account, repository }: StorePlace,
): Promise<Map<string, RemovedFileRow>> {
  const known = new Map<string, RemovedFileRow>();
  for (let after = 0;;) {
    const page = await catalog.removedFiles.inTrash(account, repository, PAGE, { after });
    for (const row of page) known.set(fileKey(row.type, trashNameOf(row)), row);
    if (page.length < PAGE) return known;
    after = page.at(-1)!.sequence;
  }
}

/** The name of a removed file in the trash. There may have been several configs; other names stand for their content. */
export function trashNameOf(
  { type, name, sequence }: Pick<RemovedFileRow, "type" | "name" | "sequence">,
): string {
  return type === "config" ? String(sequence) : name;
}

/** Goes through one type on the disk and in the catalog side by side, both in the order of names. */
async function readType(
  parts: StoreParts,
  repository: KeptRepository,
  type: FileType,
  report: RecoveryReport,
): Promise<void> {
  const { place } = repository;
  const rows = isRecorded(type) ? rowsOf(parts, place, type) : nothing();
  const missing: StoredFileRow[] = [];
  let row = await next(rows);
  for await (const batch of parts.store.list(place, type)) {
    for (const entry of batch) {
      for (; row !== undefined && row.name < entry.name; row = await next(rows)) missing.push(row);
      const known = row?.name === entry.name ? row : undefined;
      if (known !== undefined) row = await next(rows);
      await readEntry(parts, repository, type, entry, known, report);
    }
  }
  for (; row !== undefined; row = await next(rows)) missing.push(row);
  await noteMissing(parts, repository, missing, report);
}

async function readEntry(
  parts: StoreParts,
  repository: KeptRepository,
  type: FileType,
  { name, size, writtenAt }: StoreEntry,
  known: StoredFileRow | undefined,
  report: RecoveryReport,
): Promise<void> {
  count(parts, repository, { files: 1, bytes: size });
  if (!isRecorded(type)) return;
  if (known !== undefined && known.size === size && known.damage !== MISSING) {
    if (known.damage !== null) repository.damaged.add(fileKey(type, name));
    return;
  }
  report.added++;
  await parts.ledger.add(repository.place, repository.next(), {
    kind: "stored",
    file: { type, name, size, sequence: repository.sequence, storedAt: writtenAt },
  });
}

/** The damage of a file that should be there and is not. */
export const MISSING = "missing";

async function noteMissing(
  { catalog, clock, log }: StoreParts,
  repository: KeptRepository,
  missing: readonly StoredFileRow[],
  report: RecoveryReport,
): Promise<void> {
  if (missing.length === 0) return;
  const { account } = repository.place;
  report.missing += missing.length;
  log.write("error", "stored files are missing", {
    account,
    repository: repository.place.repository,
    files: missing.length,
    first: fileKey(missing[0]!.type, missing[0]!.name),
  });
  for (const { type, name } of missing) repository.damaged.add(fileKey(type, name));
  const verifiedAt = nowMs(clock);
  for (let at = 0; at < missing.length; at += PAGE) {
    await catalog.storedFiles.verified(
      missing.slice(at, at + PAGE).map(({ accountId, store, type, name }) => ({
        ...{ accountId, store, type, name, verifiedAt },
        damage: MISSING,
      })),
    );
  }
}

/** Clients that had a lock when the server stopped, and those that may come back without one. */
async function findSessions({ store, catalog, repositories }: StoreParts): Promise<void> {
  const kept = (await catalog.settings.get(ORPHANS_SETTING) ?? {}) as Record<string, OrphanSession[]>;
  for (const [key, repository] of repositories) {
    const { place, sequence } = repository;
    const sessions = new UploadSessions(kept[key] ?? []);
    for await (const batch of store.list(place, "locks")) {
      for (const { name, writtenAt } of batch) {
        const first = await catalog.storedFiles.firstSince(place.account, place.repository, writtenAt);
        sessions.found(name, first === undefined ? sequence : first - 1, writtenAt);
      }
    }
    repository.sessions = sessions;
  }
}

async function* rowsOf(
  { catalog }: StoreParts,
  { account, repository }: StorePlace,
  type: string,
): AsyncGenerator<StoredFileRow, undefined> {
  let after: string | undefined;
  for (;;) {
    const page = await catalog.storedFiles.page(account, repository, type, PAGE, after);
    yield* page;
    if (page.length < PAGE) return;
    after = page.at(-1)!.name;
  }
}

async function* nothing(): AsyncGenerator<StoredFileRow, undefined> {
  // Locks are not written down.
}

async function next(rows: AsyncGenerator<StoredFileRow, undefined>): Promise<StoredFileRow | undefined> {
  return (await rows.next()).value;
}
