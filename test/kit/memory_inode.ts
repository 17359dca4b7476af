// Copyright the SpareGrid authors. Apache-2.0.
import { utf8 } from "../../mod/base/mod.ts";
import { type EntryKind, isEntryName, osError, type Stat, type Xattr } from "../../mod/platform/mod.ts";

const LINKS_MAX = 40;
const NAME_BYTES_MAX = 255;

/** What an entry carries besides its kind. */
export interface InodeState {
  content: Uint8Array;
  permissions: number;
  uid: number;
  gid: number;
  mtime: bigint;
  atime: bigint;
  ctime: bigint;
  xattrs: Map<string, Uint8Array>;
}

/** A file, folder or other entry: what programs see now, and apart from it what the drive holds. */
export class Inode {
  readonly ino: bigint;
  readonly kind: EntryKind;
  readonly rdev: bigint;
  now: InodeState;
  /** What survives a power cut for certain; undefined until the first sync. */
  durable: InodeState | undefined;
  /** True when `now` holds what no sync has taken yet. A failed sync clears it, as Linux marks such pages clean. */
  dirty = true;
  /** Folders: names now (Latin-1 of the bytes, so that any byte has its place) and on the drive. */
  readonly names = new Map<string, Inode>();
  readonly durableNames = new Map<string, Inode>();
  links = 0;

  constructor(ino: bigint, kind: EntryKind, now: InodeState, rdev: bigint) {
    this.ino = ino;
    this.kind = kind;
    this.now = now;
    this.rdev = rdev;
  }

  /** Takes what is dirty to the drive. */
  sync(): void {
    if (!this.dirty) return;
    this.durable = copyState(this.now);
    this.dirty = false;
  }
}

/** A deep copy. */
export function copyState(state: InodeState): InodeState {
  return { ...state, content: state.content.slice(), xattrs: new Map(state.xattrs) };
}

/** The entry at `path` from `root`, following links. */
export function resolvePath(root: Inode, path: string | Uint8Array, call: string): Inode {
  const bytes = typeof path === "string" ? utf8(path) : path;
  if (bytes.length === 0) throw osError("ENOENT", call, path);
  const trail: Inode[] = [root];
  const steps = keyOf(bytes).split("/");
  let followed = 0;
  while (steps.length > 0) {
    const step = steps.shift()!;
    const here = trail.at(-1)!;
    if (step === "" || step === ".") continue;
    if (here.kind !== "dir") throw osError("ENOTDIR", call, path);
    if (step === "..") {
      if (trail.length > 1) trail.pop();
      continue;
    }
    const next = here.names.get(step);
    if (next === undefined) throw osError("ENOENT", call, path);
    if (next.kind !== "symlink") {
      trail.push(next);
      continue;
    }
    if (++followed > LINKS_MAX) throw osError("ELOOP", call, path);
    const target = keyOf(next.now.content);
    if (target.startsWith("/")) trail.splice(1);
    steps.unshift(...target.split("/"));
  }
  return trail.at(-1)!;
}

/** True when `wanted` is `folder` or lies below it. */
export function holds(folder: Inode, wanted: Inode): boolean {
  if (folder === wanted) return true;
  for (const child of folder.names.values()) if (child.kind === "dir" && holds(child, wanted)) return true;
  return false;
}

/** What `stat` says of it now. */
export function statOf(inode: Inode): Stat {
  const { content, permissions, uid, gid, mtime, atime, ctime } = inode.now;
  const size = inode.kind === "dir" ? 4096 : content.length;
  const links = inode.kind === "dir" ? 2 : inode.links;
  const allocated = Math.ceil(size / 4096) * 4096;
  const { kind, ino, rdev } = inode;
  return { kind, permissions, dev: 1n, ino, links, uid, gid, rdev, size, allocated, mtime, atime, ctime };
}

/** Copies content from `offset` on into `into`; returns the bytes copied. `EISDIR` for a folder. */
export function copyOut(inode: Inode, into: Uint8Array, offset: number): number {
  if (inode.kind === "dir") throw osError("EISDIR", "read");
  const part = inode.kind === "file" ? inode.now.content.subarray(offset, offset + into.length) : [];
  into.set(part);
  return part.length;
}

/** Copies of its attributes. */
export function xattrList(inode: Inode): Xattr[] {
  return [...inode.now.xattrs].map(([name, value]) => ({ name, value: value.slice() }));
}

/** `EINVAL` for what is no entry's name, `ENAMETOOLONG` over 255 bytes. */
export function checkName(name: Uint8Array, call: string): void {
  if (!isEntryName(name)) throw osError("EINVAL", call, name);
  if (name.length > NAME_BYTES_MAX) throw osError("ENAMETOOLONG", call, name);
}

/** The map key of a name: one character per byte, so that every byte has its place. */
export function keyOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/** The name of a map key. */
export function bytesOf(key: string): Uint8Array {
  const bytes = new Uint8Array(key.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = key.charCodeAt(i);
  return bytes;
}
