// Copyright the SpareGrid authors. Apache-2.0.
import { type BlobId, concatBytes, type Instant, utf8 } from "../base/mod.ts";
import { type Node, permissionsOf, type Tree } from "../format/mod.ts";
import { archiveEntries, type ArchiveOptions, leaveOut, unixSeconds } from "./archive_walk.ts";
import type { DumpNeeds } from "./needs.ts";
import { inLargerParts, type Piece, resolvePieces } from "./pieces.ts";
import type { WalkedEntry } from "./snapshot_walk.ts";
import { paxRecords } from "./tar_pax.ts";

const BLOCK = 512;
/** Largest numbers of the header's octal fields: 8 and 12 bytes with a closing NUL. */
const SMALL_MAX = 0o7777777;
const LARGE_MAX = 0o77777777777;
const NAME_BYTES_MAX = 100;
const USER_BYTES_MAX = 32;
const BILLION = 1_000_000_000n;

const TYPE_FLAGS: Partial<Record<Node["type"], string>> = {
  file: "0",
  symlink: "2",
  chardev: "3",
  dev: "4",
  dir: "5",
  fifo: "6",
};

/**
 * A tree as a POSIX pax archive (IEEE 1003.1-2017, pax interchange format), streamed with bounded memory. Names
 * are relative, byte for byte; times keep their nanoseconds; extended attributes are `SCHILY.xattr.*` records, which
 * GNU tar reads with `--xattrs`. Sockets are left out, as tar has no such thing. Holes are written as zeros.
 * Errors: SG1005, SG1028, SG1015 end the stream.
 */
export function tarTree(
  needs: DumpNeeds,
  root: BlobId | Tree,
  options: ArchiveOptions,
): AsyncGenerator<Uint8Array, void> {
  return inLargerParts(resolvePieces(needs, tarPieces(needs, root, options), options.signal));
}

async function* tarPieces(
  needs: DumpNeeds,
  root: BlobId | Tree,
  options: ArchiveOptions,
): AsyncGenerator<Piece, void> {
  const links = new FirstNames();
  for await (const entry of archiveEntries(needs, root, options)) {
    const { node, path } = entry;
    const flag = TYPE_FLAGS[node.type];
    if (flag === undefined) {
      leaveOut(entry, "tar", options);
      continue;
    }
    const first = links.firstName(entry);
    yield { kind: "bytes", bytes: tarHeader(entry, flag, first) };
    if (node.type !== "file" || first) continue;
    for (const id of node.content ?? []) yield { kind: "blob", id };
    yield { kind: "end", path, size: node.size };
    const padding = (BLOCK - Number(node.size % BigInt(BLOCK))) % BLOCK;
    if (padding > 0) yield { kind: "bytes", bytes: new Uint8Array(padding) };
  }
  yield { kind: "bytes", bytes: new Uint8Array(2 * BLOCK) };
}

/** Remembers the first name of files that have several. */
export class FirstNames {
  readonly #names = new Map<string, { readonly name: Uint8Array; left: bigint }>();

  /** Another name of the same file that came before, relative to the root; undefined when this is the first. */
  firstName({ path, node }: WalkedEntry): Uint8Array | undefined {
    if (node.type !== "file" || node.links <= 1n || node.inode === 0n) return undefined;
    const key = `${node.deviceId}:${node.inode}`;
    const known = this.#names.get(key);
    if (!known) {
      this.#names.set(key, { name: path.slice(1), left: node.links - 1n });
      return undefined;
    }
    if (--known.left <= 0n) this.#names.delete(key);
    return known.name;
  }
}

