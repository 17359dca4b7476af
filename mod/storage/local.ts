// Copyright the SpareGrid authors. Apache-2.0.
import { equalBytes, type Instant, type Random, toHex, utf8, utf8Text } from "../base/mod.ts";
import { isOsError, SgError } from "../errors/mod.ts";
import { type Fd, type FileSystem, type FolderEntry, inLargePages } from "../platform/mod.ts";
import { throwIfAborted } from "./abort.ts";
import {
  assertHandle,
  assertRange,
  existsAlready,
  filePath,
  isFileName,
  resolveRange,
} from "./file_handle.ts";
import { localFailure } from "./_local_failure.ts";
import { DATA_FOLDERS, type FolderName, LocalFolders } from "./_local_folders.ts";
import type { FileHandle, FileType, LoadRange, Storage, StorageCall, StoredFile } from "./storage.ts";

/** What a {@link LocalStorage} can be told. */
export interface LocalStorageOptions {
  /** Requests worth running at a time. */
  readonly connections?: number;
}

/** Reads up to this many bytes are answered on the spot: a round trip to a thread costs more than the read. */
const READ_AT_ONCE_MAX = 64 * 1024;

/** What a crashed run of ours, or of restic, leaves behind. */
const TEMPORARY = /^(?:config|[0-9a-f]{64})-tmp-[0-9A-Za-z]+$/;

/** Refusals to set a mode that some file systems give for anything but their fixed one. */
const CANNOT_CHMOD = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EINVAL"];

/** What linking answers on file systems without hard links. */
const CANNOT_LINK = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK", "EINVAL", "EXDEV"];

/**
 * A store in a folder, in restic's layout: `config`, `keys/`, `locks/`, `index/`, `snapshots/` and `data/XX/`.
 *
 * A file is written under a temporary name that restic and we ignore, synced, measured, renamed, and its folder
 * synced; only then `save` resolves. After a failure the temporary is abandoned, never synced again. Files are
 * made read-only, folders private, or open to the group where `config` is.
 */
export class LocalStorage implements Storage {
  readonly location: string;
  readonly connections: number;
  readonly #fs: FileSystem;
  readonly #random: Random;
  readonly #folders: LocalFolders;
  /** Calls under way: their descriptors must outlive them. */
  #running = 0;
  #closed = false;
  #resting = false;
  #whenIdle: (() => void) | undefined;

  constructor(fs: FileSystem, random: Random, path: string, options: LocalStorageOptions = {}) {
    this.location = path;
    this.connections = options.connections ?? 4;
    this.#fs = fs;
    this.#random = random;
    this.#folders = new LocalFolders(fs, path);
  }

