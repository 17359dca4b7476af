// Copyright the SpareGrid authors. Apache-2.0.
import type { SnapshotId } from "../base/mod.ts";
import type { NamedSnapshot } from "./snapshots.ts";

/** JSON of the snapshots that are remembered, bytes. */
const JSON_BYTES_MAX = 8 * 2 ** 20;

/**
 * Remembers snapshots that were read. A file's name is the hash of its content, so what was read once is what any later
 * reading would give, as long as the file is listed. The ones read longest ago go first.
 */
export class SnapshotMemory {
  readonly #kept = new Map<SnapshotId, { readonly named: NamedSnapshot; readonly bytes: number }>();
  #bytes = 0;

  /** How many are remembered. */
  get size(): number {
    return this.#kept.size;
  }

  /** The snapshot, where it is remembered. */
  get(id: SnapshotId): NamedSnapshot | undefined {
    return this.#kept.get(id)?.named;
  }

  /** Remembers a snapshot whose JSON had so many bytes. */
  put(named: NamedSnapshot, bytes: number): void {
    this.drop(named.id);
    this.#kept.set(named.id, { named, bytes });
    this.#bytes += bytes;
    for (const id of this.#kept.keys()) {
      if (this.#bytes <= JSON_BYTES_MAX) return;
      this.drop(id);
    }
  }

  /** Forgets a snapshot. */
  drop(id: SnapshotId): void {
    const kept = this.#kept.get(id);
    if (!kept) return;
    this.#bytes -= kept.bytes;
    this.#kept.delete(id);
  }

  /** Forgets those that are not listed any more. */
  keepOnly(listed: ReadonlySet<string>): void {
    for (const id of this.#kept.keys()) if (!listed.has(id)) this.drop(id);
  }

  /** Forgets all. */
  clear(): void {
    this.#kept.clear();
    this.#bytes = 0;
  }
}
