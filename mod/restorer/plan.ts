// Copyright the SpareGrid authors. Apache-2.0.
import { plainLength } from "../format/mod.ts";
import { type BlobId, KIB, MIB } from "../base/mod.ts";
import type { BlobPlace } from "./needs.ts";
import type { FileSpan } from "./planned_file.ts";

/** Bytes fetched at once, unless a single blob is larger. */
const FETCH_BYTES = 8 * MIB;
/** Bytes between two needed blobs that are fetched along, rather than asking twice. */
const GAP_BYTES = 256 * KIB;
/** Plain bytes written by one job, about. */
const JOB_PLAIN_BYTES = 64 * MIB;

/** One blob needed at one place of one file. */
export interface BlobUse {
  readonly span: FileSpan;
  readonly id: BlobId;
  readonly place: BlobPlace;
  /** Place in the file. */
  readonly at: number;
}

/** What is fetched in one go and done by one lane. */
export interface Fetch {
  readonly pack: number;
  readonly offset: number;
  readonly length: number;
  /** By place in the pack; the same blob's uses follow each other. */
  readonly uses: readonly BlobUse[];
}

/** Sorts needed blobs by pack and place, and cuts them into fetches. */
export function planFetches(uses: BlobUse[], fetchBytes = FETCH_BYTES): Fetch[] {
  uses.sort((a, b) =>
    a.place.pack - b.place.pack || a.place.offset - b.place.offset || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
  );
  const fetches: Fetch[] = [];
  for (let from = 0; from < uses.length;) {
    const { pack, offset } = uses[from]!.place;
    let end = offset;
    let plain = 0;
    let to = from;
    for (; to < uses.length; to++) {
      const place = uses[to]!.place;
      const fresh = to === from || place.offset !== uses[to - 1]!.place.offset;
      const placeEnd = place.offset + place.length;
      if (to > from && fresh) {
        if (place.pack !== pack || place.offset > end + GAP_BYTES) break;
        if (placeEnd - offset > fetchBytes || plain > JOB_PLAIN_BYTES) break;
      } else if (place.pack !== pack) break;
      if (fresh) plain += plainLength(place.length, place.uncompressedLength);
      end = Math.max(end, placeEnd);
    }
    fetches.push(fetchOf(uses.slice(from, to)));
    from = to;
  }
  return fetches;
}

/** The two halves of a fetch of several blobs; none of a single one. */
export function splitFetch({ uses }: Fetch): Fetch[] {
  const middle = uses.length >> 1;
  const offsetOf = (number: number) => uses[number]!.place.offset;
  let cut = middle;
  while (cut > 0 && cut < uses.length && offsetOf(cut) === offsetOf(cut - 1)) cut++;
  if (cut === uses.length) {
    cut = middle;
    while (cut > 0 && offsetOf(cut) === offsetOf(cut - 1)) cut--;
  }
  if (cut === 0 || cut >= uses.length) return [];
  return [fetchOf(uses.slice(0, cut)), fetchOf(uses.slice(cut))];
}

function fetchOf(uses: readonly BlobUse[]): Fetch {
  const { pack, offset } = uses[0]!.place;
  let end = offset;
  for (const { place } of uses) end = Math.max(end, place.offset + place.length);
  return { pack, offset, length: end - offset, uses };
}
