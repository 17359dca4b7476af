// Copyright the SpareGrid authors. Apache-2.0.
import { type SgCode, SgError } from "../../mod/errors/mod.ts";
import {
  type FileHandle,
  type FileType,
  type LoadRange,
  MemoryStorage,
  type Storage,
  type StorageCall,
  type StoredFile,
} from "../../mod/storage/mod.ts";

/** Names of all stored files of a type, sorted. */
export async function namesOf(storage: Storage, type: FileType): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of storage.list(type)) names.push(name);
  return names.sort();
}

const keyOf = ({ type, name }: FileHandle) => `${type}/${name}`;

/** A storage whose files can be damaged and whose calls can be made to fail. */
export class DamagedStorage implements Storage {
  readonly #inner: Storage;
  readonly #flips = new Map<string, Set<number>>();
  readonly #cuts = new Map<string, number>();
  #failing: { type: FileType; left: number; code: SgCode } | undefined;
  /** Every change, in order: `save data`, `remove index` … */
  readonly changes: string[] = [];

  constructor(inner: Storage) {
    this.#inner = inner;
  }

  get location(): string {
    return this.#inner.location;
  }

  get connections(): number {
    return this.#inner.connections;
  }

  /** Turns a bit of the byte at `offset` round in whatever is read of the file. */
  flip(file: FileHandle, offset: number): void {
    const flips = this.#flips.get(keyOf(file)) ?? new Set();
    this.#flips.set(keyOf(file), flips.add(offset));
  }

  /** Makes the file end after `size` bytes. */
  cut(file: FileHandle, size: number): void {
    this.#cuts.set(keyOf(file), size);
  }

  /** Lets the next `times` saves of this type fail. */
  failSaves(type: FileType, times: number, code: SgCode): void {
    this.#failing = { type, left: times, code };
  }

  create(call?: StorageCall): Promise<void> {
    return this.#inner.create(call);
  }

  async save(file: FileHandle, bytes: Uint8Array<ArrayBuffer>, call?: StorageCall): Promise<void> {
    if (this.#failing?.type === file.type && this.#failing.left > 0) {
      this.#failing.left--;
      throw new SgError(this.#failing.code, `Cannot save ${keyOf(file)}: told to fail`);
    }
    this.changes.push(`save ${file.type}`);
    await this.#inner.save(file, bytes, call);
  }

  async load(file: FileHandle, range: LoadRange = {}): Promise<Uint8Array<ArrayBuffer>> {
    const { size } = await this.stat(file);
    const { offset = 0, length = size - offset } = range;
    if (offset + length > size) {
      throw new SgError("SG1005", `Cannot load ${keyOf(file)}: it ends at ${size}`);
    }
    const bytes = await this.#inner.load(file, { ...range, offset, length });
    for (const at of this.#flips.get(keyOf(file)) ?? []) {
      if (at >= offset && at < offset + length) bytes[at - offset]! ^= 4;
    }
    return bytes;
  }

  async stat(file: FileHandle, call?: StorageCall): Promise<StoredFile> {
    const { name, size } = await this.#inner.stat(file, call);
    return { name, size: Math.min(size, this.#cuts.get(keyOf(file)) ?? size) };
  }

  async *list(type: FileType, call?: StorageCall): AsyncIterable<StoredFile> {
    for await (const { name, size } of this.#inner.list(type, call)) {
      yield { name, size: Math.min(size, this.#cuts.get(keyOf({ type, name })) ?? size) };
    }
  }

  async remove(file: FileHandle, call?: StorageCall): Promise<void> {
    this.changes.push(`remove ${file.type}`);
    await this.#inner.remove(file, call);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}

/** Memory that refuses every change after a number of them, as if the power were cut: `Error: power cut`. */
export class StoppingStorage extends MemoryStorage {
  /** Changes that still go through. */
  stopAfter = Infinity;

  #count(): void {
    if (this.stopAfter-- <= 0) throw new Error("power cut");
  }

  override async save(...args: Parameters<MemoryStorage["save"]>): Promise<void> {
    this.#count();
    await super.save(...args);
  }

  override async remove(...args: Parameters<MemoryStorage["remove"]>): Promise<void> {
    this.#count();
    await super.remove(...args);
  }
}
