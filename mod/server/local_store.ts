// Copyright the SpareGrid authors. Apache-2.0.
import { type Random, toHex, utf8, utf8Text } from "../base/mod.ts";
import { isOsError, SgError } from "../errors/mod.ts";
import { type Fd, type FileSystem, type FolderEntry, type Stat, syncFolder } from "../platform/mod.ts";
import { filePath, type FileType, isFileName } from "../storage/mod.ts";
import { LocalWrite } from "./_local_write.ts";
import { storeFailure } from "./_store_failure.ts";
import { StoreFolders } from "./_store_folders.ts";
import { isStoreName } from "./names.ts";
import type { Store, StoreArea, StoreEntry, StoreFile, StorePlace, StoreWrite } from "./store.ts";

const INCOMING = ".incoming";
/** Bytes read at a time. */
const READ_BYTES = 256 * 1024;
const TYPES: readonly FileType[] = ["data", "index", "keys", "locks", "snapshots"];
/** The folders below `data`. */
const DATA_FOLDERS: readonly string[] = Array.from(
  { length: 256 },
  (_, i) => i.toString(16).padStart(2, "0"),
);

/**
 * A store in a folder: `store/{account}/{repository}/…` are plain repositories in restic's layout, `store/.incoming/` holds
 * uploads that have no name yet, `trash/{account}/{repository}/{type}/…` what was removed. All on one file system, so
 * that a rename is all that gives a file its name or moves it to the trash.
 */
export class LocalStore implements Store {
  readonly location: string;
  readonly #fs: FileSystem;
  readonly #random: Random;
  readonly #store: StoreFolders;
  readonly #trash: StoreFolders;

  private constructor(
    fs: FileSystem,
    random: Random,
    location: string,
    folders: { store: StoreFolders; trash: StoreFolders },
  ) {
    this.location = location;
    this.#fs = fs;
    this.#random = random;
    this.#store = folders.store;
    this.#trash = folders.trash;
  }

  /** Opens the store in `folder`, and makes it where there is none. SG0021 where it cannot be used. */
  static async open(fs: FileSystem, random: Random, folder: string): Promise<LocalStore> {
    try {
      const store = await StoreFolders.open(fs, `${folder}/store`);
      const trash = await StoreFolders.open(fs, `${folder}/trash`);
      return new LocalStore(fs, random, folder, { store, trash });
    } catch (error) {
      if (!isOsError(error)) throw error;
      throw new SgError("SG0021", `Cannot use ${folder} for what clients store: ${error.message}`, {
        cause: error,
      });
    }
  }

  close(): void {
    this.#store.close();
    this.#trash.close();
  }

  freeBytes(): number {
    return this.#store.freeBytes();
  }

