// Copyright the SpareGrid authors. Apache-2.0.
import { type Instant, type Random, utf8 } from "../../mod/base/mod.ts";
import {
  type DataRegion,
  type EntryKind,
  type Fd,
  type FileSystem,
  type FileSystemTraits,
  type FolderEntry,
  osError,
  type Stat,
  type Xattr,
} from "../../mod/platform/mod.ts";
import {
  bytesOf,
  checkName,
  copyOut,
  holds,
  Inode,
  type InodeState,
  keyOf,
  resolvePath,
  statOf,
  xattrList,
} from "./memory_inode.ts";
import { Volume } from "./memory_volume.ts";

/** A call as a {@link MemoryFileSystem} hook sees it, before it has any effect. */
export interface MemoryCall {
  /** The method's name in the port, without `Async`: `create`, `writeAt`, `sync`, `rename` … */
  readonly call: string;
  /** The entry's name, where the call has one (for `rename` and `makeHardLink` the new one). */
  readonly name: Uint8Array | undefined;
  readonly fd: Fd | undefined;
  /** 1 for the first call of this file system, and so on. */
  readonly number: number;
}

/** What a test may set. */
export interface MemoryFileSystemOptions {
  /** The time that changes get. Default: 2026-01-01 and a millisecond more with each change. */
  now?: () => Instant;
  /** Bytes of file content that fit; then `ENOSPC`. Default: no limit. */
  capacityBytes?: number;
}

interface Open {
  readonly inode: Inode;
  readonly writable: boolean;
  position: number;
}

const ALL_TRAITS = { byteNames: true, posix: true, xattrs: true, byDescriptor: true, syncsAll: true };
const BATCH = 4096;
const START = 1_767_225_600_000_000_000n;

/**
 * The whole file system port in memory, with a drive that forgets: `sync` of a file makes its content durable,
 * `sync` of a folder its names, and {@link MemoryFileSystem.crash} gives what a power cut might leave of the rest.
 * Permissions are kept but not enforced (as for root).
 */
export class MemoryFileSystem implements FileSystem {
  readonly traits: FileSystemTraits = ALL_TRAITS;

  #volume: Volume;
  readonly #capacity: number;
  readonly #now: () => Instant;
  readonly #open = new Map<Fd, Open>();
  readonly #hooks: ((call: MemoryCall) => string | undefined)[] = [];
  #nextFd = 1000;
  #calls = 0;
  #used = 0;

