// Copyright the SpareGrid authors. Apache-2.0.
import type { Fd } from "../platform/mod.ts";
import { type Failure, failureOf } from "./failures.ts";
import type { HardLinks } from "./hard_links.ts";
import { applyMetadata, dropInheritedAcl, givesAcl, metadataOf } from "./metadata.ts";
import type { Identity, PlannedFile } from "./planned_file.ts";
import type { RestoreRun } from "./restore_run.ts";
import { createTemporary } from "./temporary_names.ts";
import { openSame, openSameToRead, removeQuietly } from "./write_job.ts";

/** Begins and ends files that several jobs write, and books every file that is dealt with. */
export class FileEnds {
  readonly #run: RestoreRun;
  readonly #links: HardLinks;
  /** Files that have a temporary name now. */
  readonly #unfinished = new Set<PlannedFile>();

  constructor(run: RestoreRun, links: HardLinks) {
    this.#run = run;
    this.#links = links;
  }

  /** Where the parts of the file go. Undefined when it cannot be opened: then its failure is set. */
  openForParts(file: PlannedFile): (Identity & { readonly name: Uint8Array }) | undefined {
    if (file.making === "mend") {
      const { dev, ino } = file.existing!;
      return { name: file.node.name, dev, ino };
    }
    if (file.failure) return undefined;
    if (file.temporary) return file.temporary;
    const { fs, folders, names } = this.#run;
    try {
      const { fd, name } = createTemporary(fs, folders.open(file.folder), names);
      try {
        const { dev, ino } = fs.statFd(fd);
        file.temporary = { name, dev, ino };
        this.#unfinished.add(file);
      } finally {
        fs.close(fd);
      }
    } catch (error) {
      file.failure = failureOf(error);
    }
    return file.temporary;
  }

  /** So many blocks of the file are written or have failed. The last window ends the file, not this. */
  blockDone(file: PlannedFile, blocks = 1): void {
    file.left -= blocks;
  }

  /**
   * A window is done with the file. After the last one, or after a failure, the file gets its metadata and its name;
   * then true, once: the file is to be booked.
   */
  end(file: PlannedFile): boolean {
    const isLast = file.failure !== undefined || file.making === "keep" || file.next >= file.content.length;
    if (file.left !== 1 || !isLast) return false;
    file.left = 0;
    if (!file.failure) this.#end(file);
    this.#discard(file);
    return true;
  }

  /** Counts the file, tells what became of it, and makes the links that wait for it. */
  book(file: PlannedFile): void {
    const { counters, options } = this.#run;
    const bytes = Number(file.node.size);
    counters.filesDone++;
    counters.bytesDone += bytes;
    if (file.failure) this.#run.problem(file.path, file.failure);
    else {
      const fate = file.making === "keep" ? "kept" : file.existing ? "updated" : "restored";
      if (fate === "kept") counters.filesKept++;
      else if (fate === "updated") counters.filesUpdated++;
      else counters.filesRestored++;
      if (options.onEntry) this.#run.fate(file.path, fate, bytes);
    }
    if (file.linked) this.#links.settle(file, file.failure ? undefined : file.made);
    this.#run.leave(file.folder);
  }

  /** A block of the file could not be had or written: gives the space of the others back at once. */
  fail(file: PlannedFile, failure: Failure): void {
    file.failure ??= failure;
    this.#discard(file);
  }

  /** Removes what is unfinished, after an abort. */
  abandon(): void {
    for (const file of [...this.#unfinished]) this.#discard(file);
  }

  #end(file: PlannedFile): void {
    try {
      if (file.temporary) this.#endReplaced(file, file.temporary);
      else if (file.making !== "replace") this.#endExisting(file);
    } catch (error) {
      file.failure = failureOf(error);
    }
  }

  #endReplaced(file: PlannedFile, temporary: Identity & { readonly name: Uint8Array }): void {
    const { fs, folders } = this.#run;
    const folder = folders.open(file.folder);
    const fd = openSame(fs, folder, temporary);
    try {
      fs.truncate(fd, file.nextOffset);
      if (!file.folder.isNew && givesAcl(fs, folder)) dropInheritedAcl(fs, fd);
      this.#setMetadata(fd, file, true);
      if (this.#run.sync.each) fs.sync(fd);
      fs.rename(folder, temporary.name, folder, file.node.name);
    } finally {
      fs.close(fd);
    }
    this.#unfinished.delete(file);
    file.temporary = undefined;
    file.made = { dev: temporary.dev, ino: temporary.ino };
  }

  #endExisting(file: PlannedFile): void {
    const { fs, folders } = this.#run;
    const existing = file.existing!;
    const folder = folders.open(file.folder);
    file.made = existing;
    // Its other names may lie outside the target, so nothing of it is touched; it was found to be right.
    if (file.making === "keep" && existing.links > 1) return;
    const identity = { name: file.node.name, dev: existing.dev, ino: existing.ino };
    // A file that may not be written to by its owner can still be given its metadata.
    const fd = file.making === "mend" ? openSame(fs, folder, identity) : openSameToRead(fs, folder, identity);
    try {
      if (file.making === "mend") fs.truncate(fd, file.nextOffset);
      this.#setMetadata(fd, file, false);
      if (file.making === "mend" && this.#run.sync.each) fs.sync(fd);
    } finally {
      fs.close(fd);
    }
  }

  #setMetadata(fd: Fd, file: PlannedFile, fresh: boolean): void {
    const missed = applyMetadata(this.#run.fs, fd, metadataOf(file.node), {
      privileged: this.#run.privileged,
      fresh,
    });
    if (missed.length === 0) return;
    this.#run.problem(file.path, { code: "SG1025", why: `not set: ${missed.join(", ")}` });
  }

  #discard(file: PlannedFile): void {
    if (!file.temporary) return;
    this.#unfinished.delete(file);
    try {
      removeQuietly(this.#run.fs, this.#run.folders.open(file.folder), file.temporary.name);
    } catch {
      // The folder is gone or exchanged, and with it the way to the temporary file.
    }
    file.temporary = undefined;
  }
}
