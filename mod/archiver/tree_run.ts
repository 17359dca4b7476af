// Copyright the SpareGrid authors. Apache-2.0.
import { setImmediate } from "node:timers";
import type { BlobId } from "../base/mod.ts";
import { isSgError, SgError } from "../errors/mod.ts";
import type { Node } from "../format/mod.ts";
import type { FolderEntry } from "../platform/mod.ts";
import { type ExcludeRules, targetTree } from "../source/mod.ts";
import { Checkpoints } from "./checkpoints.ts";
import { EntrySaver } from "./entry_saver.ts";
import { Estimator } from "./estimator.ts";
import { FileQueue } from "./file_queue.ts";
import { FolderDescriptors } from "./folder_descriptors.ts";
import { EMPTY_LISTING, FolderOpener } from "./folder_opener.ts";
import { existingPaths } from "./given_paths.ts";
import type { FolderDigest } from "./folder_digests.ts";
import type { Journal } from "./journal.ts";
import type { ChangedFolder, KeptTree } from "./kept_tree.ts";
import { keptXattrs } from "./node_maker.ts";
import type { OpenFolder } from "./open_folder.ts";
import { reasonOf } from "./problems.ts";
import type { RunContext } from "./run_context.ts";
import type { TreeAssembly } from "./tree_assembly.ts";

/** Entries looked at before other things get their turn. */
const SCAN_ENTRIES = 512;
/** Milliseconds after which messages of the lanes are taken. */
const BREATH_MS = 8;
/** Trees being stored at a time. */
const TREES_UNDER_WAY_MAX = 64;
/** After a stop all that is under way gets so long to be stored, milliseconds; */
const PROMPT_MS = 400;
/** then what is stored by now is listed, which gets so long in turn. */
const LAST_INDEX_MS = 600;
/** A run that takes longer than this, milliseconds, counts ahead. */
const ESTIMATE_AFTER_MS = 2000;

/** One backup of a file tree: walks the folders depth first and stores their trees from the leaves up. */
export class TreeRun {
  readonly #context: RunContext;
  readonly #rules: ExcludeRules;
  readonly #signal: AbortSignal;
  /** Ends the lanes' work; comes later than the caller's signal, so that what is under way is not lost. */
  readonly #hardStop = new AbortController();
  readonly #started: number;
  readonly #descriptors: FolderDescriptors;
  readonly #opener: FolderOpener;
  readonly #checkpoints: Checkpoints;
  readonly #queue: FileQueue;
  readonly #entries: EntrySaver;
  /** The folders that the walk is in, root first. */
  readonly #stack: OpenFolder[] = [];
  /** Folders whose nodes are all there. */
  readonly #assembled: OpenFolder[] = [];
  #treesUnderWay = 0;
  #root: BlobId | undefined;
  #failure: { readonly error: unknown } | undefined;
  #wake: (() => void) | undefined;
  #lastBreath = 0;
  #estimator: Estimator | undefined;
  #estimating = false;

