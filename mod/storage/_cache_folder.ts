// Copyright the SpareGrid authors. Apache-2.0.
import { type Clock, type Random, toHex, utf8, utf8Text } from "../base/mod.ts";
import { isOsError } from "../errors/mod.ts";
import { type Fd, type FileSystem, makePath } from "../platform/mod.ts";
import { WHOLE_FILE_BYTES_MAX } from "./file_handle.ts";

/** The folders of a cache. */
export type CacheShelf = "index" | "snapshots" | "data";

const SHELVES: readonly CacheShelf[] = ["index", "snapshots", "data"];

/** An entry's last use is written down again when it is older than this, nanoseconds: an hour. */
const TOUCH_AFTER_NS = 3_600_000_000_000n;
/** Temporaries of crashed runs go after this, nanoseconds: a day. */
const TEMPORARY_NS = 24n * TOUCH_AFTER_NS;
/** Up to this many bytes are read and written on the spot. */
const AT_ONCE_MAX = 64 * 1024;

/** Where a cache lies and how large it may grow. */
export interface CacheFolderOptions {
  readonly fs: FileSystem;
  readonly clock: Clock;
  readonly random: Random;
  readonly path: string;
  readonly maxBytes: number;
}

/**
 * A bounded folder of entries that may vanish or rot at any time: whoever reads one verifies it. Nothing here fails: a
 * drive that is full or broken only means that entries are missing. Entries appear whole (by rename), are not synced,
 * and the ones used longest ago go first. Several processes may share one.
 */
export class CacheFolder {
  readonly #options: CacheFolderOptions;
  readonly #fs: FileSystem;
  readonly #open = new Map<CacheShelf, Fd>();
  readonly #replaced: Fd[] = [];
  /** Bytes in all entries as far as we know; undefined before the first look. */
  #used: number | undefined;
  #running = 0;
  #closed = false;
  #whenIdle: (() => void) | undefined;

  constructor(options: CacheFolderOptions) {
    this.#options = options;
    this.#fs = options.fs;
  }

