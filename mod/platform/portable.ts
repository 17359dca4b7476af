// Copyright the SpareGrid authors. Apache-2.0.
import nodeFs from "node:fs";
import { OsError } from "../errors/mod.ts";
import { type Instant, utf8, utf8Text, utf8TextStrict } from "../base/mod.ts";
import { osError } from "./errno.ts";
import type {
  DataRegion,
  EntryKind,
  Fd,
  FileSystem,
  FileSystemTraits,
  FolderEntry,
  Stat,
  Xattr,
} from "./file_system.ts";
import { isEntryName } from "./names.ts";
import { kindOfMode } from "./_posix.ts";

const WINDOWS = Deno.build.os === "windows";
const SLASH = WINDOWS ? "\\" : "/";
const BATCH = 4096;

/** What a descriptor of ours stands for. `file` is node's descriptor; folders have none but their path. */
interface Open {
  readonly path: string;
  readonly file: number | undefined;
  position: number;
}

/**
 * The port through Deno's own file API, for systems whose C library we do not call (Windows, FreeBSD). A folder's
 * descriptor stands for its path, so parents can be swapped meanwhile; times are kept to the microsecond or coarser
 * by the API when set. Names that Deno cannot tell apart (not Unicode) are reported as failures, never skipped.
 * Descriptors belong to the thread that opened them.
 */
export class PortableFileSystem implements FileSystem {
  readonly traits: FileSystemTraits = {
    byteNames: false,
    posix: !WINDOWS,
    xattrs: false,
    byDescriptor: false,
    syncsAll: false,
  };
  readonly #open = new Map<Fd, Open>();
  #nextFd = 1;

  openRoot(path: string | Uint8Array): Fd {
    const text = typeof path === "string" ? path : textOf(path, "open");
    return attempt("open", text, () => {
      if (!nodeFs.statSync(text).isDirectory()) throw osError("ENOTDIR", "open", text);
      return this.#keep(nodeFs.realpathSync(text), undefined);
    });
  }

  statPath(path: string | Uint8Array): Stat {
    const text = typeof path === "string" ? path : textOf(path, "stat");
    return attempt("stat", text, () => statOf(nodeFs.statSync(text, { bigint: true })));
  }

  openFolder(dir: Fd, name: Uint8Array): Fd {
    const path = this.#path(dir, name, "open");
    return attempt("open", path, () => {
      if (!nodeFs.lstatSync(path).isDirectory()) throw osError("ENOTDIR", "open", path);
      nodeFs.accessSync(path);
      return this.#keep(path, undefined);
    });
  }

  openRead(dir: Fd, name: Uint8Array, _options: { noAtime?: boolean } = {}): Fd {
    const path = this.#path(dir, name, "open");
    const kind = this.stat(dir, name).kind;
    if (kind === "dir") return this.openFolder(dir, name);
    const flags = nodeFs.constants.O_RDONLY | NO_FOLLOW | NON_BLOCKING;
    return attempt("open", path, () => {
      if (kind === "symlink") throw osError("ELOOP", "open", path);
      return this.#keep(path, nodeFs.openSync(path, flags));
    });
  }

  openWrite(dir: Fd, name: Uint8Array): Fd {
    const path = this.#path(dir, name, "open");
    const kind = this.stat(dir, name).kind;
    return attempt("open", path, () => {
      if (kind === "symlink") throw osError("ELOOP", "open", path);
      if (kind === "dir") throw osError("EISDIR", "open", path);
      if (kind !== "file") throw osError("EINVAL", "open", path);
      return this.#keep(path, nodeFs.openSync(path, nodeFs.constants.O_RDWR | NO_FOLLOW));
    });
  }

  create(dir: Fd, name: Uint8Array, permissions: number): Fd {
    const path = this.#path(dir, name, "create");
    const { O_RDWR, O_CREAT, O_EXCL } = nodeFs.constants;
    return attempt("create", path, () => {
      return this.#keep(path, nodeFs.openSync(path, O_RDWR | O_CREAT | O_EXCL, permissions));
    });
  }

  close(fd: Fd): void {
    const { path, file } = this.#at(fd, "close");
    this.#open.delete(fd);
    if (file !== undefined) attempt("close", path, () => nodeFs.closeSync(file));
  }

  stat(dir: Fd, name: Uint8Array): Stat {
    const path = this.#path(dir, name, "stat");
    return attempt("stat", path, () => statOf(nodeFs.lstatSync(path, { bigint: true })));
  }

