// Copyright the SpareGrid authors. Apache-2.0.
import { type BlobId, compareBytes, toHex } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import { nameProblem, type Node, plainLength, type Tree } from "../format/mod.ts";
import type { Stat } from "../platform/mod.ts";
import { statOrNone } from "./existing.ts";
import { failureOf } from "./failures.ts";
import { sameMetadata } from "./file_comparer.ts";
import { FileEnds } from "./file_ends.ts";
import { HardLinks } from "./hard_links.ts";
import type { RestoreLanes, RestoreNeeds } from "./needs.ts";
import { type RestoreCounters, type RestoreOptions, type RestorePorts, staysByRule } from "./options.ts";
import { type FileSpan, PlannedFile } from "./planned_file.ts";
import { mayDelete, removeExtras, removeObstacle } from "./remove_extras.ts";
import { RestoreRun } from "./restore_run.ts";
import { joinPath, refusedPath, TreeDescent } from "./snapshot_walk.ts";
import { TargetFolder, TargetFolders } from "./target_folders.ts";
import { TemporaryNames } from "./temporary_names.ts";
import { openTarget } from "./target_root.ts";
import { TargetSync } from "./target_sync.ts";
import { WindowRunner } from "./window.ts";

/** A window is closed when it holds so many files or blobs. The first is small, so that the lanes begin soon. */
const WINDOW_FILES = 3_000;
const WINDOW_BLOBS = 65_536;
const FIRST_WINDOW_FILES = 1_500;
/** Windows being written while the next is collected. */
const WINDOWS_AT_ONCE = 2;

/**
 * Restores the tree `root` into the folder `target`, which is made where it does not exist. Failures of single entries
 * are told to `options.onProblem` and the rest goes on; throws SG1012 when the target cannot be opened, SG1016 on
 * abort, SG1028/SG1005/SG1015 when the root tree cannot be loaded. Unfinished files never stay.
 */
export async function restoreTree(
  needs: RestoreNeeds,
  lanes: RestoreLanes,
  ports: RestorePorts,
  root: BlobId | Tree,
  target: string | Uint8Array,
  options: RestoreOptions,
): Promise<RestoreCounters> {
  const rootFd = openTarget(ports.fs, target, options.dryRun ?? false);
  const syncs = !options.dryRun && (options.sync ?? true);
  const sync = new TargetSync(ports.fs, syncs ? rootFd : undefined);
  try {
    const rules = {
      dryRun: options.dryRun ?? false,
      mayReplace: (folder: TargetFolder) => mayDelete(options, folder.path),
    };
    const names = new TemporaryNames(ports.random);
    using folders = new TargetFolders(ports.fs, names, rootFd, rules);
    const run = new RestoreRun(needs, lanes, ports.fs, options, folders, names, sync);
    options.onStart?.(run.counters);
    await new Restorer(run).restore(root);
    await sync.end();
    return run.counters;
  } catch (error) {
    if (options.signal.aborted) throw new SgError("SG1016", "The restore was interrupted", { cause: error });
    throw error;
  } finally {
    await sync.settle();
    if (rootFd !== undefined) ports.fs.close(rootFd);
  }
}

/** A folder on the way down, and which of its sub-folders comes next. */
interface Level {
  readonly folder: TargetFolder;
  readonly subfolders: readonly Node[];
  next: number;
}

/** Walks the snapshot, makes folders, and hands files over in windows. */
class Restorer {
  readonly #run: RestoreRun;
  readonly #links: HardLinks;
  readonly #ends: FileEnds;
  readonly #windows: WindowRunner;
  readonly #running = new Set<Promise<void>>();
  #spans: FileSpan[] = [];
  #spanBlobs = 0;
  #windowFiles = FIRST_WINDOW_FILES;
  #failure: unknown;
  #failed = false;

  constructor(run: RestoreRun) {
    this.#run = run;
    this.#links = new HardLinks(run);
    this.#ends = new FileEnds(run, this.#links);
    this.#windows = new WindowRunner(run, this.#ends);
  }

