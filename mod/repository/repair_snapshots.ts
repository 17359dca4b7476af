// Copyright the SpareGrid authors. Apache-2.0.
import { type BlobId, compareBytes, type SnapshotId, utf8Text } from "../base/mod.ts";
import { decodeTree, encodeTree, nameProblem, type Node, type Tree } from "../format/mod.ts";
import { isSgError } from "../errors/mod.ts";
import { damageOf } from "./index_loader.ts";
import { callOf } from "./repository_files.ts";
import type { Repository } from "./repository.ts";
import type { NamedSnapshot, SnapshotFilter } from "./snapshots.ts";

/** How to repair snapshots. */
export interface RepairSnapshotsOptions {
  readonly signal?: AbortSignal;
  readonly filter?: SnapshotFilter;
  /** Only these snapshots. */
  readonly ids?: ReadonlySet<SnapshotId>;
  /** Remove the damaged snapshots once their repaired copies are stored. */
  readonly forget?: boolean;
  readonly dryRun?: boolean;
  /** Called for each entry that is changed: the snapshot, the path, what is done. */
  readonly onChange?: (change: RepairedEntry) => void;
}

/** An entry that a repair changes. */
export interface RepairedEntry {
  readonly snapshot: SnapshotId;
  readonly path: string;
  readonly change:
    | "content removed"
    | "size corrected"
    | "folder emptied"
    | "entry removed"
    | "order corrected";
}

/** What became of a snapshot. */
export interface RepairedSnapshot {
  readonly id: SnapshotId;
  /** The repaired copy; undefined for a dry run and for a snapshot whose root cannot be read. */
  readonly repaired?: SnapshotId;
  readonly removed: boolean;
}

/** The tag that repaired snapshots carry, as restic has it. */
const TAG = "repaired";

/**
 * Makes usable copies of snapshots that name data which is lost: missing content is taken out of files, unreadable
 * folders become empty ones. Whole snapshots are left alone and not listed. The caller holds an exclusive lock; the
 * repository is freshly opened, its index not loaded. Repair the index first.
 */
export async function repairSnapshots(
  repository: Repository,
  options: RepairSnapshotsOptions = {},
): Promise<RepairedSnapshot[]> {
  const { filter, ids, forget = false, dryRun = false } = options;
  const call = callOf(options);
  const unreadable: SnapshotId[] = [];
  const snapshots = await repository.listSnapshots({
    ...call,
    ...(filter && { filter }),
    onDamage: (id) => unreadable.push(id),
  });
  await repository.loadIndex(call);
  const trees = new TreeRepair(repository, options);
  const results: RepairedSnapshot[] = [];
  const remove = forget && !dryRun;
  for (const { id, snapshot } of snapshots) {
    if (ids && !ids.has(id)) continue;
    const tree = await trees.repairRoot(id, snapshot.tree);
    if (tree === snapshot.tree) continue;
    let repaired: SnapshotId | undefined;
    if (tree !== undefined && !dryRun) {
      repaired = await saveRepaired(repository, { id, snapshot }, tree, call);
    }
    if (remove) await repository.removeSnapshots([id], call);
    results.push({ id, ...(repaired && { repaired }), removed: remove });
  }
  for (const id of unreadable) {
    // A file that cannot be read goes only when it was named.
    if (!ids?.has(id)) continue;
    if (remove) await repository.removeSnapshots([id], call);
    results.push({ id, removed: remove });
  }
  return results;
}

function saveRepaired(
  repository: Repository,
  { id, snapshot }: NamedSnapshot,
  tree: BlobId,
  call: { readonly signal?: AbortSignal },
): Promise<SnapshotId> {
  const { summary: _, ...rest } = snapshot;
  const tags = [...new Set([...snapshot.tags ?? [], TAG])];
  return repository.saveSnapshot({ ...rest, tree, tags, original: snapshot.original ?? id }, call);
}

