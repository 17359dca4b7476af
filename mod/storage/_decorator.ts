// Copyright the SpareGrid authors. Apache-2.0.
import type { Instant } from "../base/mod.ts";
import type {
  FileHandle,
  FileType,
  LoadRange,
  Storage,
  StorageCall,
  StorageUsage,
  StoredFile,
} from "./storage.ts";

/** A storage that hands every call on; decorators override what they change. */
export class ForwardingStorage implements Storage {
  protected readonly inner: Storage;

  constructor(inner: Storage) {
    this.inner = inner;
  }

  get location(): string {
    return this.inner.location;
  }

  get connections(): number {
    return this.inner.connections;
  }

  get paces(): boolean {
    return this.inner.paces ?? false;
  }

  create(call?: StorageCall): Promise<void> {
    return this.inner.create(call);
  }

  save(file: FileHandle, bytes: Uint8Array<ArrayBuffer>, call?: StorageCall): Promise<void> {
    return this.inner.save(file, bytes, call);
  }

  load(file: FileHandle, range?: LoadRange): Promise<Uint8Array<ArrayBuffer>> {
    return this.inner.load(file, range);
  }

  stat(file: FileHandle, call?: StorageCall): Promise<StoredFile> {
    return this.inner.stat(file, call);
  }

  list(type: FileType, call?: StorageCall): AsyncIterable<StoredFile> {
    return this.inner.list(type, call);
  }

  remove(file: FileHandle, call?: StorageCall): Promise<void> {
    return this.inner.remove(file, call);
  }

  removeTemporaries(olderThanMs: number, now: Instant, call?: StorageCall): Promise<number> {
    return this.inner.removeTemporaries?.(olderThanMs, now, call) ?? Promise.resolve(0);
  }

  missing(files: readonly FileHandle[], call?: StorageCall): Promise<FileHandle[] | undefined> {
    return this.inner.missing?.(files, call) ?? Promise.resolve(undefined);
  }

  usage(call?: StorageCall): Promise<StorageUsage | undefined> {
    return this.inner.usage?.(call) ?? Promise.resolve(undefined);
  }

  rest(): void {
    this.inner.rest?.();
  }

  close(): Promise<void> {
    return this.inner.close();
  }
}