  constructor(context: RunContext, rules: ExcludeRules, journal: Journal | undefined, signal: AbortSignal) {
    const { needs, clock, options, observer } = context;
    const hardStop = this.#hardStop.signal;
    this.#context = context;
    this.#rules = rules;
    this.#signal = signal;
    this.#started = clock.monotonicMs();
    this.#descriptors = new FolderDescriptors(context.fs);
    this.#opener = new FolderOpener(context, rules, this.#descriptors, hardStop);
    this.#checkpoints = new Checkpoints(
      needs,
      clock,
      options.checkpointMs ?? 45_000,
      (text) => observer.note(text),
    );
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
      hardStop,
      (task, outcome) => this.#entries.answer(task, outcome),
      (failure) => failure ? this.#fail(failure.error) : this.#stir(),
    );
  }

  /**
   * Stores the trees; resolves when everything is stored and indexed.
   *
   * @throws {SgError} SG1009 when none of the paths exists, SG1016 when it was stopped, or the error that it
   * was stopped with (SG1018); what the repository throws.
   */
  async run(paths: readonly Uint8Array[]): Promise<BlobId> {
    const context = this.#context;
    const onAbort = () => this.#stir();
    this.#signal.addEventListener("abort", onAbort);
    try {
      this.#estimator = context.needs.ahead?.stop();
      const found = existingPaths(context, paths);
      if (context.options.estimate && context.filesExpected === undefined) {
        this.#estimator ??= new Estimator(context.fs, this.#rules, found);
        this.#takeEstimate();
      } else this.#endEstimate();
      context.phase = "saving";
      this.#stack.push(await this.#opener.openRoot(targetTree(found)));
      while (this.#root === undefined) await this.#turn();
      context.phase = "finishing";
      await this.#finish();
      // A checkpoint beside the walk may have met what went wrong with the last trees.
      if (this.#failure) throw this.#failure.error;
      return this.#root;
    } finally {
      this.#signal.removeEventListener("abort", onAbort);
      this.#hardStop.abort(new SgError("SG1016", "The backup has ended"));
      this.#endEstimate();
      this.#descriptors.closeAll();
    }
  }

  /** One step of whatever is to do next. */
  async #turn(): Promise<void> {
    if (this.#failure) throw this.#failure.error;
    if (this.#signal.aborted) await this.#stop();
    this.#storeTrees();
    if (this.#root !== undefined) return;
    this.#checkpoints.spill();
    if (this.#checkpoints.due) this.#checkpoints.make().catch((error) => this.#fail(error));
    const folder = this.#stack.at(-1);
    if (!folder) return await this.#awaitRest();
    if (this.#queue.full || this.#treesUnderWay >= TREES_UNDER_WAY_MAX) return await this.#change();
    await this.#breathe();
    if (folder.nextEntry < folder.listing.count) return this.#scan(folder);
    if (folder.nextSubfolder < folder.subfolders.length) return await this.#enterNext(folder);
    this.#leave(folder);
  }

  /** The walk is over; answers and trees are under way. */
  async #awaitRest(): Promise<void> {
    this.#context.allMet();
    this.#endEstimate();
    this.#queue.send();
    if (this.#queue.idle && this.#treesUnderWay === 0) {
      throw new SgError("SG1023", "The backup lost track of a folder");
    }
    await this.#change();
  }

  /** Lets the messages of the lanes in, so that they never wait long for the next batch. */
  async #breathe(): Promise<void> {
    const { clock } = this.#context;
    if (clock.monotonicMs() - this.#lastBreath < BREATH_MS) return;
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.#lastBreath = clock.monotonicMs();
  }

  #scan(folder: OpenFolder): void {
    const end = Math.min(folder.listing.count, folder.nextEntry + SCAN_ENTRIES);
    this.#context.currentFolder = folder.path;
    this.#opener.descriptorOrNone(folder);
    while (folder.nextEntry < end && !this.#queue.full) {
      const index = folder.nextEntry++;
      this.#look(folder, index, folder.listing.entry(index));
    }
    this.#opener.expectSubtrees(folder);
  }

  #look(folder: OpenFolder, index: number, { name, stat, failure }: FolderEntry): void {
    const context = this.#context;
    const previous = folder.previousOf(name);
    const target = folder.targetOf(name);
    context.currentName = name;
    if (!target && this.#rules.leavesOut(folder, name, stat)) {
      return context.fate("excluded", folder.path, name, 0);
    }
    if (!stat) return context.problem("SG0094", folder.path, name, "read", reasonOf(failure));
    const onTheWay = target !== undefined && !folder.whole && !target.whole;
    if (stat.kind === "dir" || onTheWay) {
      const before = previous?.type === "dir" ? previous.subtree : undefined;
      folder.subfolders.push({ entry: index, slot: folder.tree.reserve(), previous, before, target });
    } else if (folder.fd < 0) {
      context.problem("SG0094", folder.path, name, "read", "the folder that it is in cannot be opened");
    } else if (stat.kind === "file") {
      context.filesMet++;
      context.bytesMet += stat.size;
      this.#entries.file(folder, name, stat, previous);
    } else {
      this.#entries.other(folder, name, stat, previous);
    }
  }

  async #enterNext(folder: OpenFolder): Promise<void> {
    if (!this.#descriptors.hasRoom()) {
      this.#queue.send();
      return await this.#change();
    }
    const next = folder.subfolders[folder.nextSubfolder++]!;
    const opened = await this.#opener.open(folder, next);
    if (!opened) return this.#leaveOut(folder, next.slot);
    this.#stack.push(opened);
    if (opened.kept) this.#pass(opened, opened.kept);
  }

  /** Meets the entries of a folder that are all as they were. */
  #pass(folder: OpenFolder, { look, known }: KeptTree): void {
    const { listing, subfolders } = folder;
    this.#context.filesKept(folder.path, look);
    while (folder.nextEntry < listing.count) {
      const slot = folder.nextEntry++;
      const before = known.subtrees[slot], keptStat = listing.entry(slot).stat!;
      subfolders.push({ entry: slot, slot, target: undefined, previous: undefined, before, keptStat });
    }
    this.#opener.expectSubtrees(folder);
  }

  #leave(folder: OpenFolder): void {
    this.#stack.pop();
    folder.left = true;
    folder.listing = EMPTY_LISTING;
    this.#descriptors.release(folder);
    if (folder.assembled) this.#assembled.push(folder);
    const above = this.#stack.at(-1);
    if (above) this.#opener.expectSubtrees(above);
  }

  #fill(folder: OpenFolder, slot: number, node: Node | null): void {
    folder.tree.fill(slot, node);
    if (folder.assembled) this.#assembled.push(folder);
  }

  #settle(folder: OpenFolder, kept: KeptTree, slot: number, changed: ChangedFolder | null | undefined): void {
    kept.settle(slot, changed);
    if (folder.assembled) this.#assembled.push(folder);
  }

  #leaveOut(folder: OpenFolder, slot: number): void {
    if (folder.kept) this.#settle(folder, folder.kept, slot, null);
    else this.#fill(folder, slot, null);
  }

  /** Stores the trees that are complete. Not recursive: a folder's tree may complete its parent's, 3,000 deep. */
  #storeTrees(): void {
    for (let folder = this.#assembled.pop(); folder; folder = this.#assembled.pop()) {
      const { kept } = folder;
      if (kept?.changed) this.#rebuild(folder, kept);
      else if (kept) this.#stored(folder, kept.id, kept.known);
      else this.#storeTree(folder);
    }
  }

  /** Reads the parent snapshot's tree of a kept folder after all, for a folder in it has changed. */
  #rebuild(folder: OpenFolder, kept: KeptTree): void {
    const { needs, maker, assembling } = this.#context;
    const signal = this.#hardStop.signal;
    this.#treesUnderWay++;
    needs.loadTree(kept.id, signal).then(({ nodes }) => {
      folder.tree = kept.rebuilt(nodes, maker, assembling);
      folder.kept = undefined;
      this.#assembled.push(folder);
    }).catch((error) => {
      if (needs.digests && !signal.aborted) needs.digests.misled = true;
      this.#fail(error);
    }).finally(() => {
      this.#treesUnderWay--;
      this.#stir();
    });
  }

  /** The encoded tree; undefined when it is the parent's; null, and reported, when the folder has too many entries. */
  #finishTree({ tree, parent, slot, path }: OpenFolder): ReturnType<TreeAssembly["finish"]> | null {
    try {
      return tree.finish();
    } catch (error) {
      if (!isSgError(error, "SG1017") || !parent) throw error;
      this.#context.problem("SG1017", path, new Uint8Array(), "back up the folder", reasonOf(error));
      this.#leaveOut(parent, slot);
      return null;
    }
  }

  #storeTree(folder: OpenFolder): void {
    const tree = this.#finishTree(folder);
    if (tree === null) return;
    const digest = folder.tree.digest();
    if (!tree) return this.#stored(folder, folder.before!, digest);
    this.#treesUnderWay++;
    const saving = tree instanceof Uint8Array ? this.#context.needs.saveTree(tree) : tree.save();
    saving.then((id) => {
      this.#treesUnderWay--;
      this.#stored(folder, id, digest);
      this.#stir();
    }).catch((error) => this.#fail(error));
  }

  #stored(folder: OpenFolder, subtree: BlobId, digest: FolderDigest | undefined): void {
    if (digest) this.#context.needs.digests?.note(subtree, digest);
    const { parent, previous, stat, before } = folder;
    if (!parent) {
      this.#root = subtree;
      return;
    }
    const { counts, maker } = this.#context;
    const sameNode = parent.kept ? folder.asKept : previous !== undefined &&
      keptXattrs(previous, stat!) !== undefined && maker.sameStat(previous, stat!);
    const unchanged = sameNode && subtree === before;
    if (unchanged) counts.dirsUnmodified++;
    else if (parent.kept || previous?.type === "dir") counts.dirsChanged++;
    else counts.dirsNew++;
    const parts = { subtree, ...(folder.xattrs ? { xattrs: folder.xattrs } : {}) };
    if (parent.kept) {
      const changed = unchanged ? undefined : { name: folder.name, stat: stat!, ...parts };
      return this.#settle(parent, parent.kept, folder.slot, changed);
    }
    this.#fill(parent, folder.slot, unchanged ? previous! : maker.make(folder.name, stat!, parts));
  }

  /** Makes everything durable; a stop ends the waiting for a destination that does not answer. */
  async #finish(): Promise<void> {
    const timer = new AbortController();
    const stopped = async () => {
      while (!this.#signal.aborted) await this.#change();
      await this.#pause(PROMPT_MS + LAST_INDEX_MS, timer.signal);
      throw this.#interrupted();
    };
    try {
      await Promise.race([this.#checkpoints.make(), stopped()]);
    } finally {
      timer.abort();
    }
  }

  /**
   * Saves what can be saved in a moment, and ends. A slow destination may not take all that is on its way; what it has
   * taken is listed in an index even so.
   */
  async #stop(): Promise<never> {
    const timer = new AbortController();
    const keep = (work: Promise<void>) =>
      work.catch((error) =>
        this.#context.observer.note(`Cannot keep what was stored last: ${reasonOf(error)}`)
      );
    let done = false;
    const checkpoint = async () => {
      await this.#drain(timer.signal);
      if (!timer.signal.aborted) await keep(this.#checkpoints.make());
      done = true;
    };
    try {
      const all = checkpoint();
      await Promise.race([this.#pause(PROMPT_MS, timer.signal), all]);
      const listed = async () => {
        await keep(this.#checkpoints.list());
        await all;
      };
      if (!done) await Promise.race([this.#pause(LAST_INDEX_MS, timer.signal), listed()]);
    } finally {
      timer.abort();
    }
    throw this.#interrupted();
  }

  async #drain(timer: AbortSignal): Promise<void> {
    while (this.#queue.underWay > 0 && !this.#failure && !timer.aborted) await this.#change();
  }

  async #pause(ms: number, signal: AbortSignal): Promise<void> {
    await this.#context.clock.sleep(ms, signal).catch(() => {});
  }

  #interrupted(): SgError {
    const { reason } = this.#signal;
    // Who stopped it has said why: the lock was lost, say.
    if (reason instanceof SgError && reason.code !== "SG1016") return reason;
    const text = "The backup was interrupted; what it stored is kept for the next one";
    return new SgError("SG1016", text, { cause: reason });
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#stir();
  }

  /** Resolves when something has happened: an answer, a stored tree, a failure, a stop. */
  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      this.#estimate();
    });
  }

  #stir(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  /** Counts ahead while there is nothing else to do. */
  #estimate(): void {
    const { clock } = this.#context;
    if (!this.#estimator || this.#estimating || clock.monotonicMs() - this.#started < ESTIMATE_AFTER_MS) {
      return;
    }
    this.#estimating = true;
    setImmediate(() => {
      this.#estimating = false;
      if (!this.#estimator || !this.#wake) return;
      this.#estimator.step();
      this.#takeEstimate();
      this.#estimate();
    });
  }

  #takeEstimate(): void {
    if (!this.#estimator?.done) return;
    this.#context.filesExpected = this.#estimator.files;
    this.#context.bytesExpected = this.#estimator.bytes;
    this.#endEstimate();
  }

  #endEstimate(): void {
    this.#estimator?.[Symbol.dispose]();
    this.#estimator = undefined;
  }
}