  create(call?: StorageCall): Promise<void> {
    return this.#run("create repository at", "", call, async () => {
      if (this.#sizeOf({ type: "config", name: "" }) !== undefined) throw existsAlready(this.location);
      await this.#folders.makeAll();
    });
  }

  save(file: FileHandle, bytes: Uint8Array<ArrayBuffer>, call?: StorageCall): Promise<void> {
    return this.#run("save", filePath(file), call, async () => {
      assertHandle(file);
      const there = this.#sizeOf(file);
      if (there !== undefined && file.type === "config") throw existsAlready(this.location);
      // Another process may have renamed it and not yet synced the folder.
      if (there === bytes.length) return await this.#folders.sync(folderOf(file));
      await this.#write(file, bytes, call);
    });
  }

  load(file: FileHandle, range: LoadRange = {}): Promise<Uint8Array<ArrayBuffer>> {
    return this.#run("load", filePath(file), range, async () => {
      assertHandle(file);
      assertRange(file, range);
      const fd = this.#fs.openRead(this.#folders.get(folderOf(file)), nameOf(file), { noAtime: true });
      try {
        const stat = this.#fs.statFd(fd);
        if (stat.kind !== "file") {
          throw new SgError(
            "SG1015",
            `Cannot load ${filePath(file)} from ${this.location}: it is a ${stat.kind}`,
          );
        }
        const { offset, length } = resolveRange(file, stat.size, range);
        const bytes = inLargePages(new Uint8Array(length));
        const got = length <= READ_AT_ONCE_MAX
          ? this.#fs.readAt(fd, bytes, offset)
          : await this.#fs.readAtAsync(fd, bytes, offset);
        if (got !== length) resolveRange(file, offset + got, { offset, length });
        return bytes;
      } finally {
        this.#fs.close(fd);
      }
    });
  }

  stat(file: FileHandle, call?: StorageCall): Promise<StoredFile> {
    return this.#run("find", filePath(file), call, () => {
      assertHandle(file);
      const { size } = this.#fs.stat(this.#folders.get(folderOf(file)), nameOf(file));
      return { name: file.name, size };
    });
  }

  async *list(type: FileType, call?: StorageCall): AsyncIterable<StoredFile> {
    const release = this.#enter();
    try {
      throwIfAborted(call?.signal);
      if (type === "config") {
        const size = this.#sizeOf({ type, name: "" });
        if (size !== undefined) yield { name: "", size };
        return;
      }
      for (const folder of type === "data" ? DATA_FOLDERS.map((name) => `data/${name}`) : [type]) {
        const prefix = type === "data" ? folder.slice("data/".length) : "";
        for (const batch of this.#entries(folder)) {
          throwIfAborted(call?.signal);
          for (const file of filesOf(batch, type, prefix)) yield file;
        }
      }
    } catch (error) {
      throw localFailure(`list ${type} in ${this.location}`, error);
    } finally {
      release();
    }
  }

  remove(file: FileHandle, call?: StorageCall): Promise<void> {
    return this.#run("remove", filePath(file), call, async () => {
      assertHandle(file);
      const folder = this.#folders.get(folderOf(file));
      call?.guard?.();
      this.#fs.removeFile(folder, nameOf(file));
      // What is removed in order must be gone in order: an index that comes back after a power cut would name
      // packs that are gone. A pack or a lock that comes back does no harm.
      if (file.type !== "data" && file.type !== "locks") await this.#folders.sync(folderOf(file), folder);
    });
  }

  removeTemporaries(olderThanMs: number, now: Instant, call?: StorageCall): Promise<number> {
    return this.#run("clean up", "temporary files", call, () => {
      const before = now - BigInt(Math.round(olderThanMs)) * 1_000_000n;
      let removed = 0;
      const data = DATA_FOLDERS.map((name) => `data/${name}`);
      for (const folder of ["", "index", "keys", "locks", "snapshots", ...data]) {
        throwIfAborted(call?.signal);
        for (const batch of this.#entries(folder)) {
          for (const { name, stat } of batch) {
            if (stat?.kind !== "file" || stat.mtime >= before || !TEMPORARY.test(utf8Text(name))) continue;
            this.#fs.removeFile(this.#folders.get(folder), name);
            removed++;
          }
        }
      }
      return removed;
    });
  }

  rest(): void {
    this.#resting = true;
    this.#restWhenIdle();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#running > 0) await new Promise<void>((resolve) => this.#whenIdle = resolve);
    this.#folders.close();
  }

  /** Writes a new file, durably, and gives it its name. */
  async #write(file: FileHandle, bytes: Uint8Array<ArrayBuffer>, call: StorageCall = {}): Promise<void> {
    const temporary = utf8(`${utf8Text(nameOf(file))}-tmp-${toHex(this.#random.bytes(8))}`);
    const { folder, fd } = await this.#createIn(folderOf(file), temporary);
    try {
      try {
        await this.#fs.writeAtAsync(fd, bytes, 0);
        this.#protect(fd);
        await this.#fs.syncAsync(fd);
        const { size } = this.#fs.statFd(fd);
        if (size !== bytes.length) {
          throw new SgError(
            "SG1015",
            `Cannot save ${
              filePath(file)
            } in ${this.location}: ${size} of ${bytes.length} bytes were written`,
          );
        }
        if (file.type !== "data") await this.#proveWritten(file, fd, bytes);
      } finally {
        this.#fs.close(fd);
      }
      throwIfAborted(call.signal);
      call.guard?.();
      this.#name(file, folder, temporary);
    } catch (error) {
      this.#abandon(folder, temporary);
      throw error;
    }
    await this.#folders.sync(folderOf(file), folder);
  }

  /**
   * Reads back what was written, before it counts. A wrong bit in a pack costs a few files and `check` finds it; in a
   * snapshot, an index, a key or the config it costs all that they stand for.
   */
  async #proveWritten(file: FileHandle, fd: Fd, bytes: Uint8Array): Promise<void> {
    const back = new Uint8Array(bytes.length);
    const got = await this.#fs.readAtAsync(fd, back, 0);
    if (got === bytes.length && equalBytes(back, bytes)) return;
    throw new SgError(
      "SG1015",
      `Cannot save ${filePath(file)} in ${this.location}: it does not hold what was written to it`,
      { context: { file: filePath(file) } },
    );
  }

  /** Makes the temporary; its folder too, where it is missing or was removed and made again by somebody else. */
  async #createIn(name: FolderName, temporary: Uint8Array): Promise<{ folder: Fd; fd: Fd }> {
    try {
      const folder = this.#folders.get(name);
      return { folder, fd: this.#fs.create(folder, temporary, 0o600) };
    } catch (error) {
      if (name === "" || !isOsError(error, "ENOENT")) throw error;
    }
    const folder = await this.#folders.make(name);
    return { folder, fd: this.#fs.create(folder, temporary, 0o600) };
  }

  #protect(fd: Fd): void {
    try {
      this.#fs.setPermissions(fd, this.#folders.modes().file);
    } catch (error) {
      if (!isOsError(error, ...CANNOT_CHMOD)) throw error;
    }
  }

  /** Gives the finished temporary its name. A `config` never replaces another, also when two processes race. */
  #name(file: FileHandle, folder: Fd, temporary: Uint8Array): void {
    if (file.type !== "config") return this.#fs.rename(folder, temporary, folder, nameOf(file));
    try {
      this.#fs.makeHardLink(folder, temporary, folder, nameOf(file));
    } catch (error) {
      if (isOsError(error, "EEXIST")) throw existsAlready(this.location);
      if (!isOsError(error, ...CANNOT_LINK)) throw error;
      return this.#fs.rename(folder, temporary, folder, nameOf(file));
    }
    this.#abandon(folder, temporary);
  }

  /** Removes a temporary; one that stays is ignored by all and cleaned up later. */
  #abandon(folder: Fd, temporary: Uint8Array): void {
    try {
      this.#fs.removeFile(folder, temporary);
    } catch (error) {
      if (!isOsError(error)) throw error;
    }
  }

  /** Bytes of a stored file; undefined where it, its folder or the whole repository is missing. */
  #sizeOf(file: FileHandle): number | undefined {
    try {
      return this.#fs.stat(this.#folders.get(folderOf(file)), nameOf(file)).size;
    } catch (error) {
      if (isOsError(error, "ENOENT")) return undefined;
      throw error;
    }
  }

  /** The entries of a folder by a descriptor of its own; nothing where the folder is missing. */
  *#entries(folder: FolderName): Iterable<FolderEntry[]> {
    let fd: Fd;
    try {
      fd = this.#folders.openAnew(folder);
    } catch (error) {
      // A root that is missing is no empty repository: the drive may not be mounted.
      if (isOsError(error, "ENOENT", "ENOTDIR") && this.#folders.get("") !== undefined) return;
      throw error;
    }
    try {
      yield* this.#fs.entries(fd);
    } finally {
      this.#fs.close(fd);
    }
  }

  #enter(): () => void {
    if (this.#closed) throw new SgError("SG1015", `Cannot use ${this.location}: it has been closed`);
    this.#running++;
    return () => {
      if (--this.#running > 0) return;
      this.#restWhenIdle();
      this.#whenIdle?.();
    };
  }

  #restWhenIdle(): void {
    if (!this.#resting || this.#running > 0) return;
    this.#resting = false;
    this.#folders.close();
  }

  async #run<T>(
    verb: string,
    object: string,
    call: StorageCall | undefined,
    act: () => T | Promise<T>,
  ): Promise<T> {
    throwIfAborted(call?.signal);
    const release = this.#enter();
    try {
      return await act();
    } catch (error) {
      throw localFailure(
        object === "" ? `${verb} ${this.location}` : `${verb} ${object} in ${this.location}`,
        error,
      );
    } finally {
      release();
    }
  }
}

function folderOf(file: FileHandle): FolderName {
  if (file.type === "config") return "";
  return file.type === "data" ? `data/${file.name.slice(0, 2)}` : file.type;
}

function nameOf(file: FileHandle): Uint8Array {
  return utf8(file.type === "config" ? "config" : file.name);
}

/** The stored files in a batch of entries; others than whole files with valid names are left out. */
function* filesOf(batch: FolderEntry[], type: FileType, prefix: string): Iterable<StoredFile> {
  for (const entry of batch) {
    const name = utf8Text(entry.name);
    if (!isFileName(type, name) || !name.startsWith(prefix)) continue;
    if (entry.failure) {
      // Removed between being named and being looked at: not there.
      if (isOsError(entry.failure, "ENOENT")) continue;
      throw entry.failure;
    }
    if (entry.stat?.kind === "file") yield { name, size: entry.stat.size };
  }
}
