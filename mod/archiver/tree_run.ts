// Copyright the SpareGrid authors. Apache-2.0.
import { setImmediate } from "node:timers";
import { type BlobId, equalBytes } from "../base/mod.ts";
import { isOsError, SgError } from "../errors/mod.ts";
import type { Node } from "../format/mod.ts";
import type { Fd, FileSystem, FolderEntry, Stat, Xattr } from "../platform/mod.ts";
import {
  absolutePath,
  cleanComponents,
  type ExcludeRules,
  type FolderListing,
  joinPath,
  listFolder,
  listOnly,
  type Target,
  targetTree,
} from "../source/mod.ts";
import { Checkpoints } from "./checkpoints.ts";
import { EntrySaver } from "./entry_saver.ts";
import { FileQueue } from "./file_queue.ts";
import { FolderDescriptors } from "./folder_descriptors.ts";
import type { Journal } from "./journal.ts";
import { keptXattrs, type NodeParts } from "./node_maker.ts";
import { OpenFolder, type Subfolder } from "./open_folder.ts";
import { ParentTrees } from "./parent_trees.ts";
import { reasonOf } from "./problems.ts";
import type { RunContext } from "./run_context.ts";

/** Entries looked at before other things get their turn. */
const SCAN_ENTRIES = 512;
/** Milliseconds after which messages of the lanes are taken. */
const BREATH_MS = 8;
/** Trees being stored at a time. */
const TREES_UNDER_WAY_MAX = 64;
/** Trees of subfolders asked for ahead, per folder. */
const EXPECTED_SUBTREES = 4;
/** After a stop the batches under way get so long to end, and the last checkpoint too. */
const GRACE_MS = 1500;

const NO_NAME = new Uint8Array(0);
const EMPTY_LISTING: FolderListing = {
  count: 0,
  name: () => new Uint8Array(0),
  entry: () => ({ name: new Uint8Array(0) }),
  has: () => false,
};

/** One backup of a file tree: walks the folders depth first and stores their trees from the leaves up. */
export class TreeRun {
  readonly #context: RunContext;
  readonly #rules: ExcludeRules;
  readonly #signal: AbortSignal;
  /** Ends the lanes' work; comes later than the caller's signal, so that what is under way is not lost. */
  readonly #hardStop = new AbortController();
  readonly #descriptors: FolderDescriptors;
  readonly #checkpoints: Checkpoints;
  readonly #queue: FileQueue;
  readonly #entries: EntrySaver;
  readonly #parents: ParentTrees;
  readonly #stack: OpenFolder[] = [];
  /** Folders whose nodes are all there, and those whose trees are stored. */
  readonly #assembled: OpenFolder[] = [];
  #treesUnderWay = 0;
  #root: BlobId | undefined;
  #failure: { readonly error: unknown } | undefined;
  #wake: (() => void) | undefined;
  #lastBreath = 0;

