// Copyright the SpareGrid authors. Apache-2.0.
import { SgError } from "../errors/mod.ts";
import { throwIfAborted } from "./abort.ts";
import {
  assertHandle,
  assertRange,
  existsAlready,
  filePath,
  noSuchFile,
  resolveRange,
} from "./file_handle.ts";
import type { FileHandle, FileType, LoadRange, Storage, StorageCall, StoredFile } from "./storage.ts";

/** What a {@link MemoryStorage} can be told. */
export interface MemoryStorageOptions {
  /** Shown to people. */
  readonly location?: string;
  /** Bytes that fit; more is SG0200. Without it, memory is the limit. */
  readonly maxBytes?: number;
}

/** A store in this process's memory: gone when the process ends. Every call copies, so nobody shares a buffer. */
export class MemoryStorage implements Storage {
  readonly location: string;
  readonly connections = 8;
  readonly #files = new Map<string, Uint8Array<ArrayBuffer>>();
  readonly #maxBytes: number;
  #used = 0;
  #closed = false;

  constructor(options: MemoryStorageOptions = {}) {
    this.location = options.location ?? "memory:";
    this.#maxBytes = options.maxBytes ?? Infinity;
  }

  /** Bytes of all stored files. */
  get usedBytes(): number {
    return this.#used;
  }

  create(call?: StorageCall): Promise<void> {
    return this.#do(call, () => {
      if (this.#files.has("config")) throw existsAlready(this.location);
    });
  }

  save(file: FileHandle, bytes: Uint8Array<ArrayBuffer>, call?: StorageCall): Promise<void> {
    return this.#do(call, () => {
      assertHandle(file);
      const path = filePath(file);
      const there = this.#files.get(path);
      if (there && file.type === "config") throw existsAlready(this.location);
      if (there?.length === bytes.length) return;
      const used = this.#used - (there?.length ?? 0) + bytes.length;
      if (used > this.#maxBytes) {
        throw new SgError("SG0200", `Cannot save ${path}: no space left in ${this.location}`);
      }
      call?.guard?.();
      this.#files.set(path, bytes.slice());
      this.#used = used;
    });
  }

  load(file: FileHandle, range: LoadRange = {}): Promise<Uint8Array<ArrayBuffer>> {
    return this.#do(range, () => {
      assertRange(file, range);
      const bytes = this.#get("load", file);
      const { offset, length } = resolveRange(file, bytes.length, range);
      return bytes.slice(offset, offset + length);
    });
  }

  stat(file: FileHandle, call?: StorageCall): Promise<StoredFile> {
    return this.#do(call, () => ({ name: file.name, size: this.#get("find", file).length }));
  }

  async *list(type: FileType, call?: StorageCall): AsyncIterable<StoredFile> {
    const found = await this.#do(call, () => {
      if (type === "config") {
        const config = this.#files.get("config");
        return config ? [{ name: "", size: config.length }] : [];
      }
      const prefix = `${type}/`;
      return [...this.#files].filter(([path]) => path.startsWith(prefix))
        .map(([path, bytes]) => ({ name: path.slice(prefix.length), size: bytes.length }));
    });
    for (const file of found) {
      throwIfAborted(call?.signal);
      yield file;
    }
  }

  remove(file: FileHandle, call?: StorageCall): Promise<void> {
    return this.#do(call, () => {
      call?.guard?.();
      this.#used -= this.#get("remove", file).length;
      this.#files.delete(filePath(file));
    });
  }

  close(): Promise<void> {
    this.#closed = true;
    return Promise.resolve();
  }

  #get(verb: string, file: FileHandle): Uint8Array<ArrayBuffer> {
    assertHandle(file);
    const bytes = this.#files.get(filePath(file));
    if (!bytes) throw noSuchFile(verb, file);
    return bytes;
  }

  /** Runs `act` in a promise of its own, so that every failure is a rejection. */
  // deno-lint-ignore require-await
  async #do<T>(call: StorageCall | undefined, act: () => T): Promise<T> {
    throwIfAborted(call?.signal);
    if (this.#closed) throw new SgError("SG1015", `Cannot use ${this.location}: it has been closed`);
    return act();
  }
}
