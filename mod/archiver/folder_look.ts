// Copyright the SpareGrid authors. Apache-2.0.
import type { FolderEntry } from "../platform/mod.ts";
import { type ExcludeRules, type FolderListing, type JudgedFolder, listingOf } from "../source/mod.ts";
import { ListingDigest } from "./listing_digest.ts";
import type { NodeMaker } from "./node_maker.ts";

/** Larger folders are compared entry by entry, for all of a folder is digested at one go. */
const DIGESTED_ENTRIES_MAX = 50_000;

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

/**
 * Looks at all entries of a folder that `rules` do not leave out. Undefined where they have no digest: there are very many,
 * or something about them is in no stat.
 */
export function lookAtFolder(
  folder: JudgedFolder & { readonly listing: FolderListing },
  rules: ExcludeRules,
  maker: NodeMaker,
): FolderLook | undefined {
  const { listing } = folder;
  if (listing.count > DIGESTED_ENTRIES_MAX) return undefined;
  const digest = new ListingDigest();
  const folders: FolderEntry[] = [];
  let files = 0, bytes = 0;
  for (let i = 0; i < listing.count; i++) {
    const entry = listing.entry(i);
    const { name, stat } = entry;
    if (rules.leavesOut(folder, name, stat)) continue;
    if (!stat) {
      digest.spoil();
      continue;
    }
    digest.add(name, maker.describe(stat));
    if (stat.kind === "dir") folders.push(entry);
    else if (stat.kind === "file") {
      files++;
      bytes += stat.size;
    }
  }
  const end = digest.end();
  return end && { digest: end, files, bytes, folders: listingOf(folders) };
}
