// Copyright the SpareGrid authors. Apache-2.0.
import { setImmediate } from "node:timers";
import { type BlobId, equalBytes } from "../base/mod.ts";
import { isOsError, SgError } from "../errors/mod.ts";
import type { Node } from "../format/mod.ts";
import type { Fd, FolderEntry, Stat, Xattr } from "../platform/mod.ts";
import {
  type ExcludeRules,
  type FolderListing,
  joinPath,
  listFolder,
  listingOf,
  listOnly,
  type Target,
} from "../source/mod.ts";
import type { FolderDescriptors } from "./folder_descriptors.ts";
import type { FolderDigest, FolderDigests } from "./folder_digests.ts";
import { KeptTree } from "./kept_tree.ts";
import { type FolderLook, FolderLooking } from "./folder_look.ts";
import { keptXattrs } from "./node_maker.ts";
import { OpenFolder, type OpenFolderParts, type Subfolder } from "./open_folder.ts";
import { ParentTrees } from "./parent_trees.ts";
import { reasonOf } from "./problems.ts";
import type { RunContext } from "./run_context.ts";

/** Trees of subfolders asked for ahead, per folder. */
const EXPECTED_SUBTREES = 4;
/** Entries looked at before answers of the lanes are taken. */
const LOOKED_AT_ONCE = 10_000;
const NO_NAME = new Uint8Array(0);

/** The listing of a folder that nothing is looked at in. */
export const EMPTY_LISTING: FolderListing = listingOf([]);

/** Opens folders: descriptor, stat, attributes, names, and what the parent snapshot has in this place. */
export class FolderOpener {
  readonly #context: RunContext;
  readonly #rules: ExcludeRules;
  readonly #descriptors: FolderDescriptors;
  readonly #parents: ParentTrees;
  readonly #signal: AbortSignal;
  /** Digests that may stand for a comparison. */
  readonly #digests: FolderDigests | undefined;

  constructor(context: RunContext, rules: ExcludeRules, descriptors: FolderDescriptors, signal: AbortSignal) {
    this.#context = context;
    this.#rules = rules;
    this.#descriptors = descriptors;
    this.#signal = signal;
    this.#parents = new ParentTrees((id, at) => context.needs.loadTree(id, at), signal);
    // With `full` every file is read; and who wants to hear of each entry is told of each.
    const unread = context.options.full !== true && context.observer.entry === undefined;
    this.#digests = unread ? context.needs.digests : undefined;
  }

