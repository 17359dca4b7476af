// Copyright the SpareGrid authors. Apache-2.0.
import { setImmediate } from "node:timers";
import { type BlobId, concatBytes, MIB, shownPath, utf8 } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import type { Node, RefusedNode, Tree } from "../format/mod.ts";
import type { TreeLoader } from "./needs.ts";

/**
 * Whether an entry is wanted: `yes`, `no`, or `below` for a folder that itself is not, but may hold what is. Paths
 * start with a slash at the root of what is walked.
 */
export type Select = (path: Uint8Array, isFolder: boolean) => "yes" | "no" | "below";

/** One entry met while walking. */
export interface WalkedEntry {
  /** Starts with a slash, byte for byte. */
  readonly path: Uint8Array;
  readonly node: Node;
}

/** How to walk. */
export interface WalkOptions {
  readonly signal: AbortSignal;
  readonly select?: Select;
  /** Asked before `select`; an entry that it refuses is left out with all below it. */
  readonly accept?: (path: Uint8Array, node: Node) => boolean;
  /** Asked before a folder's tree is opened; where it says no, what is below is left out. */
  readonly enter?: (node: Node) => boolean;
  /** Called when all below a folder that was entered has been told. */
  readonly left?: () => void;
  /** Called for an entry that cannot be read, which is left out; without it the walk fails. */
  readonly onRefused?: (path: Uint8Array, error: SgError) => void;
  /** Called for a folder whose tree cannot be loaded, which is then left out; without it the walk fails. */
  readonly onFailure?: (path: Uint8Array, error: unknown) => void;
}

const SLASH = utf8("/");

/** `folder` and `name` joined by a slash; the root is `/`. */
export function joinPath(folder: Uint8Array, name: Uint8Array): Uint8Array {
  return folder.length === 1 ? concatBytes([folder, name]) : concatBytes([folder, SLASH, name]);
}

/** Where an entry that cannot be read stands, as far as its name is known. */
export function refusedPath(folder: Uint8Array, { name }: RefusedNode): Uint8Array {
  return joinPath(folder, name ?? utf8("?"));
}

/** Trees loaded ahead of the walk, at most. */
const AHEAD = 8;
/** Folders upwards of the present one whose next ones are loaded ahead: in a deep chain they are many. */
const AHEAD_LEVELS = 32;

/**
 * The path of the folder that a walk is in. One for the whole walk: in a tree of 100,000 levels a path for each level
 * would fill the memory.
 */
class PathStack {
  #bytes = new Uint8Array(256);
  readonly #ends = [1];

  constructor() {
    this.#bytes[0] = 0x2f;
  }

  /** The path of the present folder. */
  get path(): Uint8Array {
    return this.#bytes.slice(0, this.length);
  }

  /** Its bytes. */
  get length(): number {
    return this.#ends.at(-1)!;
  }

  /** The path of an entry of the present folder. */
  join(name: Uint8Array): Uint8Array {
    const end = this.#append(name);
    return this.#bytes.slice(0, end);
  }

  enter(name: Uint8Array): void {
    this.#ends.push(this.#append(name));
  }

  leave(): void {
    this.#ends.pop();
  }

  #append(name: Uint8Array): number {
    const end = this.#ends.at(-1)!;
    const slash = end === 1 ? 0 : 1;
    const length = end + slash + name.length;
    if (length > this.#bytes.length) {
      const grown = new Uint8Array(2 * length);
      grown.set(this.#bytes.subarray(0, end));
      this.#bytes = grown;
    }
    if (slash) this.#bytes[end] = 0x2f;
    this.#bytes.set(name, end + slash);
    return length;
  }
}

/** Longest path of a folder that is entered: a tree of 3,000 levels with the longest names has less. */
const PATH_BYTES_MAX = MIB;
/** Folders entered before signals and timers get their turn, for trees in memory come without a pause. */
const FOLDERS_IN_A_ROW = 256;

/** A folder on the way down. */
export interface WalkFrame {
  /** Undefined for the root. */
  readonly node: Node | undefined;
  readonly tree: Tree;
}

interface OpenFrame extends WalkFrame {
  readonly id: BlobId | undefined;
  readonly folders: readonly Node[];
  /** Number in `folders` of the first that the walk has not come to. */
  next: number;
}

/**
 * The state of a walk in depth: the folders between the root and the present one, and trees being loaded ahead. A
 * tree that lies inside itself is refused (SG1005).
 */
export class TreeDescent {
  readonly #loader: TreeLoader;
  readonly #signal: AbortSignal;
  readonly #frames: OpenFrame[] = [];
  readonly #paths = new PathStack();
  #inARow = 0;
  readonly #above = new Set<BlobId>();
  readonly #ahead = new Map<BlobId, Promise<Tree>>();

  constructor(loader: TreeLoader, signal: AbortSignal) {
    this.#loader = loader;
    this.#signal = signal;
  }

  /** The path of the present folder; starts with a slash. */
  get path(): Uint8Array {
    return this.#paths.path;
  }

