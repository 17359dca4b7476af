// Copyright the SpareGrid authors. Apache-2.0.
import { equalBytes } from "../base/mod.ts";
import { isOsError } from "../errors/mod.ts";
import { type Node, permissionsOf } from "../format/mod.ts";
import type { Fd, FileSystem, Stat, Xattr } from "../platform/mod.ts";
import type { EntryMetadata } from "./job.ts";

/** Bits that must not be set while the owner is not the wanted one. */
const SET_ID_BITS = 0o6000;
/** Attribute of a folder that its new entries inherit as their own access list. */
const DEFAULT_ACL = "system.posix_acl_default";
const ACCESS_ACL = "system.posix_acl_access";
const NO_XATTRS: readonly never[] = [];

/** The metadata that a restore of `node` sets. */
export function metadataOf(node: Node): EntryMetadata {
  return {
    permissions: permissionsOf(node.mode),
    uid: node.uid,
    gid: node.gid,
    mtime: node.mtime,
    atime: node.atime,
    xattrs: node.xattrs ?? NO_XATTRS,
  };
}

/** How metadata is set. */
export interface MetadataOptions {
  /** A refused change of owner is a failure; otherwise it is expected, as with tar and rsync. */
  readonly privileged: boolean;
  /** The entry is new: it has no attributes that would have to go, unless its folder gave it some. */
  readonly fresh: boolean;
}

/**
 * Sets owner, permissions, attributes and times, in the order in which none undoes another: a change of owner clears
 * set-id bits and capabilities, permissions change the mask of an access list, everything touches the times.
 * Returns what could not be set, in words; empty when all was.
 */
export function applyMetadata(
  fs: FileSystem,
  fd: Fd,
  wanted: EntryMetadata,
  options: MetadataOptions,
): string[] {
  const missed: string[] = [];
  let permissions = wanted.permissions;
  if (!attempt(() => fs.setOwner(fd, wanted.uid, wanted.gid), "owner", missed, !options.privileged)) {
    permissions &= ~SET_ID_BITS;
  }
  attempt(() => fs.setPermissions(fd, permissions), "permissions", missed);
  if (!options.fresh || wanted.xattrs.length > 0) applyXattrs(fs, fd, wanted.xattrs, options.fresh, missed);
  attempt(() => fs.setTimes(fd, wanted.atime, wanted.mtime), "times", missed);
  return missed;
}

/** The same for an entry that cannot be opened: a link (which has no permissions), fifo, socket or device. */
export function applyMetadataOf(
  fs: FileSystem,
  dir: Fd,
  name: Uint8Array,
  wanted: EntryMetadata,
  options: { readonly privileged: boolean; readonly isLink: boolean },
): string[] {
  const missed: string[] = [];
  let permissions = wanted.permissions;
  if (
    !attempt(() => fs.setOwnerOf(dir, name, wanted.uid, wanted.gid), "owner", missed, !options.privileged)
  ) {
    permissions &= ~SET_ID_BITS;
  }
  if (!options.isLink) attempt(() => fs.setPermissionsOf(dir, name, permissions), "permissions", missed);
  for (const { name: attribute, value } of wanted.xattrs) {
    if (value === null) continue;
    attempt(() => fs.setXattrOf(dir, name, attribute, value), `attribute ${attribute}`, missed);
  }
  attempt(() => fs.setTimesOf(dir, name, wanted.atime, wanted.mtime), "times", missed);
  return missed;
}

/** Takes away what a new entry got from a default access list of its folder. */
export function dropInheritedAcl(fs: FileSystem, fd: Fd): void {
  if (!fs.traits.xattrs) return;
  for (const name of [ACCESS_ACL, DEFAULT_ACL]) {
    try {
      fs.removeXattr(fd, name);
    } catch (error) {
      if (!isOsError(error)) throw error;
    }
  }
}

/** True when new entries of the folder get an access list from it. */
export function givesAcl(fs: FileSystem, folder: Fd): boolean {
  return fs.traits.xattrs && readXattrs(fs, folder).some(({ name }) => name === DEFAULT_ACL);
}

/** What differs between an entry and what it should be, in words; empty when nothing does. */
export function metadataDifferences(
  stat: Stat,
  xattrs: readonly Xattr[],
  wanted: EntryMetadata,
  options: { readonly owner: boolean; readonly permissions: boolean },
): string[] {
  const differences: string[] = [];
  if (options.permissions && stat.permissions !== wanted.permissions) {
    differences.push(
      `permissions are ${stat.permissions.toString(8)}, not ${wanted.permissions.toString(8)}`,
    );
  }
  if (options.owner && (stat.uid !== wanted.uid || stat.gid !== wanted.gid)) {
    differences.push(`owner is ${stat.uid}:${stat.gid}, not ${wanted.uid}:${wanted.gid}`);
  }
  if (stat.mtime !== wanted.mtime) differences.push("modification time differs");
  for (const { name, value } of wanted.xattrs) {
    if (value === null) continue;
    const found = xattrs.find((xattr) => xattr.name === name);
    if (!found || !equalBytes(found.value, value)) differences.push(`attribute ${name} differs`);
  }
  return differences;
}

/** The attributes of an open entry; none where the file system has none. */
export function readXattrs(fs: FileSystem, fd: Fd): Xattr[] {
  if (!fs.traits.xattrs) return [];
  try {
    return fs.xattrs(fd);
  } catch (error) {
    if (isOsError(error, "ENOTSUP", "EOPNOTSUPP", "ENOSYS")) return [];
    throw error;
  }
}

function applyXattrs(
  fs: FileSystem,
  fd: Fd,
  wanted: EntryMetadata["xattrs"],
  fresh: boolean,
  missed: string[],
): void {
  const present = fresh ? [] : readXattrs(fs, fd);
  for (const { name } of present) {
    // The security module labels entries by its own rules; what it set is not ours to take away.
    if (name.startsWith("security.") || wanted.some((xattr) => xattr.name === name)) continue;
    attempt(() => fs.removeXattr(fd, name), `attribute ${name}`, missed);
  }
  for (const { name, value } of wanted) {
    if (value === null) continue;
    const old = present.find((xattr) => xattr.name === name);
    if (old && equalBytes(old.value, value)) continue;
    attempt(() => fs.setXattr(fd, name, value), `attribute ${name}`, missed);
  }
}

/** False when it failed; notes it unless a refusal was to be expected. */
function attempt(set: () => void, what: string, missed: string[], expectRefusal = false): boolean {
  try {
    set();
    return true;
  } catch (error) {
    if (!isOsError(error)) throw error;
    if (!(expectRefusal && (error.errno === "EPERM" || error.errno === "EACCES"))) {
      missed.push(`${what} (${error.errno})`);
    }
    return false;
  }
}
