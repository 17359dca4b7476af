// Copyright the SpareGrid authors. Apache-2.0.
import type { BlobId } from "../base/mod.ts";
import { fileMode, type Node } from "../format/mod.ts";
import type { Stat, Xattr } from "../platform/mod.ts";
import type { NodeStat } from "./listing_digest.ts";

const NO_ATTRIBUTES: readonly Xattr[] = [];

/** Names of users and groups; undefined where the system has none. */
export interface OwnerNames {
  user(uid: number): string | undefined;
  group(gid: number): string | undefined;
}

/** What a node holds besides its stat. */
export interface NodeParts {
  readonly content?: readonly BlobId[];
  /** Bytes of content, where they differ from the stat's size. */
  readonly size?: number;
  readonly xattrs?: readonly { readonly name: string; readonly value: Uint8Array | null }[];
  readonly linkTarget?: Uint8Array;
  readonly subtree?: BlobId;
}

/** Makes nodes of the format from what the system says, and tells whether an old node says the same. */
export class NodeMaker {
  readonly #owners: OwnerNames;
  readonly #withAtime: boolean;
  readonly #users = new Map<number, string | undefined>();
  readonly #groups = new Map<number, string | undefined>();
  readonly #described: { -readonly [K in keyof NodeStat]: NodeStat[K] } = {
    ...{ type: "file", mode: 0, uid: 0, gid: 0, mtime: 0n, atime: 0n, ctime: 0n, inode: 0n, deviceId: 0n },
    ...{ size: 0n, links: 0n, device: 0n },
  };

  constructor(owners: OwnerNames, options: { readonly withAtime: boolean }) {
    this.#owners = owners;
    this.#withAtime = options.withAtime;
  }

  /** A node. The name and all parts are kept, not copied. */
  make(name: Uint8Array, stat: Stat, parts: NodeParts): Node {
    const { kind } = stat;
    const node: Node = {
      name,
      type: kind,
      mode: fileMode(kind, stat.permissions),
      mtime: stat.mtime,
      atime: this.#withAtime ? stat.atime : stat.mtime,
      ctime: stat.ctime,
      uid: stat.uid,
      gid: stat.gid,
      inode: stat.ino,
      deviceId: deviceIdOf(stat),
      size: kind === "file" ? BigInt(parts.size ?? stat.size) : 0n,
      links: BigInt(linksOf(stat)),
      device: isDevice(stat) ? stat.rdev : 0n,
      content: parts.content ?? null,
    };
    const user = this.#user(stat.uid), group = this.#group(stat.gid);
    if (user !== undefined) node.user = user;
    if (group !== undefined) node.group = group;
    if (parts.linkTarget) node.linkTarget = parts.linkTarget;
    if (parts.xattrs && parts.xattrs.length > 0) node.xattrs = parts.xattrs;
    if (parts.subtree !== undefined) node.subtree = parts.subtree;
    return node;
  }

  /** True when a folder's node is the same by either stat. */
  sameFolder(a: Stat, b: Stat): boolean {
    return a.kind === "dir" && b.kind === "dir" && a.permissions === b.permissions &&
      a.mtime === b.mtime && a.ctime === b.ctime && a.ino === b.ino && a.uid === b.uid && a.gid === b.gid &&
      (!this.#withAtime || a.atime === b.atime);
  }

  /** What {@link make} makes of a stat alone; the same object each time. */
  describe(stat: Stat): NodeStat {
    const { kind } = stat;
    const described = this.#described;
    described.type = kind;
    described.mode = fileMode(kind, stat.permissions);
    described.mtime = stat.mtime;
    described.atime = this.#withAtime ? stat.atime : stat.mtime;
    described.ctime = stat.ctime;
    described.uid = stat.uid;
    described.gid = stat.gid;
    described.inode = stat.ino;
    described.deviceId = deviceIdOf(stat);
    described.size = kind === "file" ? BigInt(stat.size) : 0n;
    described.links = BigInt(linksOf(stat));
    described.device = isDevice(stat) ? stat.rdev : 0n;
    described.user = this.#user(stat.uid);
    described.group = this.#group(stat.gid);
    return described;
  }

  /** True when a new node of this stat would differ from `node` in name, content, subtree, target or xattrs at most. */
  sameStat(node: Node, stat: Stat): boolean {
    return node.type === stat.kind &&
      node.mtime === stat.mtime && node.ctime === stat.ctime &&
      node.inode === stat.ino &&
      node.mode === fileMode(stat.kind, stat.permissions) &&
      node.uid === stat.uid && node.gid === stat.gid &&
      node.atime === (this.#withAtime ? stat.atime : stat.mtime) &&
      Number(node.links) === linksOf(stat) &&
      node.deviceId === deviceIdOf(stat) &&
      (stat.kind !== "file" || Number(node.size) === stat.size) &&
      (!isDevice(stat) || node.device === stat.rdev) &&
      node.user === this.#user(stat.uid) && node.group === this.#group(stat.gid) &&
      node.error === undefined && node.generic === undefined;
  }

  #user(uid: number): string | undefined {
    if (!this.#users.has(uid)) this.#users.set(uid, this.#owners.user(uid) || undefined);
    return this.#users.get(uid);
  }

  #group(gid: number): string | undefined {
    if (!this.#groups.has(gid)) this.#groups.set(gid, this.#owners.group(gid) || undefined);
    return this.#groups.get(gid);
  }
}

/**
 * The old node's extended attributes, where the entry was surely not touched since: a change of any attribute changes
 * the ctime. Undefined where they must be read.
 */
export function keptXattrs(
  previous: Node | undefined,
  stat: Stat,
): NonNullable<NodeParts["xattrs"]> | undefined {
  const untouched = previous !== undefined && previous.type === stat.kind && previous.ctime === stat.ctime &&
    previous.mtime === stat.mtime && previous.inode === stat.ino;
  return untouched ? previous.xattrs ?? NO_ATTRIBUTES : undefined;
}

/** IDs in a row, 32 bytes each, as the format writes them. */
export function contentIds(ids: Uint8Array): BlobId[] {
  if (ids.length === 32) return [ids.toHex() as BlobId];
  const list: BlobId[] = [];
  for (let at = 0; at < ids.length; at += 32) list.push(ids.subarray(at, at + 32).toHex() as BlobId);
  return list;
}

function isDevice(stat: Stat): boolean {
  return stat.kind === "dev" || stat.kind === "chardev";
}

/**
 * The names that an entry has. A folder's count is the file system's own affair, and restic writes none, so that its
 * trees and ours are the same.
 */
function linksOf(stat: Stat): number {
  return stat.kind === "dir" ? 0 : stat.links;
}

/** Devices change their numbers between mounts, so they are kept only where hard links need them. */
function deviceIdOf(stat: Stat): bigint {
  return stat.links > 1 && stat.kind !== "dir" ? stat.dev : 0n;
}
