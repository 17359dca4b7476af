// Copyright the SpareGrid authors. Apache-2.0.
import { type Clock, concatBytes, type Log, nowMs, utf8 } from "../base/mod.ts";
import type { Catalog, OpenVersion, SearchLineRow, UnindexedSnapshot } from "../catalog/mod.ts";
import { toSgError } from "../errors/mod.ts";
import type { Node } from "../format/mod.ts";
import { ENTRY_KINDS, entryKind } from "./entry_kind.ts";
import { IndexBatch } from "./index_batch.ts";
import { foldedText, nameBytes, nameText } from "./name_text.ts";
import type { Place } from "./repositories.ts";
import { entryOf, type TreeFolder } from "./tree_folder.ts";

/** Where the folders of a repository are read. */
export interface FolderSource {
  folder(tree: string, signal: AbortSignal): Promise<TreeFolder>;
  /** SHA-256. */
  hash(bytes: Uint8Array): Uint8Array;
}

/** What an index stands on. */
export interface IndexParts {
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly log: Log;
  /** Changes that are written down at once; for tests. */
  readonly changesMax?: number;
  /** Opens a place for reading, and does the work. */
  readonly read: <T>(
    place: Place,
    signal: AbortSignal,
    work: (source: FolderSource) => Promise<T>,
  ) => Promise<T>;
}

/** Rows of gone sets removed at a time. */
const SWEPT = 3_000;
/** Entries compared at a time. */
const ENTRIES = 2_000;

/** A folder being taken in. */
interface Step {
  readonly id: number;
  /** Escaped; empty for the root. */
  readonly path: string;
  /** No state of an entry in it is held by the head. */
  readonly empty: boolean;
  /** It was never met before, so nothing below it was. */
  readonly fresh: boolean;
}

/**
 * The index of names over all versions, in the catalog. A snapshot is compared with what the head of its line holds; only
 * folders whose tree changed are read, so the work grows with the change. What breaks off begins again without harm.
 */
export class SearchIndex implements AsyncDisposable {
  readonly #parts: IndexParts;
  readonly #stop = new AbortController();
  readonly #wanted = new Map<string, Place>();
  #working: Promise<void> | undefined;

  constructor(parts: IndexParts) {
    this.#parts = parts;
  }