  constructor(options: MemoryFileSystemOptions = {}) {
    let ticks = 0n;
    this.#now = options.now ?? (() => START + ticks++ * 1_000_000n);
    this.#capacity = options.capacityBytes ?? Infinity;
    const root = new Inode(2n, "dir", this.#state(0o755), 0n);
    root.links = 1;
    this.#volume = new Volume(root, 3n);
  }

  /** A file system with what a power cut now might leave. This one lives on, unharmed. */
  crash(random: Random): MemoryFileSystem {
    const survivor = new MemoryFileSystem({ now: this.#now, capacityBytes: this.#capacity });
    survivor.#volume = this.#volume.crash(random);
    return survivor;
  }

  /**
   * Asks `rule` before every call; an error number (`"EIO"`) makes the call fail. A failing `writeAt` writes the first
   * half; a failing `sync` loses what it should have made durable, for good. Dispose it to end the rule.
   */
  failWhen(rule: (call: MemoryCall) => string | undefined): Disposable {
    this.#hooks.push(rule);
    return { [Symbol.dispose]: () => void this.#hooks.splice(this.#hooks.indexOf(rule), 1) };
  }

  /** Fails the next call for which `predicate` holds with `errno`, once. */
  failNext(predicate: (call: MemoryCall) => boolean, errno: string): void {
    const rule = this.failWhen((call) => {
      if (!predicate(call)) return undefined;
      rule[Symbol.dispose]();
      return errno;
    });
  }

  /** Descriptors that are open: a test ends with what it began with. */
  get openCount(): number {
    return this.#open.size;
  }

  openRoot(path: string | Uint8Array): Fd {
    this.#enter("openRoot");
    const inode = resolvePath(this.#volume.root, path, "openRoot");
    if (inode.kind !== "dir") throw osError("ENOTDIR", "openRoot", path);
    return this.#descriptor(inode, false);
  }

  statPath(path: string | Uint8Array): Stat {
    this.#enter("statPath");
    return statOf(resolvePath(this.#volume.root, path, "statPath"));
  }

  openFolder(dir: Fd, name: Uint8Array): Fd {
    this.#enter("openFolder", name, dir);
    const inode = this.#entry(dir, name, "openFolder");
    if (inode.kind !== "dir") throw osError("ENOTDIR", "openFolder", name);
    return this.#descriptor(inode, false);
  }

  openRead(dir: Fd, name: Uint8Array, _options: { noAtime?: boolean } = {}): Fd {
    this.#enter("openRead", name, dir);
    const inode = this.#entry(dir, name, "openRead");
    if (inode.kind === "symlink") throw osError("ELOOP", "openRead", name);
    if (inode.kind === "socket") throw osError("ENXIO", "openRead", name);
    return this.#descriptor(inode, false);
  }

  openWrite(dir: Fd, name: Uint8Array): Fd {
    this.#enter("openWrite", name, dir);
    const inode = this.#entry(dir, name, "openWrite");
    if (inode.kind === "dir") throw osError("EISDIR", "openWrite", name);
    if (inode.kind === "symlink") throw osError("ELOOP", "openWrite", name);
    if (inode.kind !== "file") throw osError("EINVAL", "openWrite", name);
    return this.#descriptor(inode, true);
  }

  create(dir: Fd, name: Uint8Array, permissions: number): Fd {
    return this.#descriptor(this.#make("create", dir, name, "file", permissions), true);
  }

  close(fd: Fd): void {
    this.#enter("close", undefined, fd);
    this.#at(fd, "close");
    this.#open.delete(fd);
  }

  stat(dir: Fd, name: Uint8Array): Stat {
    this.#enter("stat", name, dir);
    return statOf(this.#entry(dir, name, "stat"));
  }

  statFd(fd: Fd): Stat {
    this.#enter("statFd", undefined, fd);
    return statOf(this.#at(fd, "statFd").inode);
  }

  *entries(dir: Fd): Generator<FolderEntry[]> {
    for (const names of this.names(dir)) {
      const folder = this.#folder(dir, "entries");
      yield names.map((name) => {
        const inode = folder.names.get(keyOf(name));
        return inode === undefined
          ? { name, failure: osError("ENOENT", "stat", name) }
          : { name, stat: statOf(inode) };
      });
    }
  }

  *names(dir: Fd): Generator<Uint8Array[]> {
    this.#enter("names", undefined, dir);
    const keys = [...this.#folder(dir, "names").names.keys()];
    for (let at = 0; at < keys.length; at += BATCH) yield keys.slice(at, at + BATCH).map(bytesOf);
  }

  read(fd: Fd, into: Uint8Array): number {
    this.#enter("read", undefined, fd);
    const open = this.#at(fd, "read");
    const count = copyOut(open.inode, into, open.position);
    open.position += count;
    return count;
  }

  readAt(fd: Fd, into: Uint8Array, offset: number): number {
    this.#enter("readAt", undefined, fd);
    return copyOut(this.#at(fd, "readAt").inode, into, offset);
  }

  readAtAsync(fd: Fd, into: Uint8Array<ArrayBuffer>, offset: number): Promise<number> {
    return Promise.resolve().then(() => this.readAt(fd, into, offset));
  }

  writeAt(fd: Fd, bytes: Uint8Array, offset: number): void {
    const failure = this.#ask("writeAt", undefined, fd);
    const inode = this.#writable(fd, "writeAt");
    const part = failure === undefined ? bytes : bytes.subarray(0, bytes.length >> 1);
    this.#resize(inode, Math.max(inode.now.content.length, offset + part.length), "writeAt");
    inode.now.content.set(part, offset);
    this.#touch(inode);
    if (failure !== undefined) throw osError(failure, "writeAt");
  }

  writeAtAsync(fd: Fd, bytes: Uint8Array<ArrayBuffer>, offset: number): Promise<void> {
    return Promise.resolve().then(() => this.writeAt(fd, bytes, offset));
  }

  truncate(fd: Fd, length: number): void {
    this.#enter("truncate", undefined, fd);
    this.#resize(this.#writable(fd, "truncate"), length, "truncate");
    this.#touch(this.#at(fd, "truncate").inode);
  }

  sync(fd: Fd): void {
    const failure = this.#ask("sync", undefined, fd);
    const { inode } = this.#at(fd, "sync");
    if (failure !== undefined) {
      inode.dirty = false;
      throw osError(failure, "sync");
    }
    inode.sync();
    if (inode.kind === "dir") this.#volume.syncNames(inode);
  }

  syncAsync(fd: Fd): Promise<void> {
    return Promise.resolve().then(() => this.sync(fd));
  }

  async syncAllAsync(fd: Fd): Promise<void> {
    await Promise.resolve();
    this.#enter("syncAll", undefined, fd);
    this.#at(fd, "syncAll");
    this.#volume.syncAll();
  }

  advise(fd: Fd, _advice: "sequential" | "drop"): void {
    this.#at(fd, "advise");
  }

  dataRegions(fd: Fd, size: number, from = 0): DataRegion[] {
    this.#enter("dataRegions", undefined, fd);
    this.#at(fd, "dataRegions");
    return size <= from ? [] : [{ offset: from, length: size - from }];
  }

  freeBytes(fd: Fd): number {
    this.#enter("freeBytes", undefined, fd);
    this.#at(fd, "freeBytes");
    return Math.min(Number.MAX_SAFE_INTEGER, this.#capacity - this.#used);
  }

  makeFolder(dir: Fd, name: Uint8Array, permissions: number): void {
    this.#make("makeFolder", dir, name, "dir", permissions);
  }

  makeSymlink(dir: Fd, name: Uint8Array, target: Uint8Array): void {
    if (target.length === 0) throw osError("ENOENT", "makeSymlink", name);
    this.#make("makeSymlink", dir, name, "symlink", 0o777).now.content = target.slice();
  }

  makeFifo(dir: Fd, name: Uint8Array, permissions: number): void {
    this.#make("makeFifo", dir, name, "fifo", permissions);
  }

  makeSocket(dir: Fd, name: Uint8Array, permissions: number): void {
    this.#make("makeSocket", dir, name, "socket", permissions);
  }

  makeDevice(dir: Fd, name: Uint8Array, kind: "dev" | "chardev", rdev: bigint, permissions: number): void {
    this.#make("makeDevice", dir, name, kind, permissions, rdev);
  }

  makeHardLink(fromDir: Fd, fromName: Uint8Array, dir: Fd, name: Uint8Array): void {
    this.#enter("makeHardLink", name, dir);
    const inode = this.#entry(fromDir, fromName, "makeHardLink");
    if (inode.kind === "dir") throw osError("EPERM", "makeHardLink", name);
    const folder = this.#free(dir, name, "makeHardLink");
    this.#volume.change([{ folder, key: keyOf(name), inode }]);
    this.#touch(folder);
  }

  readSymlink(dir: Fd, name: Uint8Array): Uint8Array {
    this.#enter("readSymlink", name, dir);
    const inode = this.#entry(dir, name, "readSymlink");
    if (inode.kind !== "symlink") throw osError("EINVAL", "readSymlink", name);
    return inode.now.content.slice();
  }

  rename(fromDir: Fd, fromName: Uint8Array, toDir: Fd, toName: Uint8Array): void {
    this.#enter("rename", toName, toDir);
    const inode = this.#entry(fromDir, fromName, "rename");
    checkName(toName, "rename");
    const from = this.#folder(fromDir, "rename");
    const to = this.#folder(toDir, "rename");
    const old = to.names.get(keyOf(toName));
    if (old === inode) return;
    if (inode.kind === "dir" && holds(inode, to)) throw osError("EINVAL", "rename", toName);
    if (old !== undefined) {
      if (old.kind === "dir" && inode.kind !== "dir") throw osError("EISDIR", "rename", toName);
      if (old.kind !== "dir" && inode.kind === "dir") throw osError("ENOTDIR", "rename", toName);
      if (old.names.size > 0) throw osError("ENOTEMPTY", "rename", toName);
    }
    this.#volume.change([
      { folder: from, key: keyOf(fromName), inode: undefined },
      { folder: to, key: keyOf(toName), inode },
    ]);
    this.#touch(from);
    this.#touch(to);
  }

  removeFile(dir: Fd, name: Uint8Array): void {
    this.#remove("removeFile", dir, name, false);
  }

  removeFolder(dir: Fd, name: Uint8Array): void {
    this.#remove("removeFolder", dir, name, true);
  }

  setPermissions(fd: Fd, permissions: number): void {
    this.#change("setPermissions", this.#at(fd, "setPermissions").inode, { permissions }, undefined, fd);
  }

  setOwner(fd: Fd, uid: number, gid: number): void {
    this.#change("setOwner", this.#at(fd, "setOwner").inode, { uid, gid }, undefined, fd);
  }

  setTimes(fd: Fd, atime: Instant, mtime: Instant): void {
    this.#change("setTimes", this.#at(fd, "setTimes").inode, { atime, mtime }, undefined, fd);
  }

  xattrs(fd: Fd): Xattr[] {
    this.#enter("xattrs", undefined, fd);
    return xattrList(this.#at(fd, "xattrs").inode);
  }

  setXattr(fd: Fd, name: string, value: Uint8Array): void {
    this.#enter("setXattr", utf8(name), fd);
    this.#setXattr(this.#at(fd, "setXattr").inode, name, value);
  }

  removeXattr(fd: Fd, name: string): void {
    this.#enter("removeXattr", utf8(name), fd);
    const { inode } = this.#at(fd, "removeXattr");
    if (!inode.now.xattrs.delete(name)) throw osError("ENODATA", "removeXattr", name);
    this.#touchMeta(inode);
  }

  setPermissionsOf(dir: Fd, name: Uint8Array, permissions: number): void {
    const inode = this.#entry(dir, name, "setPermissionsOf");
    if (inode.kind === "symlink") throw osError("EOPNOTSUPP", "setPermissionsOf", name);
    this.#change("setPermissionsOf", inode, { permissions }, name, dir);
  }

  setOwnerOf(dir: Fd, name: Uint8Array, uid: number, gid: number): void {
    this.#change("setOwnerOf", this.#entry(dir, name, "setOwnerOf"), { uid, gid }, name, dir);
  }

  setTimesOf(dir: Fd, name: Uint8Array, atime: Instant, mtime: Instant): void {
    this.#change("setTimesOf", this.#entry(dir, name, "setTimesOf"), { atime, mtime }, name, dir);
  }

  xattrsOf(dir: Fd, name: Uint8Array): Xattr[] {
    this.#enter("xattrsOf", name, dir);
    return xattrList(this.#entry(dir, name, "xattrsOf"));
  }

  setXattrOf(dir: Fd, name: Uint8Array, attribute: string, value: Uint8Array): void {
    this.#enter("setXattrOf", name, dir);
    this.#setXattr(this.#entry(dir, name, "setXattrOf"), attribute, value);
  }

  /** The error number that a hook wants for this call. */
  #ask(call: string, name?: Uint8Array, fd?: Fd): string | undefined {
    const number = ++this.#calls;
    if (this.#hooks.length === 0) return undefined;
    const seen: MemoryCall = { call, name, fd, number };
    return [...this.#hooks].values().map((hook) => hook(seen)).find((errno) => errno !== undefined);
  }

  #enter(call: string, name?: Uint8Array, fd?: Fd): void {
    const errno = this.#ask(call, name, fd);
    if (errno !== undefined) throw osError(errno, call, name);
  }

  #state(permissions: number): InodeState {
    const now = this.#now();
    return {
      content: new Uint8Array(0),
      permissions,
      uid: 0,
      gid: 0,
      mtime: now,
      atime: now,
      ctime: now,
      xattrs: new Map(),
    };
  }

  #make(call: string, dir: Fd, name: Uint8Array, kind: EntryKind, permissions: number, rdev = 0n): Inode {
    this.#enter(call, name, dir);
    const folder = this.#free(dir, name, call);
    const inode = this.#volume.newInode(kind, this.#state(permissions), rdev);
    this.#volume.change([{ folder, key: keyOf(name), inode }]);
    this.#touch(folder);
    return inode;
  }

  #remove(call: string, dir: Fd, name: Uint8Array, folderWanted: boolean): void {
    this.#enter(call, name, dir);
    const inode = this.#entry(dir, name, call);
    if (folderWanted && inode.kind !== "dir") throw osError("ENOTDIR", call, name);
    if (!folderWanted && inode.kind === "dir") throw osError("EISDIR", call, name);
    if (inode.names.size > 0) throw osError("ENOTEMPTY", call, name);
    const folder = this.#folder(dir, call);
    this.#volume.change([{ folder, key: keyOf(name), inode: undefined }]);
    if (inode.links === 0) this.#used -= inode.kind === "file" ? inode.now.content.length : 0;
    this.#touch(folder);
  }

  #change(call: string, inode: Inode, part: Partial<InodeState>, name: Uint8Array | undefined, fd: Fd): void {
    this.#enter(call, name, fd);
    Object.assign(inode.now, part);
    this.#touchMeta(inode);
  }

  #setXattr(inode: Inode, name: string, value: Uint8Array): void {
    inode.now.xattrs.set(name, value.slice());
    this.#touchMeta(inode);
  }

  #resize(inode: Inode, length: number, call: string): void {
    const old = inode.now.content;
    if (length === old.length) return;
    if (this.#used + length - old.length > this.#capacity) throw osError("ENOSPC", call);
    this.#used += length - old.length;
    const fresh = new Uint8Array(length);
    fresh.set(old.subarray(0, Math.min(length, old.length)));
    inode.now.content = fresh;
  }

  #touch(inode: Inode): void {
    inode.now.mtime = inode.now.ctime = this.#now();
    inode.dirty = true;
  }

  #touchMeta(inode: Inode): void {
    inode.now.ctime = this.#now();
    inode.dirty = true;
  }

  #descriptor(inode: Inode, writable: boolean): Fd {
    const fd = this.#nextFd++;
    this.#open.set(fd, { inode, writable, position: 0 });
    return fd;
  }

  #at(fd: Fd, call: string): Open {
    const open = this.#open.get(fd);
    if (open === undefined) throw osError("EBADF", call);
    return open;
  }

  #writable(fd: Fd, call: string): Inode {
    const open = this.#at(fd, call);
    if (!open.writable) throw osError("EBADF", call);
    return open.inode;
  }

  #folder(fd: Fd, call: string): Inode {
    const { inode } = this.#at(fd, call);
    if (inode.kind !== "dir") throw osError("ENOTDIR", call);
    return inode;
  }

  #entry(dir: Fd, name: Uint8Array, call: string): Inode {
    checkName(name, call);
    const inode = this.#folder(dir, call).names.get(keyOf(name));
    if (inode === undefined) throw osError("ENOENT", call, name);
    return inode;
  }

  /** The folder, when `name` is free in it. A folder that was removed while open takes no new names. */
  #free(dir: Fd, name: Uint8Array, call: string): Inode {
    checkName(name, call);
    const folder = this.#folder(dir, call);
    if (folder.links === 0) throw osError("ENOENT", call, name);
    if (folder.names.has(keyOf(name))) throw osError("EEXIST", call, name);
    return folder;
  }
}
