// Copyright the SpareGrid authors. Apache-2.0.
import { utf8, utf8TextStrict } from "../base/mod.ts";
import type { CreationPlace } from "../catalog/mod.ts";
import { SgError } from "../errors/mod.ts";
import { notValid } from "./names.ts";

/** A page of a list, as the connections of schema.graphql want it. */
export interface Page<T> {
  readonly nodes: readonly T[];
  readonly hasNextPage: boolean;
  /** Give it as `after` for the next page; absent on an empty page. Opaque to users. */
  readonly endCursor?: string;
  readonly totalCount: number;
}

/** Which page is wanted. */
export interface PageOrder {
  /** 1 to 500. */
  readonly first: number;
  readonly after?: string;
}

/** Most that one page may hold. */
export const PAGE_MAX = 500;

/** The page of `rows`, which were asked for one more than `first`, so that it shows whether there are more. */
export function pageOf<R, T>(
  rows: readonly R[],
  { first }: PageOrder,
  totalCount: number,
  cursor: (row: R) => CursorPlace,
  node: (row: R) => T,
): Page<T> {
  const kept = rows.slice(0, first);
  const last = kept.at(-1);
  return {
    nodes: kept.map(node),
    hasNextPage: rows.length > first,
    ...(last === undefined ? {} : { endCursor: cursorText(cursor(last)) }),
    totalCount,
  };
}

/** How many rows to ask for: one more than the page holds. SG1041 for more than 500 at once, SG1040 for none. */
export function limitOf({ first }: PageOrder): number {
  if (first > PAGE_MAX) {
    throw new SgError("SG1041", `Cannot list ${first} at once: a page holds at most ${PAGE_MAX}`);
  }
  if (!Number.isInteger(first) || first < 1) {
    throw notValid("page size", "it is not a whole number from 1 on");
  }
  return first + 1;
}

/** Where a page ended: values of the columns that the list is sorted by. */
export type CursorPlace = readonly (string | number)[];

/** The cursor's text. */
export function cursorText(place: CursorPlace): string {
  return utf8(JSON.stringify(place)).toBase64({ alphabet: "base64url", omitPadding: true });
}

/** A place that is one text; undefined where none is given. SG1040 for what is no cursor of such a list. */
export function textCursor(after: string | undefined): string | undefined {
  if (after === undefined) return undefined;
  const place = placeOf(after);
  if (place.length === 1 && typeof place[0] === "string") return place[0];
  throw notValid("cursor", "it is not one of this list");
}

/** A place in a list that is sorted by the time of making, likewise. */
export function creationCursor(after: string | undefined): CreationPlace | undefined {
  if (after === undefined) return undefined;
  const [createdAt, id, ...more] = placeOf(after);
  if (Number.isSafeInteger(createdAt) && typeof id === "string" && more.length === 0) {
    return { createdAt: createdAt as number, id };
  }
  throw notValid("cursor", "it is not one of this list");
}

function placeOf(text: string): readonly unknown[] {
  try {
    if (text.length > 1_000) throw new SyntaxError("too long");
    const bytes = Uint8Array.fromBase64(text, { alphabet: "base64url" });
    const place: unknown = JSON.parse(utf8TextStrict(bytes) ?? "");
    return Array.isArray(place) ? place : [];
  } catch {
    return [];
  }
}