  async prepare(): Promise<number> {
    return await this.#try(
      "remove what interrupted uploads left",
      () =>
        this.#store.making([INCOMING], (folder) => {
          let removed = 0;
          for (const batch of this.#fs.names(folder)) {
            for (const name of batch) {
              this.#fs.removeFile(folder, name);
              removed++;
            }
          }
          return removed;
        }),
    );
  }

  async places(area: StoreArea): Promise<StorePlace[]> {
    const folders = this.#area(area);
    return await this.#try("list the repositories", async () => {
      const found: StorePlace[] = [];
      for (const account of await this.#subfolders(folders, [])) {
        for (const repository of await this.#subfolders(folders, [account])) {
          found.push({ account, repository });
        }
      }
      return found;
    });
  }

  async create(place: StorePlace): Promise<void> {
    const path = [place.account, place.repository];
    await this.#try(`make repository ${place.repository}`, async () => {
      // The config comes last of all; until then what is there is no repository, and is made anew as often as needed.
      await this.#store.makeIn(path, TYPES);
      await this.#store.makeIn([...path, "data"], DATA_FOLDERS);
    });
  }

  async has({ account, repository }: StorePlace): Promise<boolean> {
    return await this.#try("look for the repository", () => this.#store.has([account, repository, "data"]));
  }

  async *list(place: StorePlace, type: FileType, area: StoreArea = "store"): AsyncGenerator<StoreEntry[]> {
    const path = [place.account, place.repository];
    if (type === "config" && area === "store") {
      const config = await this.stat({ ...place, type, name: "" });
      if (config) yield [config];
      return;
    }
    const folders = type === "data" && area === "store" ? DATA_FOLDERS : [""];
    for (const prefix of folders) {
      const folder = prefix === "" ? [...path, type] : [...path, type, prefix];
      const found = await this.#try(`list ${type}`, () => this.#entries(area, folder));
      const wanted = found.filter(({ name }) =>
        (area === "trash" || isFileName(type, name)) && name.startsWith(prefix)
      );
      if (wanted.length > 0) yield wanted.sort((a, b) => a.name < b.name ? -1 : 1);
    }
  }

  async stat(file: StoreFile, area: StoreArea = "store"): Promise<StoreEntry | undefined> {
    return await this.#try(`find ${filePath(file)}`, async () => {
      try {
        return await this.#area(area).within(folderOf(file, area), (folder) => {
          const stat = this.#fs.stat(folder, nameOf(file));
          return stat.kind === "file" ? entryOf(file.name, stat) : undefined;
        });
      } catch (error) {
        if (isOsError(error, "ENOENT")) return undefined;
        throw error;
      }
    });
  }

  async settle(file: StoreFile): Promise<void> {
    await this.#try(
      `store ${filePath(file)}`,
      () => this.#store.making(folderOf(file), (folder) => syncFolder(this.#fs, folder)),
    );
  }

  async *read(file: StoreFile, offset: number, length: number): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    const doing = `read ${filePath(file)}`;
    const fd = await this.#try(doing, () => this.#openFile(file));
    try {
      for (let at = offset; at < offset + length;) {
        const bytes = new Uint8Array(Math.min(READ_BYTES, offset + length - at));
        const got = await this.#try(doing, () => this.#fs.readAtAsync(fd, bytes, at));
        if (got < bytes.length) throw new SgError("SG1005", `Cannot ${doing}: it ends at byte ${at + got}`);
        yield bytes;
        at += got;
      }
    } finally {
      this.#fs.close(fd);
    }
  }

  async begin(): Promise<StoreWrite> {
    const name = utf8(toHex(this.#random.bytes(16)));
    return await this.#try("begin an upload", () =>
      this.#store.making([INCOMING], (incoming) => {
        const fd = this.#fs.create(incoming, name, 0o600);
        return new LocalWrite(this.#fs, this.#store, { fd, folder: [INCOMING], name });
      }));
  }

  async remove(file: StoreFile, area: StoreArea = "store"): Promise<void> {
    await this.#try(
      `remove ${filePath(file)}`,
      () =>
        this.#area(area).within(folderOf(file, area), async (folder) => {
          this.#fs.removeFile(folder, nameOf(file));
          if (area === "store" && file.type !== "locks") await syncFolder(this.#fs, folder);
        }),
    );
  }

  async moveToTrash(file: StoreFile, trashName: string): Promise<void> {
    const { account, repository, type } = file;
    await this.#try(
      `remove ${filePath(file)}`,
      () =>
        this.#store.within(
          folderOf(file),
          (from) =>
            this.#trash.making([account, repository, type], async (to) => {
              this.#fs.rename(from, nameOf(file), to, utf8(trashName));
              // The new place first: after a power cut a file in both places is harmless, one in neither is lost.
              await syncFolder(this.#fs, to);
              await syncFolder(this.#fs, from);
            }),
        ),
    );
  }

  async moveBack(file: StoreFile, trashName: string): Promise<boolean> {
    const { account, repository, type } = file;
    if (await this.stat(file) !== undefined) return false;
    return await this.#try(`bring back ${filePath(file)}`, async () => {
      try {
        return await this.#trash.within(
          [account, repository, type],
          (from) =>
            this.#store.making(folderOf(file), async (to) => {
              this.#fs.rename(from, utf8(trashName), to, nameOf(file));
              await syncFolder(this.#fs, to);
              await syncFolder(this.#fs, from);
              return true;
            }),
        );
      } catch (error) {
        if (isOsError(error, "ENOENT")) return false;
        throw error;
      }
    });
  }

  async removeFolders({ account, repository }: StorePlace, area: StoreArea = "store"): Promise<void> {
    const folders = this.#area(area);
    const path = [account, repository];
    await this.#try(`remove the folders of ${repository}`, async () => {
      if (area === "store") {
        for (const name of DATA_FOLDERS) await folders.removeEmpty([...path, "data", name]);
      }
      for (const type of [...TYPES, "config"]) await folders.removeEmpty([...path, type]);
      await folders.removeEmpty(path);
      await folders.removeEmpty([account]);
    });
  }

  #area(area: StoreArea): StoreFolders {
    return area === "store" ? this.#store : this.#trash;
  }

  /** A file's descriptor; what is no plain file is as good as not there. */
  async #openFile(file: StoreFile): Promise<Fd> {
    return await this.#store.within(folderOf(file), (folder) => {
      const fd = this.#fs.openRead(folder, nameOf(file));
      if (this.#fs.statFd(fd).kind === "file") return fd;
      this.#fs.close(fd);
      throw new SgError("SG1006", `Cannot read ${filePath(file)}: it is no file`);
    });
  }

  async #entries(area: StoreArea, path: readonly string[]): Promise<StoreEntry[]> {
    try {
      return await this.#area(area).within(path, (folder) => {
        const found: StoreEntry[] = [];
        for (const batch of this.#fs.entries(folder)) found.push(...filesOf(batch));
        return found;
      });
    } catch (error) {
      if (isOsError(error, "ENOENT")) return [];
      throw error;
    }
  }

  async #subfolders(folders: StoreFolders, path: readonly string[]): Promise<string[]> {
    return await folders.within(path, (folder) => {
      const found: string[] = [];
      for (const batch of this.#fs.entries(folder)) {
        for (const { name, stat } of batch) {
          if (stat?.kind === "dir" && isStoreName(utf8Text(name))) found.push(utf8Text(name));
        }
      }
      return found.sort();
    });
  }

  async #try<T>(doing: string, act: () => T | Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      throw storeFailure(doing, error);
    }
  }
}

function folderOf(file: StoreFile, area: StoreArea = "store"): string[] {
  const path = [file.account, file.repository];
  if (area === "trash") return [...path, file.type];
  if (file.type === "config") return path;
  return file.type === "data" ? [...path, "data", file.name.slice(0, 2)] : [...path, file.type];
}

function nameOf({ type, name }: StoreFile): Uint8Array {
  return utf8(type === "config" && name === "" ? "config" : name);
}

function entryOf(name: string, stat: Stat): StoreEntry {
  return { name, size: stat.size, writtenAt: Number(stat.mtime / 1_000_000n) };
}

/** The plain files of a batch; one that was removed between being named and being looked at is not there. */
function filesOf(batch: FolderEntry[]): StoreEntry[] {
  return batch.flatMap(({ name, stat, failure }) => {
    if (failure && !isOsError(failure, "ENOENT")) throw failure;
    return stat?.kind === "file" ? [entryOf(utf8Text(name), stat)] : [];
  });
}
