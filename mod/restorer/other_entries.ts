// Copyright the SpareGrid authors. Apache-2.0.
import { equalBytes } from "../base/mod.ts";
import { isOsError } from "../errors/mod.ts";
import { type Node, permissionsOf } from "../format/mod.ts";
import type { Fd, FileSystem, Stat } from "../platform/mod.ts";
import { type Failure, failureOf } from "./failures.ts";
import { applyMetadataOf, metadataOf } from "./metadata.ts";
import { makeHardLink } from "./hard_links.ts";
import { staysByRule } from "./options.ts";
import { hasOtherNames } from "./other_links.ts";
import { demandOwnFolder } from "./own_folder.ts";
import { removeObstacle } from "./remove_extras.ts";
import type { RestoreRun } from "./restore_run.ts";
import { statOrNone } from "./existing.ts";
import type { TargetFolder } from "./target_folders.ts";
import { removeQuietly } from "./write_job.ts";

/**
 * Makes the links, devices, fifos and sockets of a folder. In a folder that was there before they are made inside a
 * private folder first and then moved out, so that nobody can exchange one between its making and its metadata.
 */
export function makeOthers(run: RestoreRun, folder: TargetFolder, nodes: readonly Node[]): void {
  const maker = new OtherMaker(run, folder);
  try {
    for (const node of nodes) maker.make(node);
  } finally {
    maker.end();
  }
}

/** How a file system says that it does not link this entry (link(2)). */
const LINK_REFUSALS = ["EPERM", "EACCES", "EMLINK", "EXDEV", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"] as const;

class OtherMaker {
  readonly #run: RestoreRun;
  readonly #fs: FileSystem;
  readonly #folder: TargetFolder;
  #staging: { readonly name: Uint8Array; readonly fd: Fd } | undefined;

  constructor(run: RestoreRun, folder: TargetFolder) {
    this.#run = run;
    this.#fs = run.fs;
    this.#folder = folder;
  }

  make(node: Node): void {
    const run = this.#run;
    const path = this.#folder.pathOf(node.name);
    try {
      const failure = this.#make(node, path);
      if (failure) run.problem(path, failure);
    } catch (error) {
      const failure = failureOf(error);
      const refusedDevice = (node.type === "dev" || node.type === "chardev") &&
        isOsError(error, "EPERM", "EACCES");
      run.problem(path, refusedDevice ? { code: "SG1025", why: "only root may make devices" } : failure);
    }
  }

  end(): void {
    if (!this.#staging) return;
    const { name, fd } = this.#staging;
    this.#fs.close(fd);
    try {
      this.#fs.removeFolder(this.#run.folders.open(this.#folder), name);
    } catch (error) {
      if (!isOsError(error)) this.#run.problem(this.#folder.path, failureOf(error));
    }
  }

  #make(node: Node, path: Uint8Array): Failure | undefined {
    const run = this.#run;
    if (node.type === "irregular") return { code: "SG1025", why: "its kind is not known" };
    const isThere = this.#folder.isNew || this.#folder.state === "absent"
      ? undefined
      : statOrNone(this.#fs, run.folders.open(this.#folder), node.name);
    if (isThere && this.#keeps(node, isThere)) {
      run.fate(path, "kept");
      return undefined;
    }
    if (isThere?.kind === "dir" && !removeObstacle(run, this.#folder, node.name)) {
      return { code: "SG1012", why: "a folder is in the way" };
    }
    const failure = run.options.dryRun ? undefined : this.#makeOrLink(node);
    run.counters.othersRestored++;
    run.fate(path, isThere ? "updated" : "restored");
    return failure;
  }

  #makeOrLink(node: Node): Failure | undefined {
    const run = this.#run;
    const source = run.otherLinks.find(node);
    let refused: Failure | undefined;
    if (source) {
      try {
        makeHardLink(run, source, this.#folder, node.name);
        return undefined;
      } catch (error) {
        if (!isOsError(error, ...LINK_REFUSALS)) throw error;
        // The file system has no hard links of this kind, or no more of them: better apart than not at all.
        refused = { code: "SG1025", why: `not a hard link as it was (${error.errno})` };
      }
    }
    return (this.#folder.isNew ? this.#makeDirectly(node) : this.#makeAside(node)) ?? refused;
  }

  #keeps(node: Node, isThere: Stat): boolean {
    const same = () => isThere.kind === node.type && this.#sameLink(node);
    return staysByRule(this.#run.options.overwrite, isThere, node, same);
  }

  #sameLink(node: Node): boolean {
    if (node.type !== "symlink") return true;
    const target = this.#fs.readSymlink(this.#run.folders.open(this.#folder), node.name);
    return equalBytes(target, node.linkTarget ?? new Uint8Array());
  }

  #makeDirectly(node: Node): Failure | undefined {
    const fd = this.#run.folders.open(this.#folder);
    create(this.#fs, fd, node.name, node);
    if (hasOtherNames(node)) this.#run.otherLinks.made(node, this.#fs.stat(fd, node.name), this.#folder);
    return this.#setMetadata(fd, node.name, node);
  }

  #makeAside(node: Node): Failure | undefined {
    const fs = this.#fs;
    const { fd } = this.#stage();
    const name = this.#run.names.next();
    create(fs, fd, name, node);
    let moved = false;
    try {
      const failure = this.#setMetadata(fd, name, node);
      // Looked at in the private folder, where nobody can have exchanged it.
      const made = hasOtherNames(node) ? fs.stat(fd, name) : undefined;
      fs.rename(fd, name, this.#run.folders.open(this.#folder), node.name);
      moved = true;
      if (made) this.#run.otherLinks.made(node, made, this.#folder);
      return failure;
    } finally {
      if (!moved) removeQuietly(fs, fd, name);
    }
  }

  #stage(): { readonly fd: Fd } {
    if (this.#staging) return this.#staging;
    const parent = this.#run.folders.open(this.#folder);
    const name = this.#run.names.next();
    this.#fs.makeFolder(parent, name, 0o700);
    this.#staging = { name, fd: this.#fs.openFolder(parent, name) };
    demandOwnFolder(this.#fs, this.#staging.fd, this.#run.names);
    return this.#staging;
  }

  #setMetadata(dir: Fd, name: Uint8Array, node: Node): Failure | undefined {
    const missed = applyMetadataOf(this.#fs, dir, name, metadataOf(node), {
      privileged: this.#run.privileged,
      isLink: node.type === "symlink",
    });
    return missed.length > 0 ? { code: "SG1025", why: `not set: ${missed.join(", ")}` } : undefined;
  }
}

function create(fs: FileSystem, dir: Fd, name: Uint8Array, node: Node): void {
  const permissions = permissionsOf(node.mode) & 0o777;
  switch (node.type) {
    case "symlink":
      return fs.makeSymlink(dir, name, node.linkTarget ?? new Uint8Array());
    case "fifo":
      return fs.makeFifo(dir, name, permissions);
    case "socket":
      return fs.makeSocket(dir, name, permissions);
    case "dev":
    case "chardev":
      return fs.makeDevice(dir, name, node.type, node.device, permissions);
  }
}
