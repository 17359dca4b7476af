// Copyright the SpareGrid authors. Apache-2.0.
import { concatBytes, utf8 } from "../base/mod.ts";
import { isOsError } from "../errors/mod.ts";
import type { Node } from "../format/mod.ts";
import type { Fd, FileSystem } from "../platform/mod.ts";
import { openSameFolder, UnsafeTarget } from "./failures.ts";
import { dropInheritedAcl } from "./metadata.ts";
import { demandOwnFolder } from "./own_folder.ts";
import { joinPath } from "./snapshot_walk.ts";
import type { TemporaryNames } from "./temporary_names.ts";

/**
 * Longer paths are put together when they are asked for, from that of a folder a few levels up: to keep all those of a deep
 * chain would fill the memory.
 */
const KEPT_PATH_MAX = 4096;
const LEVELS_MAX = 256;
const SLASH = utf8("/");
/** Folders kept open at once. The usual limit of a process is 1,024 descriptors. */
const OPEN_MAX = 400;
/** What a folder may be done with while it is filled: nobody but its owner reaches into it. */
const PRIVATE = 0o700;

/** A folder of the target that the restore works in. */
export class TargetFolder {
  /** Identity, once it is there. */
  dev = 0n;
  ino = 0n;
  /** `planned` until somebody needs it; `absent` in a dry run; `failed` when it cannot be had. */
  state: "planned" | "ready" | "absent" | "failed" = "planned";
  /** Made by this restore, so nothing can be in it yet. */
  isNew = false;
  /** Things still to be done inside; at 0 its own metadata is set. */
  pending = 1;
  /** Links, devices and the like, made when everything else in the folder is done. */
  others: Node[] | undefined;
  readonly #path: Uint8Array | undefined;
  /** Levels up to the next folder whose path is kept. */
  readonly #levels: number;

  constructor(
    readonly parent: TargetFolder | undefined,
    readonly name: Uint8Array,
    /** Path inside the snapshot, for messages. */
    path: Uint8Array,
    /** What its metadata comes from; undefined for the root and for folders only passed through. */
    readonly node: Node | undefined,
  ) {
    const levels = parent ? parent.#levels + 1 : 0;
    const kept = levels === 0 || path.length <= KEPT_PATH_MAX || levels > LEVELS_MAX;
    this.#path = kept ? path : undefined;
    this.#levels = kept ? 0 : levels;
  }

