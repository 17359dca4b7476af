// Copyright the SpareGrid authors. Apache-2.0.
import { userInfo } from "node:os";
import { environment } from "./process.ts";
import { loadNative } from "./_native.ts";

/** Who runs this process. */
export interface CurrentUser {
  readonly name: string;
  /** 0 where the system has no such number (Windows). */
  readonly uid: number;
  readonly gid: number;
}

/** The user that this process acts as. */
export function currentUser(): CurrentUser {
  const uid = Deno.uid() ?? 0;
  const gid = Deno.gid() ?? 0;
  const posix = Deno.build.os === "windows" ? undefined : userName(uid);
  return {
    name: posix ?? systemUserName() ?? environment("USER") ?? environment("USERNAME") ?? "",
    uid,
    gid,
  };
}

/** True when this process may act as any user (uid 0). */
export function isRoot(): boolean {
  return Deno.uid() === 0;
}

/** The name of user `uid`; undefined when the system knows none. Asked once per number. */
export function userName(uid: number): string | undefined {
  return cached(users, uid, (record, text, result) => {
    return loadNative()?.c.getpwuid_r(uid, record, text, BigInt(text.length), result);
  });
}

/** The name of group `gid`; undefined when the system knows none. Asked once per number. */
export function groupName(gid: number): string | undefined {
  return cached(groups, gid, (record, text, result) => {
    return loadNative()?.c.getgrgid_r(gid, record, text, BigInt(text.length), result);
  });
}

const users = new Map<number, string | undefined>();
const groups = new Map<number, string | undefined>();

/** A record's text; a group with many members needs much. */
const TEXT_BYTES_FIRST = 16 * 1024;
const TEXT_BYTES_MAX = 4 * 1024 * 1024;
/** ERANGE, on Linux and macOS: the text does not fit. */
const ERANGE = 34;

type Lookup = (
  record: Uint8Array<ArrayBuffer>,
  text: Uint8Array<ArrayBuffer>,
  result: Uint8Array<ArrayBuffer>,
) => number | undefined;

function cached(known: Map<number, string | undefined>, id: number, lookup: Lookup): string | undefined {
  if (!known.has(id)) known.set(id, find(lookup));
  return known.get(id);
}

function find(lookup: Lookup): string | undefined {
  // struct passwd and struct group both begin with a pointer to the name, which lies in the text buffer.
  const record = new BigUint64Array(16);
  const result = new BigUint64Array(1);
  for (let length = TEXT_BYTES_FIRST; length <= TEXT_BYTES_MAX; length *= 4) {
    const text = new Uint8Array(length);
    const error = lookup(new Uint8Array(record.buffer), text, new Uint8Array(result.buffer));
    if (error === ERANGE) continue;
    if (error !== 0 || result[0] === 0n) return undefined;
    const start = Number(record[0]! - BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(text))));
    if (start < 0 || start >= length) return undefined;
    return new TextDecoder().decode(text.subarray(start, text.indexOf(0, start)));
  }
  return undefined;
}

function systemUserName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined; // no entry for this user
  }
}
