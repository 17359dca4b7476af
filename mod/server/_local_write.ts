// Copyright the SpareGrid authors. Apache-2.0.
import { equalBytes, utf8 } from "../base/mod.ts";
import { sha256 } from "../crypto/mod.ts";
import { isOsError, SgError } from "../errors/mod.ts";
import { type Fd, type FileSystem, syncFolder } from "../platform/mod.ts";
import { filePath } from "../storage/mod.ts";
import { storeFailure } from "./_store_failure.ts";
import type { StoreFolders } from "./_store_folders.ts";
import type { StoreFile, StoreWrite } from "./store.ts";

/** An open temporary. */
interface Temporary {
  readonly fd: Fd;
  readonly folder: readonly string[];
  readonly name: Uint8Array;
}

/** Refusals to set a mode that some file systems give for anything but their fixed one. */
const CANNOT_CHMOD = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EINVAL"];

/** A file on its way into a {@link LocalStore}. */
export class LocalWrite implements StoreWrite {
  readonly #fs: FileSystem;
  readonly #folders: StoreFolders;
  readonly #temporary: Temporary;
  #written = 0;
  #open = true;
  #named = false;

  constructor(fs: FileSystem, folders: StoreFolders, temporary: Temporary) {
    this.#fs = fs;
    this.#folders = folders;
    this.#temporary = temporary;
  }

  async append(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    try {
      await this.#fs.writeAtAsync(this.#temporary.fd, bytes, this.#written);
    } catch (error) {
      throw storeFailure("store what is sent", error);
    }
    this.#written += bytes.length;
  }

  async commit(file: StoreFile, hash: Uint8Array, replace: boolean): Promise<boolean> {
    try {
      await this.#finish(file, hash);
      return await this.#name(file, replace);
    } catch (error) {
      throw storeFailure(`store ${filePath(file)}`, error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#close();
    if (this.#named) return;
    try {
      await this.#folders.within(
        this.#temporary.folder,
        (folder) => this.#fs.removeFile(folder, this.#temporary.name),
      );
    } catch (error) {
      // What stays is removed at the next start.
      if (!isOsError(error)) throw error;
    }
  }

  /** Makes the content durable. A sync that failed is never tried again: the temporary is given up. */
  async #finish(file: StoreFile, hash: Uint8Array): Promise<void> {
    const { fd } = this.#temporary;
    try {
      this.#fs.setPermissions(fd, 0o400);
    } catch (error) {
      if (!isOsError(error, ...CANNOT_CHMOD)) throw error;
    }
    await this.#fs.syncAsync(fd);
    const { size } = this.#fs.statFd(fd);
    if (size !== this.#written) throw notWritten(file, `${size} of ${this.#written} bytes were written`);
    // A wrong bit in a pack costs a few files, and `check` finds it; in one of these it costs all that they stand for.
    if (file.type !== "data" && file.type !== "locks") {
      const back = new Uint8Array(size);
      const got = await this.#fs.readAtAsync(fd, back, 0);
      if (got !== size || !equalBytes(sha256(back), hash)) {
        throw notWritten(file, "it reads back as something else");
      }
    }
    this.#close();
  }

  async #name(file: StoreFile, replace: boolean): Promise<boolean> {
    const { account, repository, type } = file;
    const path = [account, repository];
    if (type !== "config") path.push(type);
    if (type === "data") path.push(file.name.slice(0, 2));
    const name = utf8(type === "config" ? "config" : file.name);
    const { folder: from, name: temporary } = this.#temporary;
    return await this.#folders.within(from, (incoming) =>
      this.#folders.making(path, async (folder) => {
        // Between this look and the rename nothing else of this process runs, and there is no other process.
        if (!replace && this.#isThere(folder, name)) {
          // Whoever gave it this name may not have come so far yet.
          await syncFolder(this.#fs, folder);
          return false;
        }
        this.#fs.rename(incoming, temporary, folder, name);
        this.#named = true;
        await syncFolder(this.#fs, folder);
        return true;
      }));
  }

  #isThere(folder: Fd, name: Uint8Array): boolean {
    try {
      this.#fs.stat(folder, name);
      return true;
    } catch (error) {
      if (isOsError(error, "ENOENT")) return false;
      throw error;
    }
  }

  #close(): void {
    if (this.#open) this.#fs.close(this.#temporary.fd);
    this.#open = false;
  }
}

function notWritten(file: StoreFile, why: string): SgError {
  return new SgError("SG1015", `Cannot store ${filePath(file)}: ${why}`);
}
