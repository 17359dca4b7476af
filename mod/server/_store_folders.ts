// Copyright the SpareGrid authors. Apache-2.0.
import { utf8 } from "../base/mod.ts";
import { isOsError } from "../errors/mod.ts";
import { type Fd, type FileSystem, makePath, syncFolder } from "../platform/mod.ts";

/**
 * Folders below one root, opened step by step: no step follows a symlink, so nothing that somebody put into the store leads
 * out of it. Nothing but the root stays open. Failures are `OsError`.
 */
export class StoreFolders {
  readonly #fs: FileSystem;
  readonly #root: Fd;
  /** Folders being made, by path, until their names are durable. */
  readonly #making = new Map<string, Promise<void>>();

  private constructor(fs: FileSystem, root: Fd) {
    this.#fs = fs;
    this.#root = root;
  }

  /** Opens the root, and makes it where it is missing. */
  static async open(fs: FileSystem, path: string): Promise<StoreFolders> {
    return new StoreFolders(fs, await makePath(fs, path));
  }

  close(): void {
    this.#fs.close(this.#root);
  }

  freeBytes(): number {
    return this.#fs.freeBytes(this.#root);
  }

  /** Does something with a folder that is there. */
  async within<T>(path: readonly string[], act: (folder: Fd) => T | Promise<T>): Promise<T> {
    return await this.#with(this.#openAll(path), act);
  }

  /** As {@link within}, with folders made, durably, where they are missing. */
  async making<T>(path: readonly string[], act: (folder: Fd) => T | Promise<T>): Promise<T> {
    const steps = path.map((_, i) => path.slice(0, i + 1));
    // A folder that somebody is making is there before its name is durable.
    if (this.#making.size > 0) { for (const step of steps) await this.#making.get(step.join("/")); }
    let folder: Fd;
    try {
      folder = this.#openAll(path);
    } catch (error) {
      if (!isOsError(error, "ENOENT")) throw error;
      for (const step of steps) await this.#makeStep(step);
      folder = this.#openAll(path);
    }
    return await this.#with(folder, act);
  }

  /** Makes many folders in one, durably; those that are there stay. */
  async makeIn(path: readonly string[], names: readonly string[]): Promise<void> {
    await this.making(path, async (folder) => {
      for (const name of names) this.#make(folder, name);
      await syncFolder(this.#fs, folder);
    });
  }

  /** True when the folder is there. */
  async has(path: readonly string[]): Promise<boolean> {
    try {
      return await this.within(path, () => true);
    } catch (error) {
      if (isOsError(error, "ENOENT", "ENOTDIR", "ELOOP")) return false;
      throw error;
    }
  }

  /** Removes a folder if nothing lies in it. */
  async removeEmpty(path: readonly string[]): Promise<void> {
    try {
      await this.within(path.slice(0, -1), (parent) => this.#fs.removeFolder(parent, utf8(path.at(-1)!)));
    } catch (error) {
      if (!isOsError(error, "ENOENT", "ENOTEMPTY", "EEXIST", "ENOTDIR")) throw error;
    }
  }

  #openAll(path: readonly string[]): Fd {
    let folder = this.#root;
    for (const name of path) {
      const parent = folder;
      try {
        folder = this.#fs.openFolder(parent, utf8(name));
      } finally {
        if (parent !== this.#root) this.#fs.close(parent);
      }
    }
    return folder;
  }

  async #with<T>(folder: Fd, act: (folder: Fd) => T | Promise<T>): Promise<T> {
    try {
      return await act(folder);
    } finally {
      if (folder !== this.#root) this.#fs.close(folder);
    }
  }

  /** Those who need the same folder at the same time share the work. */
  async #makeStep(path: readonly string[]): Promise<void> {
    const key = path.join("/");
    let making = this.#making.get(key);
    if (!making) {
      making = this.#makeOne(path).finally(() => this.#making.delete(key));
      this.#making.set(key, making);
    }
    await making;
  }

  async #makeOne(path: readonly string[]): Promise<void> {
    if (await this.has(path)) return;
    await this.within(path.slice(0, -1), async (parent) => {
      this.#make(parent, path.at(-1)!);
      await syncFolder(this.#fs, parent);
    });
  }

  #make(parent: Fd, name: string): void {
    try {
      this.#fs.makeFolder(parent, utf8(name), 0o700);
    } catch (error) {
      if (!isOsError(error, "EEXIST")) throw error;
    }
  }
}
