// Copyright the SpareGrid authors. Apache-2.0.
import { DATA_BLOB_BYTES_MAX, toHex, utf8, utf8Text } from "../base/mod.ts";
import { isOsError } from "../errors/mod.ts";
import type { Node } from "../format/mod.ts";
import type { Fd, FileSystem, Stat } from "../platform/mod.ts";
import { absolutePath, cleanComponents, splitPath } from "../source/mod.ts";
import type { SampledFile } from "./drill_sample.ts";
import type { SessionRun } from "./session_run.ts";

/** What became of one file of a drill. */
export interface DrillVerdict {
  readonly restored: "same" | "different";
  /** `changed`: not there any more, or another one by now. `unknown`: of another machine. */
  readonly source: "same" | "different" | "changed" | "unknown";
  /** What is wrong, ready to print. */
  readonly differences: readonly string[];
}

/** Compares restored files, and the files on disk that they came from, with the hashes of the snapshot. */
export class DrillComparer implements Disposable {
  readonly #run: SessionRun;
  readonly #fs: FileSystem;
  readonly #restored: Fd;
  readonly #sourceFolder: string | undefined;
  #buffer = new Uint8Array(0);

  /** `sourceFolder` is the folder of the snapshot that was asked for; undefined where its files are not on this machine. */
  constructor(run: SessionRun, restoredFolder: string, sourceFolder: string | undefined) {
    this.#run = run;
    this.#fs = run.ports.fs;
    this.#restored = this.#fs.openRoot(restoredFolder);
    this.#sourceFolder = sourceFolder;
  }

  async compare({ path, node }: SampledFile): Promise<DrillVerdict> {
    const differences: string[] = [];
    const wrong = await this.#restoredFault(path, node);
    if (wrong !== undefined) differences.push(`The restored ${shown(path)} ${wrong}`);
    const source = await this.#compareSource(path, node);
    if (source === "different") {
      differences.push(
        `${shown(path)} on disk is not what was backed up, although its size and time are the same: ` +
          "something changed it unseen, or the drive is failing; a full backup reads it again",
      );
    }
    return { restored: wrong === undefined ? "same" : "different", source, differences };
  }

  [Symbol.dispose](): void {
    this.#fs.close(this.#restored);
  }

  /** What is wrong with the restored file; undefined when nothing is. */
  async #restoredFault(path: Uint8Array, node: Node): Promise<string | undefined> {
    let fd: Fd;
    try {
      fd = this.#openRestored(path);
    } catch (error) {
      if (isOsError(error)) return `is not there: ${error.message}`;
      throw error;
    }
    try {
      return await this.#faultOf(fd, node);
    } catch (error) {
      if (isOsError(error)) return `cannot be read: ${error.message}`;
      throw error;
    } finally {
      this.#fs.close(fd);
    }
  }

  async #compareSource(path: Uint8Array, node: Node): Promise<DrillVerdict["source"]> {
    if (this.#sourceFolder === undefined) return "unknown";
    let fd: Fd | undefined;
    try {
      fd = this.#openSource(path);
      const before = this.#fs.statFd(fd);
      if (!isTheSame(before, node)) return "changed";
      if (await this.#faultOf(fd, node) === undefined) return "same";
      const after = this.#fs.statFd(fd);
      return isTheSame(after, node) && after.ctime === before.ctime ? "different" : "changed";
    } catch (error) {
      // Gone, or not to be read by us now: no word about the backup.
      if (isOsError(error)) return "changed";
      throw error;
    } finally {
      if (fd !== undefined) this.#fs.close(fd);
    }
  }

  /** What of the content is not what the snapshot says. */
  async #faultOf(fd: Fd, { content, size }: Node): Promise<string | undefined> {
    const { repository, signal } = this.#run;
    const stat = this.#fs.statFd(fd);
    if (stat.kind !== "file") return `is a ${stat.kind}`;
    if (BigInt(stat.size) !== size) return `has ${stat.size} bytes instead of ${size}`;
    let at = 0;
    for (const id of content ?? []) {
      signal.throwIfAborted();
      const length = repository.plainLength("data", id);
      if (length === undefined || length > DATA_BLOB_BYTES_MAX) {
        return `needs blob ${id}, which cannot be read`;
      }
      const bytes = this.#room(length);
      if (await this.#fs.readAtAsync(fd, bytes, at) !== length) return `breaks off at byte ${at}`;
      if (toHex(repository.blobId(bytes)) !== id) return `has another content from byte ${at} on`;
      at += length;
    }
    return BigInt(at) === size ? undefined : `has ${size} bytes, but the snapshot lists ${at}`;
  }

  /** What was restored may forbid its owner to read it; it is ours, and will be removed. */
  #openRestored(path: Uint8Array): Fd {
    const components = splitPath(path);
    const name = components.pop()!;
    let folder = this.#restored;
    try {
      for (const component of components) {
        this.#fs.setPermissionsOf(folder, component, 0o700);
        const next = this.#fs.openFolder(folder, component);
        if (folder !== this.#restored) this.#fs.close(folder);
        folder = next;
      }
      if (this.#fs.stat(folder, name).kind === "file") this.#fs.setPermissionsOf(folder, name, 0o600);
      return this.#fs.openRead(folder, name);
    } finally {
      if (folder !== this.#restored) this.#fs.close(folder);
    }
  }

  #openSource(path: Uint8Array): Fd {
    const components = [...cleanComponents(utf8(`/${this.#sourceFolder}`)), ...splitPath(path)];
    const name = components.pop()!;
    const folder = this.#fs.openRoot(absolutePath(components));
    try {
      return this.#fs.openRead(folder, name, { noAtime: true });
    } finally {
      this.#fs.close(folder);
    }
  }

  #room(length: number): Uint8Array<ArrayBuffer> {
    if (this.#buffer.length < length) this.#buffer = new Uint8Array(length);
    return this.#buffer.subarray(0, length);
  }
}

/** True when the file on disk is the one that was backed up, as far as its stat tells. */
function isTheSame(stat: Stat, { size, mtime, inode }: Node): boolean {
  if (stat.kind !== "file" || BigInt(stat.size) !== size || stat.mtime !== mtime) return false;
  return inode === 0n || stat.ino === inode;
}

function shown(path: Uint8Array): string {
  return JSON.stringify(utf8Text(path));
}