  statFd(fd: Fd): Stat {
    const { path, file } = this.#at(fd, "stat");
    return attempt("stat", path, () => {
      return statOf(
        file === undefined
          ? nodeFs.lstatSync(path, { bigint: true })
          : nodeFs.fstatSync(file, { bigint: true }),
      );
    });
  }

  *entries(dir: Fd): Generator<FolderEntry[]> {
    for (const names of this.names(dir)) {
      yield names.map((name) => {
        try {
          return { name, stat: this.stat(dir, name) };
        } catch (failure) {
          // Also where Deno replaced bytes that are not Unicode: the entry is there, under a name it cannot say.
          return { name, failure: failure as Error };
        }
      });
    }
  }

  *names(dir: Fd): Generator<Uint8Array[]> {
    const { path } = this.#at(dir, "readdir");
    const listing = attempt("readdir", path, () => Deno.readDirSync(path)[Symbol.iterator]());
    for (;;) {
      const names: Uint8Array[] = [];
      let ended = false;
      while (names.length < BATCH && !ended) {
        const next = attempt("readdir", path, () => listing.next());
        if (next.done) ended = true;
        else names.push(utf8(next.value.name));
      }
      if (names.length > 0) yield names;
      if (ended) return;
    }
  }

  read(fd: Fd, into: Uint8Array): number {
    const open = this.#at(fd, "read");
    const count = this.#pread(open, into, open.position);
    open.position += count;
    return count;
  }

  readAt(fd: Fd, into: Uint8Array, offset: number): number {
    const open = this.#at(fd, "read");
    let done = 0;
    while (done < into.length) {
      const count = this.#pread(open, into.subarray(done), offset + done);
      if (count === 0) break;
      done += count;
    }
    return done;
  }

  async readAtAsync(fd: Fd, into: Uint8Array<ArrayBuffer>, offset: number): Promise<number> {
    const { path, file } = this.#file(fd, "read");
    let done = 0;
    while (done < into.length) {
      const count = await settle<number>("read", path, (callback) => {
        nodeFs.read(file, into, done, into.length - done, offset + done, callback);
      });
      if (count === 0) break;
      done += count;
    }
    return done;
  }

  writeAt(fd: Fd, bytes: Uint8Array, offset: number): void {
    const { path, file } = this.#file(fd, "write");
    let done = 0;
    while (done < bytes.length) {
      done += attempt("write", path, () => {
        const count = nodeFs.writeSync(file, bytes, done, bytes.length - done, offset + done);
        if (count === 0) throw osError("EIO", "write", path);
        return count;
      });
    }
  }

  async writeAtAsync(fd: Fd, bytes: Uint8Array<ArrayBuffer>, offset: number): Promise<void> {
    const { path, file } = this.#file(fd, "write");
    let done = 0;
    while (done < bytes.length) {
      const count = await settle<number>("write", path, (callback) => {
        nodeFs.write(file, bytes, done, bytes.length - done, offset + done, callback);
      });
      if (count === 0) throw osError("EIO", "write", path);
      done += count;
    }
  }

  truncate(fd: Fd, length: number): void {
    const { path, file } = this.#file(fd, "truncate");
    attempt("truncate", path, () => nodeFs.ftruncateSync(file, length));
  }

  sync(fd: Fd): void {
    const { path, file } = this.#at(fd, "fsync");
    if (file !== undefined) return attempt("fsync", path, () => nodeFs.fsyncSync(file));
    if (WINDOWS) return; // folders cannot be synced there; NTFS journals its names
    attempt("fsync", path, () => {
      const folder = nodeFs.openSync(path, nodeFs.constants.O_RDONLY);
      try {
        nodeFs.fsyncSync(folder);
      } finally {
        nodeFs.closeSync(folder);
      }
    });
  }

  async syncAsync(fd: Fd): Promise<void> {
    const { path, file } = this.#at(fd, "fsync");
    if (file === undefined) return this.sync(fd);
    await settle<void>("fsync", path, (callback) => nodeFs.fsync(file, callback));
  }

  syncAllAsync(_fd: Fd): Promise<void> {
    return Promise.reject(osError("ENOSYS", "syncfs"));
  }

  advise(_fd: Fd, _advice: "sequential" | "drop"): void {}