  /** Takes in what is new of a place, soon. */
  want(place: Place): void {
    if (this.#stop.signal.aborted) return;
    this.#wanted.set(`${place.setId}/${place.destinationId}`, place);
    this.tidy();
  }

  /** Takes in all that is behind, as after a start of the program. */
  async wantAll(): Promise<void> {
    for (const place of await this.#parts.catalog.searchLines.behind()) this.want(place);
    this.tidy();
  }

  /** Goes to work: takes in what is wanted, and removes, bit by bit, what belonged to sets that are gone. */
  tidy(): void {
    if (this.#stop.signal.aborted) return;
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
      // Wanted in the moment in which the work had ended.
      if (this.#wanted.size > 0) this.tidy();
    });
  }

  /** Waits until all that was wanted is taken in, or failed. */
  async settled(): Promise<void> {
    while (this.#working) await this.#working;
  }

  /** Takes in the snapshots of a place that are not in the index yet, in order of time. */
  async update(place: Place, signal: AbortSignal): Promise<void> {
    const { catalog, read } = this.#parts;
    const snapshots = await catalog.searchLines.unindexed(place.setId, place.destinationId);
    if (snapshots.length === 0) return;
    await read(place, signal, async (source) => {
      for (const snapshot of snapshots) await this.#takeIn(place, snapshot, source, signal);
    });
  }

  async #work(): Promise<void> {
    do {
      for (const [key, place] of this.#wanted) {
        this.#wanted.delete(key);
        await this.#updateOrTell(place);
      }
    } while (!this.#stop.signal.aborted && (await this.#sweep() || this.#wanted.size > 0));
  }

  async #updateOrTell(place: Place): Promise<void> {
    try {
      await this.update(place, this.#stop.signal);
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      // The next backup of the set tries again.
      this.#parts.log.write("warning", `The search index is behind: ${toSgError(error).message}`);
    }
  }

  /** Removes a bit of what is gone: each is a write of its own, so that others get between. False when nothing is left. */
  async #sweep(): Promise<boolean> {
    try {
      return await this.#parts.catalog.searchLines.sweep(SWEPT);
    } catch (error) {
      this.#parts.log.write("warning", `The search index could not be tidied: ${toSgError(error).message}`);
      return false;
    }
  }

  async #takeIn(
    place: Place,
    { id, hostname, paths, tree }: UnindexedSnapshot,
    source: FolderSource,
    signal: AbortSignal,
  ): Promise<void> {
    const { searchLines } = this.#parts.catalog;
    const { setId, destinationId } = place;
    const line = await searchLines.begin({ setId, destinationId, hostname, paths });
    if (line.tree !== tree) await new LineWalk(this.#parts, line, source, signal).run(tree);
    await searchLines.finish(line.id, id, tree, nowMs(this.#parts.clock));
  }

  /** Stops; what is being taken in begins again at the next start. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.settled();
  }
}

/** One snapshot's way into its line. */
class LineWalk {
  readonly #catalog: Catalog;
  readonly #source: FolderSource;
  readonly #signal: AbortSignal;
  readonly #batch: IndexBatch;
  readonly #lineId: number;
  #lastFolder = 0;

  constructor(
    { catalog, changesMax }: IndexParts,
    line: SearchLineRow,
    source: FolderSource,
    signal: AbortSignal,
  ) {
    this.#catalog = catalog;
    this.#source = source;
    this.#signal = signal;
    this.#lineId = line.id;
    this.#batch = new IndexBatch(line.id, (changes) => catalog.searchLines.apply(changes), changesMax);
  }

  async run(tree: string): Promise<void> {
    this.#lastFolder = await this.#catalog.searchLines.lastFolder();
    const root = await this.#folder(0, "", "", false);
    await this.#walk(tree, root);
    await this.#batch.flush();
  }

  /** Folders one after the other by a stack of their own: a tree may be deeper than the program's. */
  async #walk(tree: string, root: Step): Promise<void> {
    const work: (() => Promise<void>)[] = [() => this.#enter(tree, root, work)];
    for (let next = work.pop(); next; next = work.pop()) {
      this.#signal.throwIfAborted();
      await next();
    }
  }

  async #enter(tree: string, step: Step, work: (() => Promise<void>)[]): Promise<void> {
    const folder = await this.#source.folder(tree, this.#signal);
    const whole = folder.count <= ENTRIES;
    const all = step.empty
      ? []
      : whole
      ? await this.#catalog.searchLines.open(step.id, ENTRIES + 1)
      : undefined;
    // A folder that was larger than its present list: then name by name.
    const known = all && all.length <= ENTRIES ? byName(all) : undefined;
    const openBefore = known?.size ?? await this.#catalog.searchLines.countOpen(step.id);
    let met = 0;
    for (let from = 0; from < folder.count; from += ENTRIES) {
      const nodes = folder.nodes(from, from + ENTRIES);
      const before = known ?? byName(
        await this.#catalog.searchLines.openNamed(step.id, nodes.map(({ name }) => nameText(name))),
      );
      for (const node of nodes) met += await this.#take(node, before.get(nameText(node.name)), step, work);
      await this.#batch.flushIfFull();
      this.#signal.throwIfAborted();
    }
    if (met < openBefore) await this.#endMissing(folder, step, known);
  }

  /** Takes an entry in; 1 where the head knew one of its name. */
  async #take(
    node: Node,
    before: OpenVersion | undefined,
    step: Step,
    work: (() => Promise<void>)[],
  ): Promise<number> {
    const name = nameText(node.name);
    const entry = { ...factsOf(node, this.#source), name, folded: foldedText(name), folderId: step.id };
    if (before && before.kind === entry.kind && before.state === entry.state) {
      if (node.subtree !== undefined && before.tree !== node.subtree) {
        await this.#descend(node, name, step, work, true);
      }
      return 1;
    }
    const path = `${step.path}/${name}`;
    if (before) this.#batch.end(before.id);
    const wasFolder = before?.kind === FOLDER;
    if (wasFolder && node.subtree === undefined) this.#batch.gone(path);
    this.#batch.add(entry);
    if (node.subtree === undefined) return before ? 1 : 0;
    // A folder whose own state changed may still hold what it held.
    if (wasFolder && before.tree === node.subtree) {
      this.#batch.tree(step.id, name, entry.folded, node.subtree);
    } else await this.#descend(node, name, step, work, wasFolder);
    return before ? 1 : 0;
  }

  async #descend(
    { subtree }: Node,
    name: string,
    step: Step,
    work: (() => Promise<void>)[],
    wasThere: boolean,
  ): Promise<void> {
    const folded = foldedText(name);
    // Until all below is taken in nobody may rely on the tree.
    this.#batch.tree(step.id, name, folded, null);
    const inner = await this.#folder(step.id, name, `${step.path}/${name}`, step.fresh, !wasThere);
    work.push(() => {
      this.#batch.tree(step.id, name, folded, subtree!);
      return this.#batch.flushIfFull();
    });
    work.push(() => this.#enter(subtree!, inner, work));
  }

  /** What the head held in a folder and the snapshot does not. */
  async #endMissing(
    folder: TreeFolder,
    step: Step,
    known: ReadonlyMap<string, OpenVersion> | undefined,
  ): Promise<void> {
    const end = ({ id, name, kind }: OpenVersion) => {
      if (entryOf(folder, nameBytes(name))) return;
      this.#batch.end(id);
      if (kind === FOLDER) this.#batch.gone(`${step.path}/${name}`);
    };
    if (known) return known.forEach(end);
    for (let after = 0;;) {
      const some = await this.#catalog.searchLines.open(step.id, ENTRIES, after);
      if (some.length === 0) return;
      after = some.at(-1)!.id;
      some.forEach(end);
      await this.#batch.flushIfFull();
    }
  }

  /** The folder at a path, a new one where the line has never met it. */
  async #folder(
    parentId: number,
    name: string,
    path: string,
    parentFresh: boolean,
    empty = false,
  ): Promise<Step> {
    const found = parentFresh ? undefined : await this.#catalog.searchLines.folder(this.#lineId, path);
    if (found !== undefined) return { id: found, path, empty, fresh: false };
    const id = ++this.#lastFolder;
    this.#batch.folder(id, parentId, name, foldedText(name), path);
    return { id, path, empty: true, fresh: true };
  }
}

const FOLDER = ENTRY_KINDS.indexOf("folder");
const TIME_MS_MAX = 8.64e15;

/** What the index keeps of an entry. */
function factsOf(
  node: Node,
  source: FolderSource,
): { readonly kind: number; readonly size: number; readonly modifiedAt: number; readonly state: number } {
  const { type, size, mtime, content, linkTarget } = node;
  const ms = Number(mtime / 1_000_000n);
  const hash = source.hash(concatBytes([
    utf8(`${type} ${type === "dir" ? "" : size} ${mtime} ${(content ?? []).join("")} `),
    linkTarget ?? new Uint8Array(),
  ]));
  const view = new DataView(hash.buffer, hash.byteOffset, 8);
  return {
    kind: ENTRY_KINDS.indexOf(entryKind(type)),
    size: Math.min(Number(size), Number.MAX_SAFE_INTEGER),
    modifiedAt: Math.max(-TIME_MS_MAX, Math.min(TIME_MS_MAX, ms)),
    // 53 bits, which a number holds exactly.
    state: (view.getUint32(0) & 0x1fffff) * 2 ** 32 + view.getUint32(4),
  };
}

function byName(versions: readonly OpenVersion[]): Map<string, OpenVersion> {
  return new Map(versions.map((version) => [version.name, version]));
}
