// Copyright the SpareGrid authors. Apache-2.0.
// Lists as connections: `first` and `after` come in, a page and the cursor behind it go out. A cursor is opaque and belongs
// to its list: another list's, or one that somebody made, is refused.
import { utf8, utf8TextStrict } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import type { Page as AccountPage, PageOrder } from "../account/mod.ts";
import type { CursorPage } from "../client/mod.ts";
import type { Page } from "./needs.ts";
import type { Connection } from "./records.ts";

/** The longest page. */
export const FIRST_MAX = 500;
const CURSOR_CHARACTERS_MAX = 12_000;

/** How the cursors of one list are written and read. */
export interface CursorKind<Key> {
  /** Tells the lists' cursors apart. */
  readonly list: string;
  readonly fits: (key: unknown) => key is Key;
}

/** The list's keys are texts, such as names. */
export function textCursors(list: string): CursorKind<string> {
  return { list, fits: (key): key is string => typeof key === "string" };
}

/** The list's keys are whole numbers. */
export function numberCursors(list: string): CursorKind<number> {
  return { list, fits: (key): key is number => Number.isSafeInteger(key) };
}

/** The list's keys are a time and an ID. */
export function timeCursors(list: string): CursorKind<readonly [number, string]> {
  return {
    list,
    fits: (key): key is readonly [number, string] =>
      Array.isArray(key) && key.length === 2 && Number.isSafeInteger(key[0]) && typeof key[1] === "string",
  };
}

/** What a list's field is given. */
export interface PageArguments {
  readonly first: number;
  readonly after?: string | null | undefined;
}

/** The page of `args`, asking for one row more than wanted, which tells whether there is more. SG1040, SG1041. */
export function pageOf<Key>(args: PageArguments, kind: CursorKind<Key>): Page<Key> {
  const limit = checkedFirst(args.first) + 1;
  return typeof args.after === "string" ? { limit, after: readCursor(args.after, kind) } : { limit };
}

/** Fetches a page and makes a connection of it. `count` is asked only when `totalCount` is. */
export async function connection<Row, Key>(
  args: PageArguments,
  kind: CursorKind<Key>,
  fetch: (page: Page<Key>) => Promise<readonly Row[]>,
  keyOf: (row: Row) => Key,
  count?: () => Promise<number>,
): Promise<Connection<Row>> {
  const page = pageOf(args, kind);
  const rows = await fetch(page);
  const nodes = rows.slice(0, page.limit - 1);
  const last = nodes.at(-1);
  return {
    nodes,
    pageInfo: {
      hasNextPage: rows.length > nodes.length,
      endCursor: last === undefined ? null : writeCursor(keyOf(last), kind),
    },
    ...(count === undefined ? {} : { count }),
  };
}

/** The same for a list whose owner makes the cursors. */
export async function ownConnection<Row>(
  args: PageArguments,
  kind: CursorKind<string>,
  fetch: (page: Page<string>) => Promise<CursorPage<Row>>,
): Promise<Connection<Row>> {
  const page = { ...pageOf(args, kind), limit: args.first };
  const { rows, cursors, more, total } = await fetch(page);
  const last = cursors.at(-1);
  return {
    nodes: rows,
    pageInfo: { hasNextPage: more, endCursor: last === undefined ? null : writeCursor(last, kind) },
    ...(total === undefined ? {} : { count: () => Promise.resolve(total) }),
  };
}

/** The same for the lists of `account`, which make their cursors and bounds themselves. */
export async function accountConnection<Row>(
  { first, after }: PageArguments,
  fetch: (order: PageOrder) => Promise<AccountPage<Row>>,
): Promise<Connection<Row>> {
  const page = await fetch({ first, ...(typeof after === "string" ? { after } : {}) });
  return {
    nodes: page.nodes,
    pageInfo: { hasNextPage: page.hasNextPage, endCursor: page.endCursor ?? null },
    count: () => Promise.resolve(page.totalCount),
  };
}

function checkedFirst(first: number): number {
  if (first < 1) {
    throw new SgError("SG1040", `Cannot answer a page of ${first} rows: at least 1 must be asked for`);
  }
  if (first > FIRST_MAX) {
    throw new SgError(
      "SG1041",
      `Cannot answer a page of ${first} rows: at most ${FIRST_MAX} can be asked for`,
    );
  }
  return first;
}

function writeCursor<Key>(key: Key, { list }: CursorKind<Key>): string {
  return utf8(JSON.stringify([list, key])).toBase64({ alphabet: "base64url", omitPadding: true });
}

function readCursor<Key>(cursor: string, { list, fits }: CursorKind<Key>): Key {
  const key = cursor.length > CURSOR_CHARACTERS_MAX ? undefined : keyIn(cursor, list);
  if (!fits(key)) {
    throw new SgError("SG1040", "Cannot go on in the list: the value of `after` is not a cursor of it", {
      remedy: "Give the `endCursor` of the page before, from the same list.",
    });
  }
  return key;
}

function keyIn(cursor: string, list: string): unknown {
  try {
    const text = utf8TextStrict(Uint8Array.fromBase64(cursor, { alphabet: "base64url" }));
    const value: unknown = text === undefined ? undefined : JSON.parse(text);
    return Array.isArray(value) && value.length === 2 && value[0] === list ? value[1] : undefined;
  } catch {
    return undefined;
  }
}