  dataRegions(_fd: Fd, size: number, from = 0): DataRegion[] {
    return size <= from ? [] : [{ offset: from, length: size - from }];
  }

  freeBytes(fd: Fd): number {
    const { path } = this.#at(fd, "statfs");
    return attempt("statfs", path, () => {
      const { bavail, bsize } = nodeFs.statfsSync(path);
      return bavail * bsize;
    });
  }

  makeFolder(dir: Fd, name: Uint8Array, permissions: number): void {
    const path = this.#path(dir, name, "mkdir");
    attempt("mkdir", path, () => Deno.mkdirSync(path, { mode: permissions }));
  }

  makeSymlink(dir: Fd, name: Uint8Array, target: Uint8Array): void {
    const path = this.#path(dir, name, "symlink");
    const text = textOf(target, "symlink");
    if (text === "") throw osError("ENOENT", "symlink", path);
    // Windows keeps in the link whether it leads to a folder; it can be known only where the target exists.
    attempt("symlink", path, () => nodeFs.symlinkSync(text, path));
  }

  makeFifo(_dir: Fd, name: Uint8Array, _permissions: number): void {
    throw osError("ENOSYS", "mknod", name);
  }

  makeSocket(_dir: Fd, name: Uint8Array, _permissions: number): void {
    throw osError("ENOSYS", "mknod", name);
  }

  makeDevice(
    _dir: Fd,
    name: Uint8Array,
    _kind: "dev" | "chardev",
    _rdev: bigint,
    _permissions: number,
  ): void {
    throw osError("ENOSYS", "mknod", name);
  }

  makeHardLink(fromDir: Fd, fromName: Uint8Array, dir: Fd, name: Uint8Array): void {
    const from = this.#path(fromDir, fromName, "link");
    const path = this.#path(dir, name, "link");
    attempt("link", path, () => nodeFs.linkSync(from, path));
  }

  readSymlink(dir: Fd, name: Uint8Array): Uint8Array {
    const path = this.#path(dir, name, "readlink");
    const target = attempt("readlink", path, () => nodeFs.readlinkSync(path));
    // A target that is not Unicode came through with replacement characters: refuse it rather than change it.
    if (target.includes("\ufffd")) throw osError("EILSEQ", "readlink", path);
    return utf8(target);
  }

  rename(fromDir: Fd, fromName: Uint8Array, toDir: Fd, toName: Uint8Array): void {
    const from = this.#path(fromDir, fromName, "rename");
    const to = this.#path(toDir, toName, "rename");
    attempt("rename", to, () => nodeFs.renameSync(from, to));
  }

  removeFile(dir: Fd, name: Uint8Array): void {
    const path = this.#path(dir, name, "unlink");
    // Deno's unlink removes empty folders as well, its rmdir files.
    if (this.stat(dir, name).kind === "dir") throw osError("EISDIR", "unlink", path);
    attempt("unlink", path, () => nodeFs.unlinkSync(path));
  }

  removeFolder(dir: Fd, name: Uint8Array): void {
    const path = this.#path(dir, name, "rmdir");
    if (this.stat(dir, name).kind !== "dir") throw osError("ENOTDIR", "rmdir", path);
    attempt("rmdir", path, () => nodeFs.rmdirSync(path));
  }

  setPermissions(fd: Fd, permissions: number): void {
    const { path } = this.#at(fd, "chmod");
    attempt("chmod", path, () => nodeFs.chmodSync(path, permissions));
  }

  setOwner(fd: Fd, uid: number, gid: number): void {
    const { path } = this.#at(fd, "chown");
    if (WINDOWS) return; // owners are no numbers there
    attempt("chown", path, () => nodeFs.chownSync(path, uid, gid));
  }

  setTimes(fd: Fd, atime: Instant, mtime: Instant): void {
    const { path } = this.#at(fd, "utimens");
    attempt("utimens", path, () => Deno.utimeSync(path, dateOf(atime), dateOf(mtime)));
  }

  xattrs(_fd: Fd): Xattr[] {
    return [];
  }

  setXattr(_fd: Fd, name: string, _value: Uint8Array): void {
    throw osError("EOPNOTSUPP", "setxattr", name);
  }

  removeXattr(_fd: Fd, name: string): void {
    throw osError("EOPNOTSUPP", "removexattr", name);
  }

