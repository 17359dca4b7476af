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
  readonly #making = new Map<FolderName, Promise<void>>();
  readonly #replaced: Fd[] = [];
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

  /**
   * The descriptor of a folder that is made, with those above it below the root, where it is missing or was replaced,
   * and whose name is durable. Calls at the same time share the work.
   */
  async make(folder: FolderName): Promise<Fd> {
    let making = this.#making.get(folder);
    if (!making) {
      making = this.#make(folder).finally(() => this.#making.delete(folder));
      this.#making.set(folder, making);
    }
    await making;
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
    await syncFolder(this.#fs, data);
    await syncFolder(this.#fs, root);
  }

  /** Makes the names in a folder durable, where its file system can, and its own where it is just being made. */
  async sync(folder: FolderName, fd: Fd = this.get(folder)): Promise<void> {
    await this.#making.get(folder);
    await syncFolder(this.#fs, fd);
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
    for (const fd of [...this.#open.values(), ...this.#replaced]) {
      try {
        this.#fs.close(fd);
      } catch (error) {
        // It is closed all the same, and what its names needed was synced before: nothing can be lost by it.
        if (!isOsError(error)) throw error;
      }
    }
    this.#open.clear();
    this.#replaced.length = 0;
  }

  async #make(folder: FolderName): Promise<void> {
    const { parent, name } = split(folder);
    if (parent !== "") await this.make(parent);
    this.#makeOne(this.get(parent), name);
    this.#forgetReplaced(folder);
    // Also where another process made it: that one may not have synced it yet.
    await syncFolder(this.#fs, this.get(parent));
  }

  /** Lets go of a descriptor that is no longer the folder's. Calls under way hold it, so it is closed at the end only. */
  #forgetReplaced(folder: FolderName): void {
    const fd = this.#open.get(folder);
    if (fd === undefined) return;
    const { parent, name } = split(folder);
    const [known, there] = [this.#fs.statFd(fd), this.#fs.stat(this.get(parent), name)];
    if (known.dev === there.dev && known.ino === there.ino) return;
    this.#open.delete(folder);
    this.#replaced.push(fd);
  }

  #makeOne(parent: Fd, name: Uint8Array): void {
    try {
      this.#fs.makeFolder(parent, name, this.modes().folder);
    } catch (error) {
      if (!isOsError(error, "EEXIST")) throw error;
    }
  }
}

const PRIVATE: LocalModes = { folder: 0o700, file: 0o400 };
const SHARED: LocalModes = { folder: 0o770, file: 0o440 };

function split(folder: FolderName): { parent: FolderName; name: Uint8Array } {
  const at = folder.lastIndexOf("/");
  return { parent: at < 0 ? "" : folder.slice(0, at), name: utf8(folder.slice(at + 1)) };
}