  /** Path inside the snapshot, for messages. */
  get path(): Uint8Array {
    if (this.#path) return this.#path;
    const names = [this.name, SLASH];
    let at = this.parent!;
    for (; !at.#path; at = at.parent!) names.push(at.name, SLASH);
    return concatBytes([...(at.parent ? [at.#path] : []), ...names.reverse()]);
  }

  /** Path inside the snapshot of an entry of this folder. */
  pathOf(name: Uint8Array): Uint8Array {
    return joinPath(this.path, name);
  }
}

/** What the folders need to know of the order. */
export interface FolderRules {
  readonly dryRun: boolean;
  /** Whether something else in the place of a folder of `parent` is removed; otherwise it is a failure. */
  readonly mayReplace: (parent: TargetFolder) => boolean;
}

/**
 * The folders of the target, each reached from the root's descriptor component by component and never through a
 * link. The few used last stay open; one that is opened again must be the same as before.
 */
export class TargetFolders {
  readonly #fs: FileSystem;
  readonly #names: TemporaryNames;
  readonly #rules: FolderRules;
  /** Open folders but the root, the longest unused first. */
  readonly #open = new Map<TargetFolder, Fd>();
  readonly #openMax: number;
  /** Must not be closed to make room. */
  #pinned: Fd | undefined;
  readonly root: TargetFolder;
  readonly #rootFd: Fd;

  constructor(
    fs: FileSystem,
    names: TemporaryNames,
    rootFd: Fd | undefined,
    rules: FolderRules,
    openMax = OPEN_MAX,
  ) {
    this.#fs = fs;
    this.#names = names;
    this.#rules = rules;
    this.#openMax = openMax;
    this.#rootFd = rootFd ?? -1;
    this.root = new TargetFolder(undefined, new Uint8Array(), new Uint8Array([0x2f]), undefined);
    if (rootFd === undefined) {
      this.root.state = "absent";
      return;
    }
    const { dev, ino } = fs.statFd(rootFd);
    this.root.dev = dev;
    this.root.ino = ino;
    this.root.state = "ready";
  }

  /** Makes the folder where it is not there, and its parents. False when it cannot be; throws the first time. */
  ensure(folder: TargetFolder): boolean {
    if (folder.state === "planned") {
      const chain: TargetFolder[] = [];
      for (let at: TargetFolder | undefined = folder; at?.state === "planned"; at = at.parent) chain.push(at);
      for (let next = chain.pop(); next; next = chain.pop()) this.#makeOne(next);
    }
    return folder.state !== "failed";
  }

  /** Descriptor of a folder that is ready, good until the next call. */
  open(folder: TargetFolder): Fd {
    if (folder === this.root) return this.#rootFd;
    const known = this.#open.get(folder);
    if (known !== undefined) {
      this.#open.delete(folder);
      this.#open.set(folder, known);
      return known;
    }
    const chain: TargetFolder[] = [];
    let from = folder;
    while (from !== this.root && !this.#open.has(from)) {
      chain.push(from);
      from = from.parent!;
    }
    let fd = from === this.root ? this.#rootFd : this.#open.get(from)!;
    for (let next = chain.pop(); next; next = chain.pop()) fd = this.#reopen(fd, next);
    return fd;
  }

  /** Descriptors of two folders at once. */
  openBoth(a: TargetFolder, b: TargetFolder): [Fd, Fd] {
    const first = this.open(a);
    this.#pinned = first;
    try {
      return [first, this.open(b)];
    } finally {
      this.#pinned = undefined;
    }
  }

  /** Closes a folder that is not needed any more. */
  forget(folder: TargetFolder): void {
    const fd = this.#open.get(folder);
    if (fd === undefined) return;
    this.#open.delete(folder);
    this.#fs.close(fd);
  }

  [Symbol.dispose](): void {
    for (const fd of this.#open.values()) this.#fs.close(fd);
    this.#open.clear();
  }

  #makeOne(folder: TargetFolder): void {
    const parent = folder.parent!;
    if (parent.state === "failed" || parent.state === "absent") {
      folder.state = parent.state;
      folder.isNew = true;
      return;
    }
    folder.state = "failed";
    folder.state = this.#make(this.open(parent), parent.isNew, folder) ? "ready" : "absent";
  }

  #make(parent: Fd, parentIsNew: boolean, folder: TargetFolder): boolean {
    const fs = this.#fs;
    if (!parentIsNew && !this.#clearPlace(parent, folder)) return false;
    if (this.#rules.dryRun && folder.isNew) return false;
    if (folder.isNew || parentIsNew) {
      fs.makeFolder(parent, folder.name, PRIVATE);
      folder.isNew = true;
    }
    const fd = fs.openFolder(parent, folder.name);
    try {
      const stat = fs.statFd(fd);
      folder.dev = stat.dev;
      folder.ino = stat.ino;
      // Into a folder that this restore made nobody else can reach.
      if (folder.isNew && !parentIsNew) demandOwnFolder(fs, fd, this.#names);
      if (folder.isNew) dropInheritedAcl(fs, fd);
      else if ((stat.permissions & PRIVATE) !== PRIVATE && !this.#rules.dryRun) {
        this.#makeUsable(fd, stat.permissions);
      }
    } catch (error) {
      fs.close(fd);
      throw error;
    }
    this.#keep(parent, folder, fd);
    return true;
  }

  /** Looks what is in the folder's place, and sets `isNew` when the folder must be made. */
  #clearPlace(parent: Fd, folder: TargetFolder): boolean {
    let kind;
    try {
      kind = this.#fs.stat(parent, folder.name).kind;
    } catch (error) {
      if (!isOsError(error, "ENOENT")) throw error;
      folder.isNew = true;
      return true;
    }
    if (kind === "dir") return true;
    if (!this.#rules.mayReplace(folder.parent!)) {
      throw new UnsafeTarget(
        `a ${
          kind === "symlink" ? "symbolic link" : kind
        } is in the place of the folder, and links are never followed`,
      );
    }
    if (!this.#rules.dryRun) this.#fs.removeFile(parent, folder.name);
    folder.isNew = true;
    return true;
  }

  /** A folder that its owner may not write into cannot be filled, unless by root. Its own mode comes last anyway. */
  #makeUsable(fd: Fd, permissions: number): void {
    try {
      this.#fs.setPermissions(fd, permissions | PRIVATE);
    } catch (error) {
      if (!isOsError(error)) throw error;
    }
  }

  #reopen(parent: Fd, folder: TargetFolder): Fd {
    const fd = openSameFolder(this.#fs, parent, folder);
    this.#keep(parent, folder, fd);
    return fd;
  }

  #keep(parent: Fd, folder: TargetFolder, fd: Fd): void {
    this.#open.set(folder, fd);
    if (this.#open.size <= this.#openMax) return;
    for (const [oldest, oldFd] of this.#open) {
      if (oldFd === parent || oldFd === fd || oldFd === this.#pinned) continue;
      this.#open.delete(oldest);
      this.#fs.close(oldFd);
      return;
    }
  }
}
