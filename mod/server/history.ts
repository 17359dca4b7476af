// Copyright the SpareGrid authors. Apache-2.0.
import { filePath, type FileType } from "../storage/mod.ts";
import type { StoreParts } from "./_store_parts.ts";
import type { KeptRepository } from "./kept_repository.ts";

/** A file that was stored or removed. */
export interface StoreEvent {
  readonly sequence: number;
  /** `config`, or `type/name`. */
  readonly file: string;
  readonly size: number;
  readonly removed: boolean;
}

/** What happened in a repository behind a sequence number, in order. Locks are left out. */
export interface StoreHistory {
  /** Ask again behind this one. */
  readonly sequence: number;
  /** There is more behind it already. */
  readonly more: boolean;
  readonly events: readonly StoreEvent[];
}

const PAGE = 10_000;

/** What was stored and is still there, and what was removed, behind a sequence number. */
export async function changesSince(
  { catalog, ledger }: StoreParts,
  { place, sequence: last }: KeptRepository,
  after: number,
): Promise<StoreHistory> {
  await ledger.flush();
  const { account, repository } = place;
  const stored = await catalog.storedFiles.following(account, repository, after, PAGE);
  const removed = await catalog.removedFiles.following(account, repository, after, PAGE);
  const event =
    (removed: boolean) => (row: { type: string; name: string; sequence: number; size: number }) => ({
      sequence: row.sequence,
      file: filePath({ type: row.type as FileType, name: row.name }),
      size: row.size,
      removed,
    });
  const all = [...stored.map(event(false)), ...removed.map(event(true))].sort((a, b) =>
    a.sequence - b.sequence
  );
  const events = all.slice(0, PAGE);
  const more = all.length > PAGE || stored.length === PAGE || removed.length === PAGE;
  const end = events.at(-1)?.sequence ?? 0;
  return { sequence: more ? end : Math.max(after, last, end), more, events };
}
