// Copyright the SpareGrid authors. Apache-2.0.
import { shownPath } from "../base/mod.ts";
import type { Node } from "../format/mod.ts";
import type { FileSystem } from "../platform/mod.ts";
import { type Failure, failureOf } from "./failures.ts";
import { applyMetadata, metadataDifferences, metadataOf, readXattrs } from "./metadata.ts";
import type { RestoreLanes, RestoreNeeds } from "./needs.ts";
import { newCounters, type RestoreCounters, type RestoreFate, type RestoreOptions } from "./options.ts";
import { makeOthers } from "./other_entries.ts";
import { OtherLinks } from "./other_links.ts";
import type { TargetFolder, TargetFolders } from "./target_folders.ts";
import type { TargetSync } from "./target_sync.ts";
import type { TemporaryNames } from "./temporary_names.ts";

/** What the parts of one restore share: ports, order, counters, folders; and the end of every folder. */
export class RestoreRun {
  readonly counters: RestoreCounters = newCounters();
  /** Entries that are no files and have more names. */
  readonly otherLinks = new OtherLinks();

  constructor(
    readonly needs: RestoreNeeds,
    readonly lanes: RestoreLanes,
    readonly fs: FileSystem,
    readonly options: RestoreOptions,
    readonly folders: TargetFolders,
    readonly names: TemporaryNames,
    readonly sync: TargetSync,
  ) {}

  get privileged(): boolean {
    return this.options.privileged;
  }

  /** Tells a failure of one entry. */
  problem(path: Uint8Array, { code, why }: Failure): void {
    this.counters.problems++;
    const what = code === "SG1025" ? "Cannot restore all metadata of" : "Cannot restore";
    this.options.onProblem({ code, path, message: `${what} ${shownPath(path)}: ${why}` });
  }

  /** Tells what became of an entry. */
  fate(path: Uint8Array, fate: RestoreFate["fate"], bytes = 0): void {
    this.options.onEntry?.({ path, fate, bytes });
  }

  /** Makes the folder where needed; tells the problem, once, when that fails. */
  ensure(folder: TargetFolder): boolean {
    try {
      return this.folders.ensure(folder);
    } catch (error) {
      let failed = folder;
      while (failed.parent && failed.state !== "failed") failed = failed.parent;
      while (failed.parent?.state === "failed") failed = failed.parent;
      this.problem(failed.path, failureOf(error));
      folder.state = "failed";
      return false;
    }
  }

  /** One thing in the folder is done; after the last the folder gets its own metadata, and so on upwards. */
  leave(folder: TargetFolder): void {
    for (let at: TargetFolder | undefined = folder; at && --at.pending === 0; at = at.parent) {
      this.#finish(at);
    }
  }

  #finish(folder: TargetFolder): void {
    const { others, node } = folder;
    if (others) {
      folder.others = undefined;
      if (this.ensure(folder)) makeOthers(this, folder, others);
    }
    if (!node || (folder.state !== "ready" && folder.state !== "absent")) return;
    if (folder.state === "ready" && !this.options.dryRun) this.#setFolderMetadata(folder, node);
    this.counters.foldersRestored++;
  }

  #setFolderMetadata(folder: TargetFolder, node: Node): void {
    const wanted = metadataOf(node);
    try {
      const fd = this.folders.open(folder);
      const missed = applyMetadata(this.fs, fd, wanted, { privileged: this.privileged, fresh: folder.isNew });
      if (missed.length > 0) {
        this.problem(folder.path, { code: "SG1025", why: `not set: ${missed.join(", ")}` });
      } else if (this.options.verify) {
        const options = { owner: this.privileged, permissions: this.privileged };
        const wrong = metadataDifferences(this.fs.statFd(fd), readXattrs(this.fs, fd), wanted, options);
        if (wrong.length > 0) {
          this.problem(folder.path, { code: "SG1025", why: `found on reading back: ${wrong.join(", ")}` });
        }
      }
      if (this.sync.each) this.fs.sync(fd);
    } catch (error) {
      this.problem(folder.path, failureOf(error));
    } finally {
      this.folders.forget(folder);
    }
  }
}
