// Copyright the SpareGrid authors. Apache-2.0.
import { utf8 } from "../base/mod.ts";
import { isOsError } from "../errors/mod.ts";
import { type Fd, type FileSystem, makePath, syncFolder } from "../platform/mod.ts";

/** A folder of the repository, relative to its root: `""`, `"index"`, `"data/ab"`. */
export type FolderName = string;

/** Modes of new folders and of finished files. */
export interface LocalModes {
  readonly folder: number;
  readonly file: number;
}

/** The two-digit folders below `data`. */
export const DATA_FOLDERS: readonly string[] = Array.from(
  { length: 256 },
  (_, i) => i.toString(16).padStart(2, "0"),
);

/**
 * The folders of a local repository, held open: files are made, renamed and synced by descriptor. At most 262.
 * Opens on first use, so that a repository that is not there yet costs nothing. Failures are `OsError`.
 */
export class LocalFolders {
  readonly #fs: FileSystem;
  readonly #path: string;
  readonly #open = new Map<FolderName, Fd>();
  #modes: LocalModes | undefined;

  constructor(fs: FileSystem, path: string) {
    this.#fs = fs;
    this.#path = path;
  }

  /** The descriptor of a folder that exists. */
  get(folder: FolderName): Fd {
    const known = this.#open.get(folder);
    if (known !== undefined) return known;
    const fd = this.openAnew(folder);
    this.#open.set(folder, fd);
    return fd;
  }

  /** A descriptor of its own, for reading names; the caller closes it. */
  openAnew(folder: FolderName): Fd {
    if (folder === "") return this.#fs.openRoot(this.#path);
    const { parent, name } = split(folder);
    return this.#fs.openFolder(this.get(parent), name);
  }

  /** The descriptor of a folder that is made, and made durable, where it is missing. Its parent must exist. */
  async make(folder: FolderName): Promise<Fd> {
    this.#forget(folder);
    const { parent, name } = split(folder);
    if (this.#makeOne(this.get(parent), name)) await this.sync(this.get(parent));
    return this.get(folder);
  }

  /** Makes the root with all its parents, and every folder of a new repository, durable. */
  async makeAll(): Promise<void> {
    this.close();
    this.#open.set("", await makePath(this.#fs, this.#path));
    const root = this.get("");
    for (const name of ["data", "index", "keys", "locks", "snapshots"]) this.#makeOne(root, utf8(name));
    const data = this.get("data");
    for (const name of DATA_FOLDERS) this.#makeOne(data, utf8(name));
    await this.sync(data);
    await this.sync(root);
  }

  /** Makes the names in a folder durable, where its file system can. */
  sync(fd: Fd): Promise<void> {
    return syncFolder(this.#fs, fd);
  }

  /**
   * Modes for what is new: private, or open to the group where the `config` file is readable by the group (as
   * restic does it, for repositories that several users share).
   */
  modes(): LocalModes {
    if (this.#modes) return this.#modes;
    let shared = false;
    try {
      shared = (this.#fs.stat(this.get(""), utf8("config")).permissions & 0o040) !== 0;
    } catch (error) {
      if (!isOsError(error, "ENOENT")) throw error;
      return PRIVATE;
    }
    return this.#modes = shared ? SHARED : PRIVATE;
  }

  /** Closes every descriptor. */
  close(): void {
    for (const folder of [...this.#open.keys()]) this.#forget(folder);
  }

  #forget(folder: FolderName): void {
    const fd = this.#open.get(folder);
    if (fd === undefined) return;
    this.#open.delete(folder);
    try {
      this.#fs.close(fd);
    } catch (error) {
      // It is closed all the same, and what its names needed was synced before: nothing can be lost by it.
      if (!isOsError(error)) throw error;
    }
  }

  /** True when the folder is new. */
  #makeOne(parent: Fd, name: Uint8Array): boolean {
    try {
      this.#fs.makeFolder(parent, name, this.modes().folder);
      return true;
    } catch (error) {
      if (isOsError(error, "EEXIST")) return false;
      throw error;
    }
  }
}

const PRIVATE: LocalModes = { folder: 0o700, file: 0o400 };
const SHARED: LocalModes = { folder: 0o770, file: 0o440 };

function split(folder: FolderName): { parent: FolderName; name: Uint8Array } {
  const at = folder.lastIndexOf("/");
  return { parent: at < 0 ? "" : folder.slice(0, at), name: utf8(folder.slice(at + 1)) };
}