  /** The bytes of an entry, or a part of it; undefined where there is none or it is shorter. */
  read(
    shelf: CacheShelf,
    name: string,
    offset = 0,
    length?: number,
  ): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return this.#quietly(async () => {
      const fd = this.#fs.openRead(await this.#shelf(shelf), utf8(name));
      try {
        const { size, mtime, kind } = this.#fs.statFd(fd);
        const wanted = length ?? size - offset;
        if (kind !== "file" || wanted < 0 || offset + wanted > size || wanted > WHOLE_FILE_BYTES_MAX) {
          return undefined;
        }
        const now = this.#options.clock.now();
        if (now - mtime > TOUCH_AFTER_NS) this.#fs.setTimes(fd, now, now);
        const bytes = new Uint8Array(wanted);
        const got = wanted <= AT_ONCE_MAX
          ? this.#fs.readAt(fd, bytes, offset)
          : await this.#fs.readAtAsync(fd, bytes, offset);
        return got === wanted ? bytes : undefined;
      } finally {
        this.#fs.close(fd);
      }
    });
  }

  /** Stores an entry, unless it alone would fill the cache. */
  async write(shelf: CacheShelf, name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    if (bytes.length > this.#options.maxBytes / 2) return;
    await this.#quietly(async () => {
      const temporary = utf8(`${name}-tmp-${toHex(this.#options.random.bytes(8))}`);
      const folder = await this.#createIn(shelf, temporary, bytes);
      try {
        this.#fs.rename(folder, temporary, folder, utf8(name));
      } catch (error) {
        this.#fs.removeFile(folder, temporary);
        throw error;
      }
      // The first look counts what was there before, the new entry included.
      this.#used = this.#used === undefined ? await this.#measure() : this.#used + bytes.length;
      if (this.#used > this.#options.maxBytes) await this.#evict();
    });
  }

  /** Removes an entry, where there is one. */
  async drop(shelf: CacheShelf, name: string): Promise<void> {
    await this.#quietly(async () => this.#fs.removeFile(await this.#shelf(shelf), utf8(name)));
  }

  /** Removes the entries of a shelf whose names are not in `names`. */
  async keepOnly(shelf: CacheShelf, names: ReadonlySet<string>): Promise<void> {
    await this.#quietly(async () => {
      const folder = await this.#shelf(shelf);
      for (const entry of await this.#entries(shelf)) {
        if (!names.has(entry.name) && !entry.temporary) this.#fs.removeFile(folder, utf8(entry.name));
      }
    });
  }

  /** Gives the descriptors back, unless they are just used; the next call opens them again. */
  rest(): void {
    if (this.#running === 0) this.#forget();
  }

  /** Waits for what is under way and gives the descriptors back; the entries stay. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#running > 0) await new Promise<void>((resolve) => this.#whenIdle = resolve);
    this.#forget();
  }

  /** Writes a temporary; makes the cache anew where somebody has deleted it. Returns its folder. */
  async #createIn(shelf: CacheShelf, temporary: Uint8Array, bytes: Uint8Array<ArrayBuffer>): Promise<Fd> {
    let folder = await this.#shelf(shelf);
    let fd: Fd;
    try {
      fd = this.#fs.create(folder, temporary, 0o600);
    } catch (error) {
      if (!isOsError(error, "ENOENT")) throw error;
      // Others may be using it: it is closed at the end.
      if (this.#open.get(shelf) === folder) {
        this.#open.delete(shelf);
        this.#replaced.push(folder);
      }
      folder = await this.#shelf(shelf);
      fd = this.#fs.create(folder, temporary, 0o600);
    }
    let written = false;
    try {
      if (bytes.length <= AT_ONCE_MAX) this.#fs.writeAt(fd, bytes, 0);
      else await this.#fs.writeAtAsync(fd, bytes, 0);
      const now = this.#options.clock.now();
      this.#fs.setTimes(fd, now, now);
      written = true;
    } finally {
      this.#fs.close(fd);
      if (!written) this.#fs.removeFile(folder, temporary);
    }
    return folder;
  }

  async #shelf(shelf: CacheShelf): Promise<Fd> {
    const known = this.#open.get(shelf);
    if (known !== undefined) return known;
    const fd = await makePath(this.#fs, `${this.#options.path}/${shelf}`);
    const meanwhile = this.#open.get(shelf);
    if (meanwhile !== undefined) {
      this.#fs.close(fd);
      return meanwhile;
    }
    this.#open.set(shelf, fd);
    return fd;
  }

  /** Everything on a shelf, by a descriptor of its own. */
  async #entries(
    shelf: CacheShelf,
  ): Promise<{ name: string; size: number; used: bigint; temporary: boolean }[]> {
    const found = [];
    const fd = await makePath(this.#fs, `${this.#options.path}/${shelf}`);
    try {
      for (const batch of this.#fs.entries(fd)) {
        for (const { name, stat } of batch) {
          if (stat?.kind !== "file") continue;
          const text = utf8Text(name);
          found.push({ name: text, size: stat.size, used: stat.mtime, temporary: text.includes("-tmp-") });
        }
      }
    } finally {
      this.#fs.close(fd);
    }
    return found;
  }

  async #measure(): Promise<number> {
    let bytes = 0;
    for (const shelf of SHELVES) for (const entry of await this.#entries(shelf)) bytes += entry.size;
    return bytes;
  }

  /** Looks at everything anew, since others may have written too, and removes the oldest down to four fifths. */
  async #evict(): Promise<void> {
    const entries = [];
    for (const shelf of SHELVES) {
      for (const entry of await this.#entries(shelf)) entries.push({ ...entry, shelf });
    }
    entries.sort((a, b) => a.used < b.used ? -1 : a.used > b.used ? 1 : 0);
    let used = entries.reduce((sum, entry) => sum + entry.size, 0);
    const before = this.#options.clock.now() - TEMPORARY_NS;
    for (const { shelf, name, size, used: at, temporary } of entries) {
      if (temporary ? at > before : used <= this.#options.maxBytes * 0.8) continue;
      await this.drop(shelf, name);
      used -= size;
    }
    this.#used = used;
  }

  #forget(): void {
    for (const fd of [...this.#open.values(), ...this.#replaced]) this.#fs.close(fd);
    this.#open.clear();
    this.#replaced.length = 0;
  }

  /** Runs `act`; a failure of the file system is the same as nothing there. */
  async #quietly<T>(act: () => Promise<T>): Promise<T | undefined> {
    if (this.#closed && this.#running === 0) return undefined;
    this.#running++;
    try {
      return await act();
    } catch (error) {
      if (!isOsError(error)) throw error;
      return undefined;
    } finally {
      if (--this.#running === 0) this.#whenIdle?.();
    }
  }
}
