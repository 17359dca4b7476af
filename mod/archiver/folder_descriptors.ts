// Copyright the SpareGrid authors. Apache-2.0.
import { SgError } from "../errors/mod.ts";
import type { Fd, FileSystem } from "../platform/mod.ts";
import type { OpenFolder } from "./open_folder.ts";

/** Folders open at a time; the usual limit of a process is 1,024 descriptors. */
export const OPEN_FOLDERS_MAX = 400;

/**
 * The descriptors of the folders that a walk is in. Where the tree is so deep that they would run out, the
 * topmost folders are closed for the time being and found again, name by name, when the walk comes back.
 */
export class FolderDescriptors {
  readonly #fs: FileSystem;
  readonly #max: number;
  /** Oldest first, which is topmost first. */
  readonly #open = new Set<OpenFolder>();

  constructor(fs: FileSystem, max: number = OPEN_FOLDERS_MAX) {
    this.#fs = fs;
    this.#max = max;
  }

  /** True when one more folder may be opened. Closes the topmost ones for it, unless files of theirs are under way. */
  hasRoom(): boolean {
    for (const folder of this.#open) {
      if (this.#open.size < this.#max) return true;
      if (folder.filesUnderWay === 0) this.#close(folder);
    }
    return this.#open.size < this.#max;
  }

  /** Keeps account of a folder that has a descriptor. */
  opened(folder: OpenFolder): void {
    if (folder.fd >= 0) this.#open.add(folder);
  }

  /** Closes a folder's descriptor once no file under way and no subfolder needs it. */
  release(folder: OpenFolder): void {
    if (folder.fd >= 0 && folder.left && folder.filesUnderWay === 0) this.#close(folder);
  }

  /**
   * The folder's descriptor, opened again where it was closed.
   *
   * @throws {OsError} when it cannot be opened. @throws {SgError} SG0094 when another folder is in its place.
   */
  of(folder: OpenFolder): Fd {
    if (folder.fd >= 0) return folder.fd;
    const closed: OpenFolder[] = [];
    let top: OpenFolder = folder;
    while (top.fd < 0 && top.whole && top.parent) {
      closed.push(top);
      top = top.parent;
    }
    // A folder on the way to what the user named may be reached through a link, so it is opened by its path.
    if (top.fd < 0) this.#keep(top, this.#checked(this.#fs.openRoot(top.path), top));
    let above = top;
    for (let i = closed.length - 1; i >= 0; i--) {
      const next = closed[i]!;
      this.#keep(next, this.#checked(this.#fs.openFolder(above.fd, next.name), next));
      // The walk comes back to the nearest ones soon, one after the other: only those above them are closed again.
      if (i + 1 > this.#max / 2 && above !== top) this.#close(above);
      above = next;
    }
    return folder.fd;
  }

  /** Closes all; for the end of a run, whatever its end. */
  closeAll(): void {
    for (const folder of this.#open) this.#close(folder);
  }

  #keep(folder: OpenFolder, fd: Fd): void {
    folder.fd = fd;
    this.opened(folder);
  }

  #checked(fd: Fd, folder: OpenFolder): Fd {
    if (!folder.stat) return fd;
    const { dev, ino } = this.#fs.statFd(fd);
    if (dev === folder.stat.dev && ino === folder.stat.ino) return fd;
    this.#fs.close(fd);
    throw new SgError("SG0094", "it was replaced by another folder");
  }

  #close(folder: OpenFolder): void {
    this.#open.delete(folder);
    this.#fs.close(folder.fd);
    folder.fd = -1;
  }
}