  /** Opens `/`, the root of every snapshot. @throws {OsError} when it cannot be read. */
  async openRoot(target: Target): Promise<OpenFolder> {
    const { options, fs } = this.#context;
    const before = options.parentTree;
    const previousNodes = await this.#previousNodes(before);
    const fd = fs.openRoot(target.path);
    try {
      const listing = target.whole ? listFolder(fs, fd) : this.#listTargets(fd, target);
      const folder = this.#opened({
        ...{ parent: undefined, slot: 0, name: target.name, path: target.path, stat: undefined },
        ...{ xattrs: undefined, previous: undefined, asKept: false, before, target, whole: target.whole },
        ...{
          rules: this.#rules.start,
          device: this.#deviceOf(target, fs.statFd(fd), undefined),
          fd,
          listing,
        },
      });
      folder.compareWith(previousNodes, this.#context.assembling);
      this.#descriptors.opened(folder);
      return folder;
    } catch (error) {
      fs.close(fd);
      throw error;
    }
  }

  /** Opens a folder that was found in another one; undefined, and reported, when it cannot be read. */
  async open(parent: OpenFolder, sub: Subfolder): Promise<OpenFolder | undefined> {
    const { fs, maker } = this.#context;
    const name = parent.listing.name(sub.entry);
    const path = joinPath(parent.path, name);
    const whole = parent.whole || sub.target?.whole === true;
    const { before } = sub;
    // What the user named within is kept whatever the rules say.
    const plain = whole && (sub.target?.children.length ?? 0) === 0;
    const known = plain && before !== undefined ? this.#digests?.find(before) : undefined;
    const seen = known && this.#seenAhead(parent, sub, name, path, known);
    if (seen) return seen;
    let fd = -1;
    try {
      fd = this.#openSubfolder(parent, name, path, whole);
      const stat = fd < 0 ? fs.statPath(path) : fs.statFd(fd);
      const device = this.#deviceOf(sub.target, stat, parent.device);
      const foreign = device !== undefined && stat.dev !== device;
      const listing = foreign
        ? EMPTY_LISTING
        : whole
        ? listFolder(fs, fd)
        : this.#listTargets(fd, sub.target!);
      const asKept = sub.keptStat !== undefined && maker.sameFolder(sub.keptStat, stat);
      const xattrs = asKept ? undefined : keptXattrs(sub.previous, stat) ?? this.#xattrs(fd, path, whole);
      const folder = this.#opened({
        ...{ parent, slot: sub.slot, name, path, stat, xattrs, previous: sub.previous, asKept, before },
        ...{ target: sub.target, whole, rules: this.#rules.descend(parent.rules, name), device, fd, listing },
      });
      const look = known && await this.#lookAt(folder);
      if (known && isAsKnown(look, known)) this.#keep(folder, known, look);
      else folder.compareWith(await this.#previousNodes(before), this.#context.assembling);
      this.#descriptors.opened(folder);
      return folder;
    } catch (error) {
      if (fd >= 0) fs.close(fd);
      if (!isOsError(error) && !(error instanceof SgError && error.code === "SG0094")) throw error;
      if (before !== undefined) this.#parents.drop(before);
      this.#context.problem("SG0094", path, NO_NAME, "read the folder", reasonOf(error));
      return undefined;
    }
  }

  /** Begins to load the parent's trees of the subfolders that the walk enters next. */
  expectSubtrees({ subfolders, nextSubfolder }: OpenFolder): void {
    for (let i = nextSubfolder; i < subfolders.length && i < nextSubfolder + EXPECTED_SUBTREES; i++) {
      const { before } = subfolders[i]!;
      if (!this.#parents.roomy) return;
      if (before !== undefined && this.#digests?.has(before) !== true) this.#parents.expect(before);
    }
  }

  /** The folder's descriptor; -1 when it is closed and cannot be opened again. */
  descriptorOrNone(folder: OpenFolder): Fd {
    try {
      return this.#descriptors.of(folder);
    } catch (error) {
      if (isOsError(error) || error instanceof SgError) return -1;
      throw error;
    }
  }

  /**
   * The folder as it was seen ahead of the run, where that is as the parent snapshot has it: then it need not be opened, for
   * {@link FolderDescriptors} does so when somebody asks for its descriptor.
   */
  #seenAhead(
    parent: OpenFolder,
    sub: Subfolder,
    name: Uint8Array,
    path: Uint8Array,
    known: FolderDigest,
  ): OpenFolder | undefined {
    const { needs, maker } = this.#context;
    const seen = needs.ahead?.take(path);
    if (!seen || !isAsKnown(seen.look, known)) return undefined;
    const { stat, look } = seen;
    const { slot, previous, before, target } = sub;
    const asKept = sub.keptStat !== undefined && maker.sameFolder(sub.keptStat, stat);
    const xattrs = asKept ? undefined : keptXattrs(previous, stat);
    if (!asKept && !xattrs) return undefined;
    const folder = new OpenFolder({
      ...{ parent, slot, name, path, stat, xattrs, previous, asKept, before, target, whole: true, fd: -1 },
      rules: this.#rules.descend(parent.rules, name),
      device: this.#deviceOf(target, stat, parent.device),
      listing: look.folders,
    });
    this.#keep(folder, known, look);
    return folder;
  }

  async #lookAt(folder: OpenFolder): Promise<FolderLook | undefined> {
    const looking = new FolderLooking(folder, this.#rules, this.#context.maker);
    while (looking.step(LOOKED_AT_ONCE)) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      this.#signal.throwIfAborted();
    }
    return looking.end();
  }

  /** Of a folder that is as it was only its folders are of interest. */
  #keep(folder: OpenFolder, known: FolderDigest, look: FolderLook): void {
    folder.kept = new KeptTree(folder.before!, known, look);
    folder.listing = look.folders;
  }

  /** A folder with its descriptor, which is still the caller's to close. */
  #opened(parts: OpenFolderParts): OpenFolder {
    const folder = new OpenFolder(parts);
    if (folder.whole && folder.listing.count > 0) {
      folder.onlyTags = this.#rules.tagsIn(this.#context.fs, folder.fd, folder.listing);
    }
    return folder;
  }

  /** -1 where a folder on the way cannot be opened, though what lies below may be. */
  #openSubfolder(parent: OpenFolder, name: Uint8Array, path: Uint8Array, whole: boolean): Fd {
    const { fs } = this.#context;
    if (parent.whole || (whole && this.descriptorOrNone(parent) >= 0)) {
      return fs.openFolder(this.#descriptors.of(parent), name);
    }
    try {
      return fs.openRoot(path);
    } catch (error) {
      if (!whole && isOsError(error, "EACCES", "EPERM")) return -1;
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
    return listingOf(entries);
  }

  #deviceOf(target: Target | undefined, stat: Stat, inherited: bigint | undefined): bigint | undefined {
    return this.#rules.oneFileSystem && target?.whole ? stat.dev : inherited;
  }

  /** Attributes of folders above what is backed up are often forbidden to read, and matter little. */
  #xattrs(fd: Fd, path: Uint8Array, whole: boolean): readonly Xattr[] {
    const { fs } = this.#context;
    if (fd < 0 || !fs.traits.xattrs) return [];
    try {
      return fs.xattrs(fd);
    } catch (error) {
      if (!isOsError(error)) throw error;
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
      this.#signal.throwIfAborted();
      this.#context.noteOnce(
        "parent",
        () => `Cannot compare with all of the parent snapshot: ${reasonOf(error)}`,
      );
      return undefined;
    }
  }
}

function isAsKnown(look: FolderLook | undefined, known: FolderDigest): look is FolderLook {
  return look !== undefined && equalBytes(look.digest, known.digest);
}
