// Copyright the SpareGrid authors. Apache-2.0.
import { createHash } from "node:crypto";
import { type Clock, concatBytes, equalBytes, GIB, isId, type Random } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import type { FileSystem } from "../platform/mod.ts";
import { throwIfAborted } from "./abort.ts";
import { CacheFolder } from "./_cache_folder.ts";
import { ForwardingStorage } from "./_decorator.ts";
import { isFileName } from "./file_handle.ts";
import type { FileHandle, FileType, LoadRange, Storage, StorageCall, StoredFile } from "./storage.ts";

/** What {@link withCache} needs to know. */
export interface CacheOptions {
  readonly fs: FileSystem;
  readonly clock: Clock;
  readonly random: Random;
  /** The folder of all caches of this user; each repository gets one inside. */
  readonly path: string;
  /** The repository's ID, 64 hex digits. */
  readonly repositoryId: string;
  /** Bytes that the cache of this repository may take. */
  readonly maxBytes?: number;
}

/** Bytes in front of a kept part of a file: the SHA-256 of the rest. */
const SUM_BYTES = 32;

/**
 * The same store, with copies on this machine of index and snapshot files, and of what is loaded from `data` with
 * {@link LoadRange.keep}. Keys and locks are never kept. What comes from a copy has been verified; a damaged copy is
 * dropped and fetched again. The cache may be deleted at any time, and two processes may share it.
 *
 * A file that was removed from the store may still load; lists and `stat` always ask the store.
 */
export function withCache(storage: Storage, options: CacheOptions): Storage {
  if (!isId(options.repositoryId)) {
    throw new SgError("SG1023", "Cannot open the cache: the repository's ID is not 64 hexadecimal digits");
  }
  return new CachingStorage(storage, options);
}

class CachingStorage extends ForwardingStorage {
  readonly #folder: CacheFolder;
  /** Whole data files whose copy was verified by this process: parts of them are not hashed each time. */
  readonly #verified = new Set<string>();
  #closed = false;

  constructor(inner: Storage, options: CacheOptions) {
    super(inner);
    const { fs, clock, random, path, repositoryId, maxBytes = 4 * GIB } = options;
    this.#folder = new CacheFolder({ fs, clock, random, path: `${path}/${repositoryId}`, maxBytes });
  }

  override async save(file: FileHandle, bytes: Uint8Array<ArrayBuffer>, call?: StorageCall): Promise<void> {
    await this.inner.save(file, bytes, call);
    if (isSmall(file.type)) await this.#folder.write(file.type, file.name, bytes);
  }

  override async load(file: FileHandle, range: LoadRange = {}): Promise<Uint8Array<ArrayBuffer>> {
    throwIfAborted(range.signal);
    const { offset = 0, length } = range;
    // Who knows a small file's length says it, to be safe from an endless answer, and means the whole file all the same.
    const whole = offset === 0 && (length === undefined || isSmall(file.type));
    const kept = isSmall(file.type) ? whole : file.type === "data" && range.keep === true;
    if (!kept || this.#closed || !isFileName(file.type, file.name)) return await this.inner.load(file, range);
    return whole ? await this.#loadWhole(file, range) : await this.#loadPart(file, range, offset, length);
  }

  override async *list(type: FileType, call?: StorageCall): AsyncIterable<StoredFile> {
    if (!isSmall(type)) return yield* this.inner.list(type, call);
    const names = new Set<string>();
    for await (const file of this.inner.list(type, call)) {
      names.add(file.name);
      yield file;
    }
    await this.#folder.keepOnly(type, names);
  }

  override async remove(file: FileHandle, call?: StorageCall): Promise<void> {
    await this.inner.remove(file, call);
    this.#verified.delete(file.name);
    if (isSmall(file.type) || file.type === "data") await this.#folder.drop(file.type, file.name);
  }

  override rest(): void {
    this.#verified.clear();
    this.#folder.rest();
    super.rest();
  }

  override async close(): Promise<void> {
    this.#closed = true;
    await this.#folder.close();
    await this.inner.close();
  }

  async #loadWhole(file: FileHandle, range: LoadRange): Promise<Uint8Array<ArrayBuffer>> {
    const shelf = shelfOf(file);
    const copy = await this.#folder.read(shelf, file.name);
    if (copy && sha256(copy).toHex() === file.name) {
      return range.length === undefined || range.length === copy.length
        ? copy
        : await this.inner.load(file, range);
    }
    if (copy) await this.#folder.drop(shelf, file.name);
    const bytes = await this.inner.load(file, range);
    // What the store gives is the caller's to judge; only what is right is kept.
    if (sha256(bytes).toHex() === file.name) await this.#folder.write(shelf, file.name, bytes);
    return bytes;
  }

  async #loadPart(
    file: FileHandle,
    range: LoadRange,
    offset: number,
    length: number | undefined,
  ): Promise<Uint8Array<ArrayBuffer>> {
    if (await this.#hasWhole(file)) {
      const part = await this.#folder.read("data", file.name, offset, length);
      if (part) return part;
    }
    if (length === undefined) return await this.inner.load(file, range);
    const name = `${file.name}-${offset}-${length}`;
    const entry = await this.#folder.read("data", name);
    if (entry) {
      const copy = entry.slice(SUM_BYTES);
      if (copy.length === length && equalBytes(sha256(copy), entry.subarray(0, SUM_BYTES))) return copy;
      await this.#folder.drop("data", name);
    }
    const bytes = await this.inner.load(file, range);
    await this.#folder.write("data", name, concatBytes([sha256(bytes), bytes]));
    return bytes;
  }

  /** True when there is a copy of the whole file that this process has verified. */
  async #hasWhole(file: FileHandle): Promise<boolean> {
    if (this.#verified.has(file.name)) return true;
    const copy = await this.#folder.read("data", file.name);
    if (!copy) return false;
    const right = sha256(copy).toHex() === file.name;
    if (right) this.#verified.add(file.name);
    else await this.#folder.drop("data", file.name);
    return right;
  }
}

/** Types whose files are all kept. */
function isSmall(type: FileType): type is "index" | "snapshots" {
  return type === "index" || type === "snapshots";
}

function shelfOf(file: FileHandle): "index" | "snapshots" | "data" {
  return isSmall(file.type) ? file.type : "data";
}

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash("sha256").update(bytes).digest();
}
