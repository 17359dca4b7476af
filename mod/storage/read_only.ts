// Copyright the SpareGrid authors. Apache-2.0.
import { SgError } from "../errors/mod.ts";
import { ForwardingStorage } from "./_decorator.ts";
import { filePath } from "./file_handle.ts";
import type { FileHandle, Storage } from "./storage.ts";

/** The same store, with everything that changes it refused (SG1014). */
export function withReadOnly(storage: Storage): Storage {
  return new ReadOnlyStorage(storage);
}

class ReadOnlyStorage extends ForwardingStorage {
  override create(): Promise<void> {
    return this.#refuse("create repository");
  }

  override save(file: FileHandle): Promise<void> {
    return this.#refuse(`save ${filePath(file)}`);
  }

  override remove(file: FileHandle): Promise<void> {
    return this.#refuse(`remove ${filePath(file)}`);
  }

  override removeTemporaries(): Promise<number> {
    return this.#refuse("clean up");
  }

  #refuse(doing: string): Promise<never> {
    return Promise.reject(
      new SgError("SG1014", `Cannot ${doing} at ${this.location}: it was opened for reading only`),
    );
  }
}
