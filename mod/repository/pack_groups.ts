// Copyright the SpareGrid authors. Apache-2.0.
import type { PackedBlob } from "../format/mod.ts";
import type { BlobTable } from "./blob_table.ts";

/** The entries of a blob table in order of their packs, and in each pack in order of their place. */
export class PackGroups {
  readonly #table: BlobTable;
  /** Where the entries of each pack start in `#entries`; one more at the end. */
  readonly #starts: Uint32Array;
  readonly #entries: Uint32Array;

  constructor(table: BlobTable, packCount: number) {
    this.#table = table;
    const starts = new Uint32Array(packCount + 1);
    table.eachEntry((entry) => starts[table.packOf(entry) + 1]!++);
    for (let i = 0; i < packCount; i++) starts[i + 1]! += starts[i]!;
    const entries = new Uint32Array(starts[packCount]!);
    const next = starts.slice();
    table.eachEntry((entry) => entries[next[table.packOf(entry)]!++] = entry);
    this.#starts = starts;
    this.#entries = entries;
  }

  /** Entries of a pack, by place. */
  entries(pack: number): Uint32Array {
    const table = this.#table;
    const part = this.#entries.subarray(this.#starts[pack]!, this.#starts[pack + 1]!);
    return part.sort((a, b) => table.offsetOf(a) - table.offsetOf(b));
  }

  /** The blobs of a pack, by place, as records. */
  blobs(pack: number): PackedBlob[] {
    return blobsOf(this.#table, this.entries(pack));
  }
}

/** What the table says of entries, as records. */
export function blobsOf(table: BlobTable, entries: Uint32Array): PackedBlob[] {
  return Array.from(entries, (entry) => blobOf(table, entry));
}

/** What the table says of an entry, as a record. */
export function blobOf(table: BlobTable, entry: number): PackedBlob {
  return {
    id: table.idOf(entry),
    type: table.typeOf(entry),
    offset: table.offsetOf(entry),
    length: table.lengthOf(entry),
    uncompressedLength: table.uncompressedOf(entry),
  };
}