  setPermissionsOf(dir: Fd, name: Uint8Array, permissions: number): void {
    const path = this.#path(dir, name, "chmod");
    if (this.stat(dir, name).kind === "symlink") throw osError("EOPNOTSUPP", "chmod", path);
    attempt("chmod", path, () => nodeFs.chmodSync(path, permissions));
  }

  setOwnerOf(dir: Fd, name: Uint8Array, uid: number, gid: number): void {
    const path = this.#path(dir, name, "chown");
    if (WINDOWS) return;
    attempt("chown", path, () => nodeFs.lchownSync(path, uid, gid));
  }

  setTimesOf(dir: Fd, name: Uint8Array, atime: Instant, mtime: Instant): void {
    const path = this.#path(dir, name, "utimens");
    attempt("utimens", path, () => nodeFs.lutimesSync(path, dateOf(atime), dateOf(mtime)));
  }

  xattrsOf(_dir: Fd, _name: Uint8Array): Xattr[] {
    return [];
  }

  setXattrOf(_dir: Fd, _name: Uint8Array, attribute: string, _value: Uint8Array): void {
    throw osError("EOPNOTSUPP", "setxattr", attribute);
  }

  #keep(path: string, file: number | undefined): Fd {
    const fd = this.#nextFd++;
    this.#open.set(fd, { path, file, position: 0 });
    return fd;
  }

  #at(fd: Fd, call: string): Open {
    const open = this.#open.get(fd);
    if (open === undefined) throw osError("EBADF", call);
    return open;
  }

  #file(fd: Fd, call: string): { path: string; file: number } {
    const { path, file } = this.#at(fd, call);
    if (file === undefined) throw osError("EISDIR", call, path);
    return { path, file };
  }

  #pread({ path, file }: Open, into: Uint8Array, offset: number): number {
    if (file === undefined) throw osError("EISDIR", "read", path);
    if (into.length === 0) return 0;
    return attempt("read", path, () => nodeFs.readSync(file, into, 0, into.length, offset));
  }

  #path(dir: Fd, name: Uint8Array, call: string): string {
    if (!isEntryName(name)) throw osError("EINVAL", call, name);
    const text = textOf(name, call);
    if (WINDOWS && /[\\/:*?"<>|]|[ .]$/.test(text)) throw osError("EINVAL", call, name);
    const { path } = this.#at(dir, call);
    return path.endsWith(SLASH) ? path + text : path + SLASH + text;
  }
}

/** 0 on Windows, which has neither. */
const NO_FOLLOW = nodeFs.constants.O_NOFOLLOW ?? 0;
const NON_BLOCKING = WINDOWS ? 0 : nodeFs.constants.O_NONBLOCK ?? 0;

function textOf(bytes: Uint8Array, call: string): string {
  const text = utf8TextStrict(bytes);
  if (text === undefined) throw osError("EILSEQ", call, utf8Text(bytes));
  return text;
}

function dateOf(instant: Instant): Date {
  return new Date(Number(instant / 1_000_000n));
}

function statOf(stat: nodeFs.BigIntStats): Stat {
  const mode = Number(stat.mode);
  return {
    kind: WINDOWS ? kindOf(stat) : kindOfMode(mode),
    permissions: mode & 0o7777,
    dev: stat.dev,
    ino: stat.ino,
    links: Number(stat.nlink),
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    rdev: stat.rdev,
    size: Number(stat.size),
    allocated: Number(stat.blocks ?? 0n) * 512,
    mtime: stat.mtimeNs,
    atime: stat.atimeNs,
    ctime: stat.ctimeNs,
  };
}

function kindOf(stat: nodeFs.BigIntStats): EntryKind {
  if (stat.isFile()) return "file";
  if (stat.isDirectory()) return "dir";
  return stat.isSymbolicLink() ? "symlink" : "irregular";
}

function attempt<T>(call: string, path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw toOsError(error, call, path);
  }
}

function settle<T>(
  call: string,
  path: string,
  start: (callback: (error: Error | null, value?: T) => void) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    start((error, value) => error ? reject(toOsError(error, call, path)) : resolve(value as T));
  });
}

function toOsError(error: unknown, call: string, path: string): Error {
  if (error instanceof OsError) return error;
  const { code } = error as { code?: unknown };
  const errno = typeof code === "string" && /^E[A-Z0-9]+$/.test(code) ? code : "EIO";
  return new OsError(errno, call, osError(errno, call, path).message, { cause: error });
}