  constructor(context: RunContext, rules: ExcludeRules, journal: Journal | undefined, signal: AbortSignal) {
    this.#context = context;
    this.#rules = rules;
    this.#signal = signal;
    this.#descriptors = new FolderDescriptors(context.fs);
    const { needs, clock, options, observer } = context;
    this.#checkpoints = new Checkpoints(
      needs,
      clock,
      options.checkpointMs ?? 45_000,
      (text) => observer.note(text),
    );
    this.#parents = new ParentTrees((id, at) => needs.loadTree(id, at), this.#hardStop.signal);
    this.#entries = new EntrySaver({
      context,
      journal,
      checkpoints: this.#checkpoints,
      queue: () => this.#queue,
      fill: (folder, slot, node) => this.#fill(folder, slot, node),
      release: (folder) => this.#descriptors.release(folder),
    });
    this.#queue = new FileQueue(
      needs.lanes,
      this.#hardStop.signal,
      (task, outcome) => {
        this.#entries.answer(task, outcome);
        this.#stir();
      },
      (error) => this.#fail(error),
    );
  }

  /**
   * Stores the trees; resolves when everything is stored and indexed.
   *
   * @throws {SgError} SG1009 when none of the paths exists, SG1016 when it was stopped; what the repository throws.
   */
  async run(paths: readonly Uint8Array[]): Promise<BlobId> {
    const onAbort = () => this.#stir();
    this.#signal.addEventListener("abort", onAbort);
    try {
      const target = this.#existing(paths);
      await this.#openRoot(target);
      while (this.#root === undefined) await this.#turn();
      await this.#checkpoints.make();
      return this.#root;
    } finally {
      this.#signal.removeEventListener("abort", onAbort);
      this.#hardStop.abort(new SgError("SG1016", "The backup has ended"));
      this.#descriptors.closeAll();
    }
  }

  /** One step of whatever is to do next. */
  async #turn(): Promise<void> {
    if (this.#failure) throw this.#failure.error;
    if (this.#signal.aborted) await this.#stop();
    this.#storeTrees();
    if (this.#root !== undefined) return;
    if (this.#checkpoints.due) this.#checkpoints.make().catch((error) => this.#fail(error));
    const folder = this.#stack.at(-1);
    if (!folder) {
      this.#queue.send();
      if (this.#queue.idle && this.#treesUnderWay === 0) {
        throw new SgError("SG1023", "The backup lost track of a folder");
      }
      return await this.#change();
    }
    if (this.#queue.full || this.#treesUnderWay >= TREES_UNDER_WAY_MAX) return await this.#change();
    await this.#breathe();
    if (folder.nextEntry < folder.listing.count) return this.#scan(folder);
    const next = folder.subfolders[folder.nextSubfolder];
    if (!next) return this.#leave(folder);
    if (this.#descriptors.crowded) {
      this.#queue.send();
      return await this.#change();
    }
    folder.nextSubfolder++;
    await this.#enter(folder, next);
  }

  /** Lets the messages of the lanes in, so that they never wait long for the next batch. */
  async #breathe(): Promise<void> {
    const now = this.#context.clock.monotonicMs();
    if (now - this.#lastBreath < BREATH_MS) return;
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.#lastBreath = this.#context.clock.monotonicMs();
  }

  async #openRoot(target: Target): Promise<void> {
    const { options, fs } = this.#context;
    const fd = fs.openRoot(target.path);
    const device = this.#deviceOf(target, fs.statFd(fd), undefined);
    const previousNodes = await this.#previousNodes(options.parentTree);
    const folder = new OpenFolder({
      parent: undefined,
      slot: 0,
      name: target.name,
      path: target.path,
      stat: undefined,
      xattrs: undefined,
      previous: undefined,
      previousNodes,
      target,
      whole: target.whole,
      rules: this.#rules.start,
      device,
      fd,
      listing: target.whole ? listFolder(fs, fd) : this.#listTargets(fd, target),
    });
    this.#push(folder);
  }

  #push(folder: OpenFolder): void {
    this.#descriptors.opened(folder);
    if (folder.whole && folder.listing.count > 0) {
      folder.onlyTags = this.#rules.tagsIn(this.#context.fs, folder.fd, folder.listing);
    }
    this.#stack.push(folder);
  }

  #scan(folder: OpenFolder): void {
    const context = this.#context;
    const end = Math.min(folder.listing.count, folder.nextEntry + SCAN_ENTRIES);
    context.currentFolder = folder.path;
    this.#descriptorOrNone(folder);
    while (folder.nextEntry < end && !this.#queue.full) {
      const index = folder.nextEntry++;
      this.#look(folder, index, folder.listing.entry(index));
    }
    this.#expectSubtrees(folder);
  }

  #look(folder: OpenFolder, index: number, { name, stat, failure }: FolderEntry): void {
    const context = this.#context;
    const previous = folder.previousOf(name);
    const target = folder.targetOf(name);
    context.currentName = name;
    if (!target && this.#leftOut(folder, name, stat)) return context.fate("excluded", folder.path, name, 0);
    if (!stat) return context.problem("SG0094", folder.path, name, "read", reasonOf(failure));
    const onTheWay = target !== undefined && !folder.whole && !target.whole;
    if (stat.kind === "dir" || onTheWay) {
      folder.subfolders.push({ entry: index, slot: folder.tree.reserve(), previous, target });
    } else if (folder.fd < 0) {
      context.problem("SG0094", folder.path, name, "read", "the folder that it is in cannot be opened");
    } else if (stat.kind === "file") {
      this.#entries.file(folder, name, stat, previous);
    } else {
      this.#entries.other(folder, name, stat, previous);
    }
  }

  #leftOut(folder: OpenFolder, name: Uint8Array, stat: Stat | undefined): boolean {
    if (folder.onlyTags.length > 0 && !folder.onlyTags.every((tag) => equalBytes(tag, name))) return true;
    if (folder.device !== undefined && stat && stat.dev !== folder.device && stat.kind !== "dir") return true;
    return this.#rules.excludes(folder.rules, name, stat);
  }

  async #enter(parent: OpenFolder, sub: Subfolder): Promise<void> {
    const { fs } = this.#context;
    const name = parent.listing.name(sub.entry);
    const path = joinPath(parent.path, name);
    const whole = parent.whole || sub.target?.whole === true;
    const subtree = sub.previous?.type === "dir" ? sub.previous.subtree : undefined;
    let fd = -1;
    try {
      fd = this.#openSubfolder(parent, name, path, whole);
      const stat = fd < 0 ? fs.statPath(path) : fs.statFd(fd);
      const device = this.#deviceOf(sub.target, stat, parent.device);
      const foreign = device !== undefined && stat.dev !== device;
      const previousNodes = await this.#previousNodes(subtree);
      const listing = foreign
        ? EMPTY_LISTING
        : whole
        ? listFolder(fs, fd)
        : this.#listTargets(fd, sub.target!);
      const xattrs = keptXattrs(sub.previous, stat) ?? this.#folderXattrs(fd, path, whole);
      this.#push(
        new OpenFolder({
          ...{ parent, slot: sub.slot, name, path, stat, xattrs, previous: sub.previous, previousNodes },
          ...{
            target: sub.target,
            whole,
            rules: this.#rules.descend(parent.rules, name),
            device,
            fd,
            listing,
          },
        }),
      );
    } catch (error) {
      if (fd >= 0) fs.close(fd);
      if (!isOsError(error) && !(error instanceof SgError && error.code === "SG0094")) throw error;
      if (subtree !== undefined) this.#parents.drop(subtree);
      this.#context.problem("SG0094", path, new Uint8Array(0), "read the folder", reasonOf(error));
      this.#fill(parent, sub.slot, null);
    }
  }

  /** -1 where a folder on the way cannot be opened, though what lies below may be. */
  #openSubfolder(parent: OpenFolder, name: Uint8Array, path: Uint8Array, whole: boolean): Fd {
    const { fs } = this.#context;
    if (whole && (parent.whole || this.#descriptorOrNone(parent) >= 0)) {
      return fs.openFolder(this.#descriptors.of(parent), name);
    }
    try {
      return fs.openRoot(path);
    } catch (error) {
      if (!whole && isOsError(error, "EACCES", "EPERM")) return -1;
      throw error;
    }
  }

  #descriptorOrNone(folder: OpenFolder): Fd {
    try {
      return this.#descriptors.of(folder);
    } catch (error) {
      if (isOsError(error) || error instanceof SgError) return -1;
      throw error;
    }
  }

  #listTargets(fd: Fd, target: Target): FolderListing {
    const { fs } = this.#context;
    if (fd >= 0) return listOnly(fs, fd, target.children.map((child) => child.name));
    const entries = target.children.map(({ name, path }): FolderEntry => {
      try {
        return { name, stat: fs.statPath(path) };
      } catch (error) {
        return { name, failure: error as Error };
      }
    });
    const name = (index: number) => entries[index]!.name;
    return { count: entries.length, name, entry: (index) => entries[index]!, has: () => false };
  }

  #deviceOf(target: Target | undefined, stat: Stat, inherited: bigint | undefined): bigint | undefined {
    return this.#rules.oneFileSystem && target?.whole ? stat.dev : inherited;
  }

  /** Attributes of folders above what is backed up are often forbidden to read, and matter little. */
  #folderXattrs(fd: Fd, path: Uint8Array, whole: boolean): readonly Xattr[] {
    const { fs } = this.#context;
    if (fd < 0 || !fs.traits.xattrs) return [];
    try {
      return fs.xattrs(fd);
    } catch (error) {
      if (whole) {
        this.#context.problem("SG0094", path, NO_NAME, "read the extended attributes of", reasonOf(error));
      }
      return [];
    }
  }

  async #previousNodes(id: BlobId | undefined): Promise<readonly Node[] | undefined> {
    if (id === undefined) return undefined;
    try {
      return (await this.#parents.take(id)).nodes;
    } catch (error) {
      this.#hardStop.signal.throwIfAborted();
      this.#context.observer.note(`Cannot compare with a folder of the parent snapshot: ${reasonOf(error)}`);
      return undefined;
    }
  }

  #expectSubtrees(folder: OpenFolder): void {
    const { subfolders, nextSubfolder } = folder;
    for (let i = nextSubfolder; i < subfolders.length && i < nextSubfolder + EXPECTED_SUBTREES; i++) {
      const { previous } = subfolders[i]!;
      if (!this.#parents.roomy) return;
      if (previous?.type === "dir" && previous.subtree !== undefined) this.#parents.expect(previous.subtree);
    }
  }

  #leave(folder: OpenFolder): void {
    this.#stack.pop();
    folder.left = true;
    folder.listing = EMPTY_LISTING;
    this.#descriptors.release(folder);
    if (folder.tree.open === 0) this.#assembled.push(folder);
    const above = this.#stack.at(-1);
    if (above) this.#expectSubtrees(above);
  }

  #fill(folder: OpenFolder, slot: number, node: Node | null): void {
    folder.tree.fill(slot, node);
    if (folder.left && folder.tree.open === 0) this.#assembled.push(folder);
  }

  /** Stores the trees that are complete. Not recursive: a folder's tree may complete its parent's, 3,000 deep. */
  #storeTrees(): void {
    for (let folder = this.#assembled.pop(); folder; folder = this.#assembled.pop()) {
      const bytes = folder.tree.finish();
      const kept = folder.parent ? folder.previous?.subtree : this.#context.options.parentTree;
      if (bytes === undefined && kept !== undefined) this.#stored(folder, kept);
      else this.#storeTree(folder, bytes!);
    }
  }

  #storeTree(folder: OpenFolder, bytes: Uint8Array): void {
    this.#treesUnderWay++;
    this.#context.needs.saveTree(bytes).then((id) => {
      this.#treesUnderWay--;
      this.#stored(folder, id);
      this.#stir();
    }).catch((error) => this.#fail(error));
  }

  #stored(folder: OpenFolder, subtree: BlobId): void {
    const { parent, previous, stat } = folder;
    if (!parent) {
      this.#root = subtree;
      return;
    }
    const { counts, maker } = this.#context;
    const unchanged = previous !== undefined && previous.subtree === subtree &&
      keptXattrs(previous, stat!) !== undefined && maker.sameStat(previous, stat!);
    if (unchanged) counts.dirsUnmodified++;
    else if (previous?.type === "dir") counts.dirsChanged++;
    else counts.dirsNew++;
    const parts: NodeParts = { subtree, ...(folder.xattrs ? { xattrs: folder.xattrs } : {}) };
    this.#fill(parent, folder.slot, unchanged ? previous : maker.make(folder.name, stat!, parts));
  }

  /** Drops paths that do not exist, and says so. */
  #existing(paths: readonly Uint8Array[]): Target {
    const found = paths.filter((path) => this.#exists(path));
    if (found.length === 0) {
      throw new SgError("SG1009", "Cannot back up: none of the given paths exists");
    }
    return targetTree(found);
  }

  #exists(path: Uint8Array): boolean {
    const { fs } = this.#context;
    try {
      fs.statPath(path);
      return true;
    } catch (error) {
      if (isDanglingLink(fs, path)) return true;
      this.#context.problem(
        "SG1009",
        path,
        NO_NAME,
        "back up",
        isOsError(error, "ENOENT") ? "it does not exist" : reasonOf(error),
      );
      return false;
    }
  }

  /** Saves what can be saved in a moment, and ends. */
  async #stop(): Promise<never> {
    const timer = new AbortController();
    try {
      await Promise.race([this.#pause(timer.signal), this.#drain(timer.signal)]);
      await Promise.race([this.#pause(timer.signal), this.#checkpoints.make()]);
    } finally {
      timer.abort();
    }
    throw new SgError("SG1016", "The backup was interrupted; what it stored is kept for the next one", {
      cause: this.#signal.reason,
    });
  }

  async #drain(timer: AbortSignal): Promise<void> {
    while (this.#queue.underWay > 0 && !this.#failure && !timer.aborted) await this.#change();
  }

  async #pause(signal: AbortSignal): Promise<void> {
    await this.#context.clock.sleep(GRACE_MS, signal).catch(() => {});
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#stir();
  }

  /** Resolves when something has happened: an answer, a stored tree, a failure, a stop. */
  #change(): Promise<void> {
    return new Promise((resolve) => this.#wake = resolve);
  }

  #stir(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}

/** True when the path's last component is a symlink that leads nowhere: it can be backed up all the same. */
function isDanglingLink(fs: FileSystem, path: Uint8Array): boolean {
  const components = cleanComponents(path);
  const name = components.pop();
  if (!name) return false;
  let fd: Fd = -1;
  try {
    fd = fs.openRoot(absolutePath(components));
    return fs.stat(fd, name).kind === "symlink";
  } catch {
    return false;
  } finally {
    if (fd >= 0) fs.close(fd);
  }
}
