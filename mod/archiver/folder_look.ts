// Copyright the SpareGrid authors. Apache-2.0.
import type { FolderEntry } from "../platform/mod.ts";
import { type ExcludeRules, type FolderListing, type JudgedFolder, listingOf } from "../source/mod.ts";
import { ListingDigest } from "./listing_digest.ts";
import type { NodeMaker } from "./node_maker.ts";

/** What one look at a folder tells: enough to know whether it is as it was, and to go on below it. */
export interface FolderLook {
  /** {@link ListingDigest} of the entries that are backed up. */
  readonly digest: Uint8Array;
  /** Regular files among them, and their bytes. */
  readonly files: number;
  readonly bytes: number;
  /** The folders among them. */
  readonly folders: FolderListing;
}

/** Looks at the entries of a folder that `rules` do not leave out, some at a time. */
export class FolderLooking {
  readonly #folder: JudgedFolder & { readonly listing: FolderListing };
  readonly #rules: ExcludeRules;
  readonly #maker: NodeMaker;
  readonly #digest = new ListingDigest();
  readonly #folders: FolderEntry[] = [];
  #next = 0;
  #files = 0;
  #bytes = 0;

  constructor(
    folder: JudgedFolder & { readonly listing: FolderListing },
    rules: ExcludeRules,
    maker: NodeMaker,
  ) {
    this.#folder = folder;
    this.#rules = rules;
    this.#maker = maker;
  }

  /** Looks at the next `entries`. False when none are left. */
  step(entries: number): boolean {
    const { listing } = this.#folder;
    const end = Math.min(listing.count, this.#next + entries);
    while (this.#next < end) this.#look(listing.entry(this.#next++));
    return end < listing.count;
  }

  /** What was seen; undefined where something about the entries is in no stat. To be asked once, when no step is left. */
  end(): FolderLook | undefined {
    const digest = this.#digest.end();
    return digest && { digest, files: this.#files, bytes: this.#bytes, folders: listingOf(this.#folders) };
  }

  #look(entry: FolderEntry): void {
    const { name, stat } = entry;
    if (this.#rules.leavesOut(this.#folder, name, stat)) return;
    if (!stat) return this.#digest.spoil();
    this.#digest.add(name, this.#maker.describe(stat));
    if (stat.kind === "dir") this.#folders.push(entry);
    else if (stat.kind === "file") {
      this.#files++;
      this.#bytes += stat.size;
    }
  }
}