  async restore(root: BlobId | Tree): Promise<void> {
    try {
      await this.#walk(root);
      await this.#closeWindow();
      await Promise.all(this.#running);
      this.#throwIfFailed();
    } finally {
      await Promise.allSettled(this.#running);
      this.#ends.abandon();
    }
  }

  async #walk(root: BlobId | Tree): Promise<void> {
    const { needs, options: { signal }, folders } = this.#run;
    const descent = new TreeDescent(needs, signal);
    const frame = await descent.start(root);
    const levels: Level[] = [await this.#enter(folders.root, frame.tree)];
    for (let level = levels.at(-1); level; level = levels.at(-1)) {
      signal.throwIfAborted();
      const node = level.subfolders[level.next++];
      if (!node) {
        levels.pop();
        descent.leave();
        this.#run.leave(level.folder);
        continue;
      }
      const below = await this.#descend(descent, level.folder, node);
      if (below) levels.push(below);
    }
  }

  async #descend(descent: TreeDescent, parent: TargetFolder, node: Node): Promise<Level | undefined> {
    const path = parent.pathOf(node.name);
    const folder = new TargetFolder(parent, node.name, path, node);
    try {
      descent.passed(node);
      // Its own tree first: a folder that cannot be read is not made.
      const frame = await descent.enter(node);
      parent.pending++;
      const wanted = this.#run.options.select?.(path, true) ?? "yes";
      if (wanted === "yes" && !this.#run.ensure(folder)) {
        descent.leave();
        this.#run.leave(folder);
        return undefined;
      }
      return await this.#enter(folder, frame.tree);
    } catch (error) {
      this.#run.options.signal.throwIfAborted();
      this.#throwIfFailed();
      this.#run.problem(path, failureOf(error));
      return undefined;
    }
  }

  /** Deals with everything in a folder but its sub-folders, which it returns. */
  async #enter(folder: TargetFolder, tree: Tree): Promise<Level> {
    const { select } = this.#run.options;
    // Before any file of the folder is begun: unfinished ones would look like extras.
    removeExtras(this.#run, folder, tree);
    const subfolders: Node[] = [];
    const others: Node[] = [];
    for (const node of this.#safeNodes(folder, tree)) {
      const isFolder = node.type === "dir";
      const wanted = select ? select(joinPath(folder.path, node.name), isFolder) : "yes";
      if (wanted === "no" || (wanted === "below" && !isFolder)) {
        this.#run.fate(folder.pathOf(node.name), "excluded");
      } else if (isFolder) subfolders.push(node);
      else if (node.type !== "file") others.push(node);
      else {
        this.#file(folder, node);
        if (this.#spans.length >= this.#windowFiles || this.#spanBlobs >= WINDOW_BLOBS) {
          await this.#closeWindow();
        }
      }
    }
    if (others.length > 0) folder.others = others;
    return { folder, subfolders, next: 0 };
  }

  /** The entries whose names are safe and there once. */
  *#safeNodes(folder: TargetFolder, tree: Tree): Generator<Node> {
    for (const refused of tree.refused ?? []) {
      const path = refusedPath(folder.path, refused);
      if ((this.#run.options.select?.(path, false) ?? "yes") !== "yes") continue;
      this.#run.problem(path, failureOf(refused.error));
    }
    let highest: Uint8Array | undefined;
    let seen: Set<string> | undefined;
    for (const node of tree.nodes) {
      const wrong = nameProblem(node.name);
      if (wrong) {
        this.#run.problem(folder.pathOf(node.name), {
          code: "SG1013",
          why: `its name is not safe: ${wrong}`,
        });
        continue;
      }
      if (highest && compareBytes(highest, node.name) >= 0) {
        // Out of order: only then must every name be remembered.
        seen ??= namesBefore(tree, node);
        if (seen.has(toHex(node.name))) {
          this.#run.problem(folder.pathOf(node.name), {
            code: "SG1013",
            why: "its folder holds the name twice",
          });
          continue;
        }
      } else highest = node.name;
      seen?.add(toHex(node.name));
      yield node;
    }
  }

  #file(folder: TargetFolder, node: Node): void {
    const { counters } = this.#run;
    counters.filesFound++;
    counters.bytesTotal += Number(node.size);
    try {
      if (this.#plan(folder, node)) return;
    } catch (error) {
      this.#run.problem(folder.pathOf(node.name), failureOf(error));
    }
    counters.filesDone++;
    counters.bytesDone += Number(node.size);
  }

  /** True when the file is on its way; false when it is dealt with. */
  #plan(folder: TargetFolder, node: Node): boolean {
    const run = this.#run;
    if (!run.ensure(folder)) return false;
    if (node.content === null) throw new SgError("SG1005", "the snapshot lacks its content");
    const isThere = folder.isNew || folder.state !== "ready"
      ? undefined
      : statOrNone(run.fs, run.folders.open(folder), node.name);
    const kept = isThere !== undefined && this.#keeps(node, isThere);
    if (kept && run.options.overwrite !== "if-changed") {
      run.counters.filesKept++;
      run.fate(folder.pathOf(node.name), "kept", Number(node.size));
      return false;
    }
    if (isThere?.kind === "dir" && !removeObstacle(run, folder, node.name)) {
      throw new SgError("SG1012", "a folder is in the way");
    }
    if (run.options.dryRun) return this.#pretend(folder, node, isThere !== undefined, kept);
    const link = this.#links.meet(node);
    folder.pending++;
    if (link && !link.first) {
      this.#links.add(link.linked, folder, node);
      return true;
    }
    const file = new PlannedFile(folder, node, isThere?.kind === "file" ? isThere : undefined);
    file.linked = link?.linked;
    if (kept && (isThere.links === 1 || sameMetadata(run, file))) file.making = "keep";
    this.#push(file);
    return true;
  }

  #pretend(folder: TargetFolder, node: Node, isThere: boolean, kept: boolean): boolean {
    const { counters } = this.#run;
    if (kept) counters.filesKept++;
    else if (isThere) counters.filesUpdated++;
    else counters.filesRestored++;
    this.#run.fate(
      folder.pathOf(node.name),
      kept ? "kept" : isThere ? "updated" : "restored",
      Number(node.size),
    );
    return false;
  }

  #keeps(node: Node, isThere: Stat): boolean {
    const same = () => isThere.kind === "file" && BigInt(isThere.size) === node.size;
    return staysByRule(this.#run.options.overwrite, isThere, node, same);
  }

  /** Puts a file into the window; a huge one is spread over several. */
  #push(file: PlannedFile): void {
    this.#spans.push(this.#span(file));
    this.#spanBlobs += file.next;
  }

  #span(file: PlannedFile): FileSpan {
    const from = file.next;
    const offset = file.nextOffset;
    const to = Math.min(file.content.length, from + WINDOW_BLOBS);
    for (let i = from; i < to; i++) {
      const place = this.#run.needs.locate(file.content[i]!);
      if (place) file.nextOffset += plainLength(place.length, place.uncompressedLength);
    }
    file.next = to;
    return { file, from, to, offset };
  }

  /** Hands the window over, waiting while enough others are being written. */
  async #closeWindow(): Promise<void> {
    let spans = this.#spans;
    this.#spans = [];
    this.#spanBlobs = 0;
    this.#windowFiles = WINDOW_FILES;
    while (spans.length > 0) {
      await this.#start(spans);
      // What is left of a huge file follows at once, before anything new.
      const more = spans.filter(({ file }) => file.next < file.content.length && file.making !== "keep");
      if (more.length > 0) await Promise.all(this.#running);
      spans = more.filter(({ file }) => !file.failure).map(({ file }) => this.#span(file));
    }
  }

  async #start(spans: readonly FileSpan[]): Promise<void> {
    while (this.#running.size >= WINDOWS_AT_ONCE) await Promise.race(this.#running);
    this.#throwIfFailed();
    this.#run.options.signal.throwIfAborted();
    const work = this.#windows.perform(spans).catch((error) => {
      if (!this.#failed) this.#failure = error;
      this.#failed = true;
    }).finally(() => this.#running.delete(work));
    this.#running.add(work);
  }

  #throwIfFailed(): void {
    if (this.#failed) throw this.#failure;
  }
}

function namesBefore(tree: Tree, end: Node): Set<string> {
  const names = new Set<string>();
  for (const node of tree.nodes) {
    if (node === end) break;
    names.add(toHex(node.name));
  }
  return names;
}