/** Rewrites trees; each tree is looked at once, however many snapshots share it. */
class TreeRepair {
  readonly #repository: Repository;
  readonly #options: RepairSnapshotsOptions;
  /** What became of each tree; undefined where it cannot be read. */
  readonly #done = new Map<BlobId, BlobId | undefined>();
  #snapshot!: SnapshotId;

  constructor(repository: Repository, options: RepairSnapshotsOptions) {
    this.#repository = repository;
    this.#options = options;
  }

  /** The tree to put in place of a root: itself when whole, undefined when it cannot be read at all. */
  async repairRoot(snapshot: SnapshotId, tree: BlobId): Promise<BlobId | undefined> {
    this.#snapshot = snapshot;
    return await this.#repair(tree, "");
  }

  async #repair(id: BlobId, path: string): Promise<BlobId | undefined> {
    if (this.#done.has(id)) return this.#done.get(id);
    this.#options.signal?.throwIfAborted();
    const tree = await this.#load(id);
    const result = tree && await this.#rewrite(id, tree, path);
    this.#done.set(id, result);
    return result;
  }

  async #load(id: BlobId): Promise<Tree | undefined> {
    try {
      const bytes = await this.#repository.loadBlob("tree", id, this.#options.signal);
      // Nodes out of order can be put in order, unreadable ones left out; neither is a reason to lose the folder.
      return decodeTree(bytes, `tree ${id}`, { strict: false });
    } catch (error) {
      if (!damageOf(error) && !isSgError(error, "SG1028")) throw error;
      return undefined;
    }
  }

  async #rewrite(id: BlobId, { nodes, refused = [] }: Tree, path: string): Promise<BlobId> {
    const kept: Node[] = [];
    let changed = refused.length > 0;
    for (const { name } of refused) this.#tell(`${path}/${name ? utf8Text(name) : "?"}`, "entry removed");
    for (const node of nodes) {
      const fixed = await this.#repairNode(node, `${path}/${utf8Text(node.name)}`);
      if (fixed !== node) changed = true;
      if (fixed) kept.push(fixed);
    }
    const ordered = kept.toSorted((a, b) => compareBytes(a.name, b.name))
      .filter((node, i, all) => i === 0 || compareBytes(all[i - 1]!.name, node.name) !== 0);
    if (ordered.length !== kept.length || ordered.some((node, i) => node !== kept[i])) {
      changed = true;
      this.#tell(path === "" ? "/" : path, "order corrected");
    }
    return changed ? await this.#save(ordered) : id;
  }

  async #repairNode(node: Node, path: string): Promise<Node | undefined> {
    if (nameProblem(node.name) || node.type === "irregular") return void this.#tell(path, "entry removed");
    if (node.type === "file") return this.#repairFile(node, path);
    if (node.type !== "dir") return node;
    const subtree = node.subtree && await this.#repair(node.subtree, path);
    if (subtree !== undefined && subtree === node.subtree) return node;
    if (subtree !== undefined) return { ...node, subtree };
    this.#tell(path, "folder emptied");
    return { ...node, subtree: await this.#save([]) };
  }

  #repairFile(node: Node, path: string): Node {
    const { table } = this.#repository;
    const content: BlobId[] = [];
    let size = 0n;
    for (const id of node.content ?? []) {
      const entry = table.findHex("data", id);
      if (entry < 0) continue;
      content.push(id);
      size += BigInt(table.plainLengthOf(entry));
    }
    const lost = node.content === null || content.length !== node.content.length;
    if (!lost && size === node.size) return node;
    this.#tell(path, lost ? "content removed" : "size corrected");
    return { ...node, content, size };
  }

  async #save(nodes: readonly Node[]): Promise<BlobId> {
    const bytes = encodeTree(nodes);
    if (this.#options.dryRun) return `repaired ${this.#done.size}` as BlobId;
    return await this.#repository.saveTree(
      bytes,
      this.#options.signal ? { signal: this.#options.signal } : {},
    );
  }

  #tell(path: string, change: RepairedEntry["change"]): void {
    this.#options.onChange?.({ snapshot: this.#snapshot, path, change });
  }
}
