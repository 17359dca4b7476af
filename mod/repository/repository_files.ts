// Copyright the SpareGrid authors. Apache-2.0.
import { freeBytes, type Random, toHex } from "../base/mod.ts";
import { Compressor } from "../compress/mod.ts";
import { type MasterKey, Sealer, sha256 } from "../crypto/mod.ts";
import { isSgError, SgError } from "../errors/mod.ts";
import {
  FILE_BYTES_MAX,
  type FileType,
  type Storage,
  type StorageCall,
  type StoredFile,
} from "../storage/mod.ts";

/** Types of files that are sealed JSON of their own. */
export type UnpackedType = "index" | "snapshots" | "locks";

/** First byte of a compressed plaintext (repository-format.md, "Sealing"). */
const COMPRESSED = 2;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;

/**
 * A stored file as a whole, proved by its name (SHA-256). It is read a second time when the first bytes are wrong, for a
 * fault may have been on the way. SG1005 damaged, SG1006 missing, SG1017 too large.
 */
export async function loadVerified(
  storage: Storage,
  type: Exclude<FileType, "config">,
  file: StoredFile,
  call: StorageCall = {},
): Promise<Uint8Array<ArrayBuffer>> {
  assertSize(type, file);
  const range = { ...call, length: file.size, ...(type !== "data" && type !== "locks" && { keep: true }) };
  for (let attempt = 1;; attempt++) {
    try {
      const bytes = await storage.load({ type, name: file.name }, range);
      if (toHex(sha256(bytes)) === file.name) return bytes;
    } catch (error) {
      if (attempt > 1 || !isSgError(error, "SG1005")) throw error;
      continue;
    }
    if (attempt > 1) {
      throw new SgError("SG1005", `Cannot read ${type}/${file.name}: its content does not fit its name`, {
        context: { file: `${type}/${file.name}` },
      });
    }
  }
}

/** What of a call's options goes on to the storage. */
export function callOf({ signal }: StorageCall): StorageCall {
  return signal ? { signal } : {};
}

/** SG1017 when no valid file of this type can be so large. */
export function assertSize(type: FileType, file: StoredFile): void {
  if (file.size <= FILE_BYTES_MAX[type]) return;
  throw new SgError(
    "SG1017",
    `Cannot read ${type}/${file.name}: ${file.size} bytes are too many for such a file`,
    {
      context: { file: `${type}/${file.name}` },
    },
  );
}

/** The sealed JSON files of a repository: index, snapshots, locks. They are read whole, proved by their names. */
export class RepositoryFiles {
  readonly storage: Storage;
  readonly sealer: Sealer;
  readonly #version: number;
  readonly #compressor = new Compressor("auto");

  constructor(storage: Storage, masterKey: MasterKey, version: number, random: Random) {
    this.storage = storage;
    this.sealer = new Sealer(masterKey, random);
    this.#version = version;
  }

  /** The JSON of a stored file. SG1005 damaged, SG1006 missing, SG1017 too large; the file is named. */
  async load(type: UnpackedType, file: StoredFile, call: StorageCall = {}): Promise<Uint8Array> {
    const sealed = await loadVerified(this.storage, type, file, call);
    try {
      return this.#unwrap(this.sealer.open(sealed), FILE_BYTES_MAX[type]);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new SgError(
        isSgError(error) ? error.code : "SG1005",
        `Cannot read ${type}/${file.name}: ${why}`,
        {
          cause: error,
          context: { file: `${type}/${file.name}` },
        },
      );
    }
  }

  /** Stores JSON as a new file, durable when it resolves; gives its name. */
  async save(type: UnpackedType, json: Uint8Array<ArrayBuffer>, call: StorageCall = {}): Promise<string> {
    const wrapped = this.#wrap(json);
    const sealed = this.sealer.seal(wrapped);
    if (wrapped !== json) freeBytes(wrapped);
    const name = toHex(sha256(sealed));
    await this.storage.save({ type, name }, sealed, call);
    freeBytes(sealed);
    return name;
  }

  #wrap(json: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    if (this.#version < 2) return json;
    const wrapped = new Uint8Array(1 + this.#compressor.bound(json.length));
    wrapped[0] = COMPRESSED;
    const length = this.#compressor.compress(json, wrapped.subarray(1));
    if (length < 0) {
      throw new SgError("SG1023", "Cannot compress a file of the repository: it does not fit its bound");
    }
    return wrapped.subarray(0, 1 + length);
  }

  #unwrap(plain: Uint8Array, bytesMax: number): Uint8Array {
    const first = plain[0];
    if (this.#version < 2 || first === undefined || first === OPEN_BRACE || first === OPEN_BRACKET) {
      return plain;
    }
    if (first !== COMPRESSED) throw new SgError("SG1005", "its encoding is not known");
    return this.#compressor.decompressBounded(plain.subarray(1), bytesMax);
  }
}

/** All files of a type, with their sizes. */
export async function listFiles(
  storage: Storage,
  type: FileType,
  call: StorageCall = {},
): Promise<StoredFile[]> {
  const files: StoredFile[] = [];
  for await (const file of storage.list(type, call)) files.push(file);
  return files;
}

/**
 * Runs `work` for each item with at most `width` at a time. The first failure stops new work and is thrown when all
 * that runs has ended.
 */
export async function eachInParallel<T>(
  items: Iterable<T> | AsyncIterable<T>,
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  let failure: { error: unknown } | undefined;
  // Asynchronous iterators answer questions in order, so the lanes may share one.
  const lane = async () => {
    while (!failure) {
      try {
        const next = await iterator.next();
        if (next.done) return;
        await work(next.value);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, width) }, lane));
  if (failure) {
    await iterator.return?.();
    throw failure.error;
  }
}