/** Header blocks of one entry: an extended header where the plain one cannot say it, and the plain one. */
function tarHeader({ path, node }: WalkedEntry, flag: string, first: Uint8Array | undefined): Uint8Array {
  const relative = path.subarray(1);
  const name = node.type === "dir" ? concatBytes([relative, utf8("/")]) : relative;
  const link = first ?? (node.type === "symlink" ? node.linkTarget ?? new Uint8Array() : new Uint8Array());
  const size = node.type === "file" && !first ? node.size : 0n;
  const seconds = unixSeconds(node.mtime);
  const isDevice = node.type === "dev" || node.type === "chardev";
  const [major, minor] = isDevice ? deviceNumbers(node.device) : [0, 0];
  const user = utf8(node.user ?? "");
  const group = utf8(node.group ?? "");

  const records: [string, Uint8Array | string][] = [];
  if (name.length > NAME_BYTES_MAX || !isAscii(name)) records.push(["path", name]);
  if (link.length > NAME_BYTES_MAX || !isAscii(link)) records.push(["linkpath", link]);
  if (size > BigInt(LARGE_MAX)) records.push(["size", `${size}`]);
  if (node.uid > SMALL_MAX) records.push(["uid", `${node.uid}`]);
  if (node.gid > SMALL_MAX) records.push(["gid", `${node.gid}`]);
  if (user.length >= USER_BYTES_MAX || !isAscii(user)) records.push(["uname", user]);
  if (group.length >= USER_BYTES_MAX || !isAscii(group)) records.push(["gname", group]);
  if (node.mtime % BILLION !== 0n || seconds < 0n || seconds > BigInt(LARGE_MAX)) {
    records.push(["mtime", decimalSeconds(node.mtime)]);
  }
  if (major > SMALL_MAX) records.push(["SCHILY.devmajor", `${major}`]);
  if (minor > SMALL_MAX) records.push(["SCHILY.devminor", `${minor}`]);
  if (!first) {
    for (const { name: attribute, value } of node.xattrs ?? []) {
      if (value !== null) records.push([`SCHILY.xattr.${escapeKeyword(attribute)}`, value]);
    }
  }
  const plain = ustarBlock({
    name: name.subarray(0, NAME_BYTES_MAX),
    permissions: permissionsOf(node.mode),
    uid: Math.min(node.uid, SMALL_MAX),
    gid: Math.min(node.gid, SMALL_MAX),
    size: size > BigInt(LARGE_MAX) ? 0 : Number(size),
    mtime: seconds < 0n ? 0 : seconds > BigInt(LARGE_MAX) ? LARGE_MAX : Number(seconds),
    flag: first ? "1" : flag,
    link: link.subarray(0, NAME_BYTES_MAX),
    user: user.subarray(0, USER_BYTES_MAX - 1),
    group: group.subarray(0, USER_BYTES_MAX - 1),
    major: Math.min(major, SMALL_MAX),
    minor: Math.min(minor, SMALL_MAX),
  });
  return records.length === 0 ? plain : concatBytes([...extendedHeader(records), plain]);
}

function extendedHeader(records: readonly [string, Uint8Array | string][]): Uint8Array[] {
  const body = paxRecords(records);
  const header = ustarBlock({
    name: utf8("././@PaxHeader"),
    permissions: 0o644,
    uid: 0,
    gid: 0,
    size: body.length,
    mtime: 0,
    flag: "x",
    link: new Uint8Array(),
    user: new Uint8Array(),
    group: new Uint8Array(),
    major: 0,
    minor: 0,
  });
  return [header, body, new Uint8Array((BLOCK - body.length % BLOCK) % BLOCK)];
}

interface UstarFields {
  readonly name: Uint8Array;
  readonly permissions: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtime: number;
  readonly flag: string;
  readonly link: Uint8Array;
  readonly user: Uint8Array;
  readonly group: Uint8Array;
  readonly major: number;
  readonly minor: number;
}

/** One header block (IEEE 1003.1-2017, ustar interchange format). */
function ustarBlock(fields: UstarFields): Uint8Array {
  const block = new Uint8Array(BLOCK);
  const octal = (at: number, width: number, value: number) =>
    block.set(utf8(value.toString(8).padStart(width - 1, "0")), at);
  block.set(fields.name, 0);
  octal(100, 8, fields.permissions);
  octal(108, 8, fields.uid);
  octal(116, 8, fields.gid);
  octal(124, 12, fields.size);
  octal(136, 12, fields.mtime);
  block.fill(0x20, 148, 156);
  block.set(utf8(fields.flag), 156);
  block.set(fields.link, 157);
  block.set(utf8("ustar\u000000"), 257);
  block.set(fields.user, 265);
  block.set(fields.group, 297);
  octal(329, 8, fields.major);
  octal(337, 8, fields.minor);
  let sum = 0;
  for (const byte of block) sum += byte;
  octal(148, 7, sum);
  return block;
}

function isAscii(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (byte >= 0x80) return false;
  return true;
}

function decimalSeconds(time: Instant): string {
  const size = time < 0n ? -time : time;
  const fraction = (size % BILLION).toString().padStart(9, "0").replace(/0+$/, "");
  return `${time < 0n ? "-" : ""}${size / BILLION}${fraction === "" ? "" : `.${fraction}`}`;
}

/** Major and minor number of a Linux `dev_t`. */
function deviceNumbers(device: bigint): [number, number] {
  const major = (device >> 8n & 0xfffn) | (device >> 32n & 0xfffff000n);
  const minor = (device & 0xffn) | (device >> 12n & 0xffffff00n);
  return [Number(major), Number(minor)];
}

/** GNU tar's way to keep `=` out of a keyword. */
function escapeKeyword(name: string): string {
  return name.replaceAll("%", "%25").replaceAll("=", "%3D");
}
