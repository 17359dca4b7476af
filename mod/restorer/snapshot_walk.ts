// Copyright the SpareGrid authors. Apache-2.0.
import { type BlobId, concatBytes, utf8 } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import type { Node, Tree } from "../format/mod.ts";
import type { TreeLoader } from "./needs.ts";
import { shownPath } from "./shown_path.ts";

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
  /** Called for a folder whose tree cannot be loaded, which is then left out; without it the walk fails. */
  readonly onFailure?: (path: Uint8Array, error: unknown) => void;
}

const SLASH = utf8("/");

/** `folder` and `name` joined by a slash; the root is `/`. */
export function joinPath(folder: Uint8Array, name: Uint8Array): Uint8Array {
  return folder.length === 1 ? concatBytes([folder, name]) : concatBytes([folder, SLASH, name]);
}

/** Trees loaded ahead of the walk, at most. */
const AHEAD = 8;

/** A folder on the way down. */
export interface WalkFrame {
  readonly path: Uint8Array;
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
  readonly #above = new Set<BlobId>();
  readonly #ahead = new Map<BlobId, Promise<Tree>>();

  constructor(loader: TreeLoader, signal: AbortSignal) {
    this.#loader = loader;
    this.#signal = signal;
  }

  /** Goes to the root. */
  async start(root: BlobId | Tree, path: Uint8Array = SLASH): Promise<WalkFrame> {
    const tree = typeof root === "string" ? await this.#loader.loadTree(root, this.#signal) : root;
    return this.#push(path, undefined, tree, typeof root === "string" ? root : undefined);
  }

  /** Goes into a folder of the present one. */
  async enter(node: Node): Promise<WalkFrame> {
    const path = joinPath(this.#frames.at(-1)!.path, node.name);
    const id = node.subtree;
    if (id === undefined) {
      throw new SgError("SG1005", `Cannot open folder ${shownPath(path)}: it has no tree`);
    }
    if (this.#above.has(id)) {
      throw new SgError("SG1005", `Cannot open folder ${shownPath(path)}: its tree contains itself`);
    }
    const known = this.#ahead.get(id);
    this.#ahead.delete(id);
    // A full store that lacks the very next tree holds trees of folders that were left out.
    if (!known && this.#ahead.size >= AHEAD) this.#ahead.clear();
    const loading = known ?? this.#loader.loadTree(id, this.#signal);
    return this.#push(path, node, await loading, id);
  }

  /** Goes back to the folder above. */
  leave(): void {
    const frame = this.#frames.pop()!;
    if (frame.id !== undefined) this.#above.delete(frame.id);
  }

  /** Says that the walk has come to this folder of the present one, so that what follows can be loaded ahead. */
  passed(node: Node): void {
    const frame = this.#frames.at(-1)!;
    frame.next = frame.folders.indexOf(node, frame.next) + 1 || frame.next;
  }

  #push(path: Uint8Array, node: Node | undefined, tree: Tree, id: BlobId | undefined): WalkFrame {
    this.#signal.throwIfAborted();
    const folders = tree.nodes.filter((child) => child.type === "dir");
    const frame = { path, node, tree, id, folders, next: 0 };
    this.#frames.push(frame);
    if (id !== undefined) this.#above.add(id);
    this.#loadAhead();
    return frame;
  }

  #loadAhead(): void {
    for (let depth = this.#frames.length - 1; depth >= 0 && this.#ahead.size < AHEAD; depth--) {
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
  { signal, select, accept, onFailure }: WalkOptions,
): AsyncGenerator<WalkedEntry, void> {
  const descent = new TreeDescent(loader, signal);
  const levels: Level[] = [{ frame: await descent.start(root), at: 0 }];
  while (levels.length > 0) {
    const level = levels.at(-1)!;
    const node = level.frame.tree.nodes[level.at++];
    if (!node) {
      levels.pop();
      descent.leave();
      continue;
    }
    const path = joinPath(level.frame.path, node.name);
    if (accept && !accept(path, node)) continue;
    const isFolder = node.type === "dir";
    const wanted = select ? select(path, isFolder) : "yes";
    if (wanted === "yes") yield { path, node };
    if (!isFolder || wanted === "no") continue;
    descent.passed(node);
    try {
      levels.push({ frame: await descent.enter(node), at: 0 });
    } catch (error) {
      if (!onFailure || signal.aborted) throw error;
      onFailure(path, error);
    }
  }
}