  /** The path of an entry of the present folder. */
  pathOf(name: Uint8Array): Uint8Array {
    return this.#paths.join(name);
  }

  /** Goes to the root. */
  async start(root: BlobId | Tree): Promise<WalkFrame> {
    const tree = typeof root === "string" ? await this.#loader.loadTree(root, this.#signal) : root;
    return this.#push(undefined, tree, typeof root === "string" ? root : undefined);
  }

  /** Goes into a folder of the present one. */
  async enter(node: Node): Promise<WalkFrame> {
    const id = node.subtree;
    if (id === undefined) {
      throw new SgError("SG1005", `Cannot open folder ${shownPath(this.pathOf(node.name))}: it has no tree`);
    }
    if (this.#paths.length + node.name.length > PATH_BYTES_MAX) {
      throw new SgError("SG1017", "Cannot open a folder: it lies deeper than any file system can have it");
    }
    if (++this.#inARow % FOLDERS_IN_A_ROW === 0) await new Promise<void>((resolve) => setImmediate(resolve));
    if (this.#above.has(id)) {
      throw new SgError(
        "SG1005",
        `Cannot open folder ${shownPath(this.pathOf(node.name))}: its tree contains itself`,
      );
    }
    const known = this.#ahead.get(id);
    this.#ahead.delete(id);
    // A full store that lacks the very next tree holds trees of folders that were left out.
    if (!known && this.#ahead.size >= AHEAD) this.#ahead.clear();
    const loading = known ?? this.#loader.loadTree(id, this.#signal);
    return this.#push(node, await loading, id);
  }

  /** Goes back to the folder above. */
  leave(): void {
    const frame = this.#frames.pop()!;
    if (frame.id !== undefined) this.#above.delete(frame.id);
    if (frame.node) this.#paths.leave();
  }

  /** Says that the walk has come to this folder of the present one, so that what follows can be loaded ahead. */
  passed(node: Node): void {
    const frame = this.#frames.at(-1)!;
    frame.next = frame.folders.indexOf(node, frame.next) + 1 || frame.next;
  }

  #push(node: Node | undefined, tree: Tree, id: BlobId | undefined): WalkFrame {
    this.#signal.throwIfAborted();
    const folders = tree.nodes.filter((child) => child.type === "dir");
    const frame = { node, tree, id, folders, next: 0 };
    this.#frames.push(frame);
    if (node) this.#paths.enter(node.name);
    if (id !== undefined) this.#above.add(id);
    this.#loadAhead();
    return frame;
  }

  #loadAhead(): void {
    const top = Math.max(0, this.#frames.length - AHEAD_LEVELS);
    for (let depth = this.#frames.length - 1; depth >= top && this.#ahead.size < AHEAD; depth--) {
      const { folders, next } = this.#frames[depth]!;
      for (let i = next; i < folders.length && this.#ahead.size < AHEAD; i++) {
        const id = folders[i]!.subtree;
        if (id === undefined || this.#ahead.has(id) || this.#above.has(id)) continue;
        const loading = this.#loader.loadTree(id, this.#signal);
        // Whoever waits for it meets the failure; until then it must not count as unhandled.
        loading.catch(() => {});
        this.#ahead.set(id, loading);
      }
    }
  }
}

/** A level of {@link walkTree}. */
interface Level {
  readonly frame: WalkFrame;
  at: number;
}

/**
 * All entries below `root`, each folder followed by what it holds, in the order of their names' bytes. Bounded memory
 * but for the trees between the root and the present folder.
 */
export async function* walkTree(
  loader: TreeLoader,
  root: BlobId | Tree,
  { signal, select, accept, enter, left, onFailure, onRefused }: WalkOptions,
): AsyncGenerator<WalkedEntry, void> {
  const descent = new TreeDescent(loader, signal);
  const levels: Level[] = [];
  const push = (frame: WalkFrame) => {
    for (const refused of frame.tree.refused ?? []) {
      if (!onRefused) throw refused.error;
      const path = refusedPath(descent.path, refused);
      if (!select || select(path, false) === "yes") onRefused(path, refused.error);
    }
    levels.push({ frame, at: 0 });
  };
  push(await descent.start(root));
  while (levels.length > 0) {
    const level = levels.at(-1)!;
    const node = level.frame.tree.nodes[level.at++];
    if (!node) {
      levels.pop();
      descent.leave();
      if (levels.length > 0) left?.();
      continue;
    }
    const path = descent.pathOf(node.name);
    if (accept && !accept(path, node)) continue;
    const isFolder = node.type === "dir";
    const wanted = select ? select(path, isFolder) : "yes";
    if (wanted === "yes") yield { path, node };
    if (!isFolder || wanted === "no") continue;
    descent.passed(node);
    if (enter && !enter(node)) continue;
    let frame: WalkFrame;
    try {
      frame = await descent.enter(node);
    } catch (error) {
      if (!onFailure || signal.aborted) throw error;
      onFailure(path, error);
      left?.();
      continue;
    }
    push(frame);
  }
}
