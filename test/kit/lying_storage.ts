// Copyright the SpareGrid authors. Apache-2.0.
import { ForwardingStorage } from "../../mod/storage/_decorator.ts";
import type { FileHandle, FileType, LoadRange, StorageCall, StoredFile } from "../../mod/storage/mod.ts";

/** What a storage says instead of the truth; where a lie gives undefined, the truth is told. */
export interface Lie {
  /** The whole file that is served under a name; a range is cut out of it. */
  readonly content?: (file: FileHandle) => Uint8Array<ArrayBuffer> | undefined;
  /** Hears what part of each file is asked for. */
  readonly range?: (range: LoadRange) => void;
  /** The list of a type, made out of the true one. */
  readonly list?: (type: FileType, files: readonly StoredFile[]) => readonly StoredFile[];
}

/** A storage that answers anything but the truth, in the right form. */
export class LyingStorage extends ForwardingStorage {
  lie: Lie = {};
  /** Bytes that it was asked for. */
  askedBytes = 0;

  override async load(file: FileHandle, range: LoadRange = {}): Promise<Uint8Array<ArrayBuffer>> {
    this.lie.range?.(range);
    const told = this.lie.content?.(file);
    if (!told) return await this.inner.load(file, range);
    const { offset = 0, length = told.length - offset } = range;
    this.askedBytes += length;
    // As long as was asked for: a server may make up what is missing.
    const bytes = new Uint8Array(Math.min(length, 64 * 2 ** 20));
    bytes.set(told.subarray(offset, offset + bytes.length));
    return bytes;
  }

  override async stat(file: FileHandle, call?: StorageCall): Promise<StoredFile> {
    const told = this.lie.content?.(file);
    return told ? { name: file.name, size: told.length } : await this.inner.stat(file, call);
  }

  override async *list(type: FileType, call?: StorageCall): AsyncIterable<StoredFile> {
    const files = await Array.fromAsync(this.inner.list(type, call));
    yield* this.lie.list?.(type, files) ?? files;
  }
}
