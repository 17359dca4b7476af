// Copyright the SpareGrid authors. Apache-2.0.
import {
  type BlobId,
  compareBytes,
  isId,
  PACK_BYTES_MAX,
  type PackId,
  randomBelow,
  utf8Text,
} from "../base/mod.ts";
import { type SgCode, SgError } from "../errors/mod.ts";
import { nameProblem, type Node, type Tree } from "../format/mod.ts";
import { damageOf } from "./index_loader.ts";
import { listPackSizes } from "./index_rewrite.ts";
import { loadPackHeader } from "./pack_header.ts";
import { blobsOf, PackGroups } from "./pack_groups.ts";
import { loadKey } from "./keys.ts";
import { callOf, eachInParallel, listFiles } from "./repository_files.ts";
import type { Repository } from "./repository.ts";
import type { NamedSnapshot, SnapshotFilter } from "./snapshots.ts";
import { walkTrees } from "./tree_walk.ts";
import { sameBlobs, verifyPack } from "./verify_pack.ts";

/** Whole packs in memory at once while data is read. */
const PACKS_AT_ONCE = 3;
/** Findings that are kept and told in words; beyond, they are counted. */
const FINDINGS_MAX = 10_000;

/** Something that a check found. */
export interface CheckFinding {
  readonly code: SgCode;
  /** What it is about: `pack ID`, `index/ID`, `snapshots/ID`, `tree ID`. */
  readonly object: string;
  readonly message: string;
  /** `hint`: no data is in danger. */
  readonly severity: "hint" | "error";
}

/**
 * How much of the data to read: all, `{ percent }` of the packs by chance, `{ bytes }` of packs by chance, or part `n` of
 * `t` of all (1 to t), which covers everything after t checks.
 */
export type DataPortion =
  | "all"
  | { readonly percent: number }
  | { readonly bytes: number }
  | { readonly part: number; readonly of: number };

/**
 * Checks a whole pack; as {@link verifyPack}, perhaps in another thread. What is expected is told by its entries in the
 * table, by place: any thread can look there. The buffer is the verifier's, the entries are not.
 */
export type PackVerifier = (
  id: PackId,
  bytes: Uint8Array<ArrayBuffer>,
  entries: Uint32Array,
) => Promise<string[]>;

/** How to check. */
export interface CheckOptions {
  readonly signal?: AbortSignal;
  /** Left out: only the structure is checked. */
  readonly readData?: DataPortion;
  /** Read each pack's header and compare it with the index. */
  readonly headers?: boolean;
  /** Only these snapshots; of the data, only packs that they need. */
  readonly filter?: SnapshotFilter;
  readonly verify?: PackVerifier;
  /** Packs to verify at once; more than one helps when `verify` uses other threads. */
  readonly verifyAtOnce?: number;
  /** Hears the findings that are kept. */
  readonly onFinding?: (finding: CheckFinding) => void;
  readonly onProgress?: (progress: CheckProgress) => void;
}

/** How far a check is. */
export interface CheckProgress {
  readonly phase: "index" | "packs" | "headers" | "trees" | "data";
  readonly done: number;
  readonly total: number;
}

/** What a check found. */
export interface CheckReport {
  /** The first 10,000 in words. */
  readonly findings: readonly CheckFinding[];
  readonly errors: number;
  readonly hints: number;
  readonly snapshots: number;
  readonly trees: number;
  readonly packs: number;
  readonly packsRead: number;
  readonly bytesRead: number;
}

/**
 * Checks a repository: key files, index files, packs against the index, every tree of every snapshot, and as much of the data as asked
 * for. Damage is a finding, never an exception; only what stops the checking itself (no connection, abort) is thrown.
 * The repository must be freshly opened, its index not loaded.
 */
export async function checkRepository(
  repository: Repository,
  options: CheckOptions = {},
): Promise<CheckReport> {
  const check = new Check(repository, options);
  await check.keys();
  const snapshots = await check.snapshots();
  await check.index();
  const sizes = await check.packs();
  if (options.headers && options.readData === undefined) await check.headers(sizes);
  await check.trees(snapshots);
  if (options.readData !== undefined) await check.data(sizes, options.readData);
  return check.report(snapshots.length, sizes.size);
}

class Check {
  readonly #repository: Repository;
  readonly #options: CheckOptions;
  readonly #call: { readonly signal?: AbortSignal };
  readonly #findings: CheckFinding[] = [];
  #errors = 0;
  #hints = 0;
  #trees = 0;
  #packsRead = 0;
  #bytesRead = 0;
  /** With a filter: the packs that the chosen snapshots need. */
  readonly #needed: Set<number> | undefined;

  constructor(repository: Repository, options: CheckOptions) {
    this.#repository = repository;
    this.#options = options;
    this.#call = callOf(options);
    const { hosts, tags, paths } = options.filter ?? {};
    if (hosts?.length || tags?.length || paths?.length) this.#needed = new Set();
  }

  report(snapshots: number, packs: number): CheckReport {
    return {
      findings: this.#findings,
      errors: this.#errors,
      hints: this.#hints,
      snapshots,
      trees: this.#trees,
      packs,
      packsRead: this.#packsRead,
      bytesRead: this.#bytesRead,
    };
  }

  /** Reads every key file: the others open the repository, but a damaged one locks its owner out. */
  async keys(): Promise<void> {
    const { storage } = this.#repository;
    for (const file of await listFiles(storage, "keys", this.#call)) {
      try {
        await loadKey(storage, file, this.#call);
      } catch (error) {
        this.#take(error, `keys/${file.name}`);
      }
    }
  }

  snapshots(): Promise<NamedSnapshot[]> {
    const { filter } = this.#options;
    return this.#repository.listSnapshots({
      ...this.#call,
      ...(filter && { filter }),
      onDamage: (id, error) => this.#error(error.code, `snapshots/${id}`, error.message),
    });
  }

  async index(): Promise<void> {
    await this.#repository.loadIndex({
      ...this.#call,
      onProgress: (done, total) => this.#progress("index", done, total),
      onDamage: (id, error) => this.#error(error.code, `index/${id}`, error.message),
    });
    const { table, packs } = this.#repository;
    const groups = new PackGroups(table, packs.count);
    for (let pack = 0; pack < packs.count; pack++) this.#checkListing(pack, groups);
  }

  /** Finds gaps, overlaps and mixed types in what the index lists of a pack. */
  #checkListing(pack: number, groups: PackGroups): void {
    const { table, packs } = this.#repository;
    let end = 0;
    let types = 0;
    let fits = true;
    for (const entry of groups.entries(pack)) {
      if (table.offsetOf(entry) !== end) fits = false;
      end = table.offsetOf(entry) + table.lengthOf(entry);
      types |= table.typeOf(entry) === "tree" ? 1 : 2;
    }
    const id = packs.id(pack);
    if (!fits) this.#error("SG1005", `pack ${id}`, `The index lists pack ${id} with gaps or overlaps`);
    if (types === 3) {
      this.#hint("SG1005", `pack ${id}`, `Pack ${id} holds data and trees mixed; prune separates them`);
    }
  }

  /** Compares the pack files with the index. Gives the sizes of those that are there. */
  async packs(): Promise<Map<string, number>> {
    const { packs } = this.#repository;
    const sizes = await listPackSizes(this.#repository, this.#options.signal);
    for (let pack = 0; pack < packs.count; pack++) {
      const id = packs.id(pack);
      const size = sizes.get(id);
      if (packs.blobs(pack) === 0) continue;
      if (size === undefined) {
        this.#error("SG1006", `pack ${id}`, `Pack ${id} is missing, though the index lists it`);
      } else if (size !== packs.bytes(pack)) {
        const should = packs.bytes(pack);
        this.#error("SG1005", `pack ${id}`, `Pack ${id} has ${size} bytes where the index says ${should}`);
      }
    }
    for (const id of sizes.keys()) {
      const number = packs.find(id as PackId);
      if (number >= 0 && packs.blobs(number) > 0) continue;
      // What a damaged index listed is no leftover.
      const why = this.#repository.indexes.damaged.size > 0
        ? " that can be read: sparegrid repair index lists it again"
        : ": an interrupted run left it; prune removes it";
      this.#hint("SG1006", `pack ${id}`, `Pack ${id} is in no index${why}`);
    }
    this.#progress("packs", sizes.size, sizes.size);
    return sizes;
  }

  /** Compares each pack's header with the index. */
  async headers(sizes: ReadonlyMap<string, number>): Promise<void> {
    const { packs, storage, table, reader } = this.#repository;
    const groups = new PackGroups(table, packs.count);
    let done = 0;
    await eachInParallel(sizes, storage.connections, async ([name, size]) => {
      const id = name as PackId;
      const number = packs.find(id);
      if (number >= 0) {
        try {
          const header = await loadPackHeader(storage, reader.sealer, id, size, this.#options.signal);
          if (!sameBlobs(header, groups.blobs(number))) {
            this.#error("SG1005", `pack ${id}`, `The header of pack ${id} does not fit the index`);
          }
        } catch (error) {
          this.#take(error, `pack ${id}`);
        }
      }
      this.#progress("headers", ++done, sizes.size);
    });
  }

  /** Visits every tree of the snapshots. */
  async trees(snapshots: readonly NamedSnapshot[]): Promise<void> {
    const roots = snapshots.map(({ snapshot }) => snapshot.tree);
    await walkTrees(this.#repository, roots, {
      tree: (id, tree) => {
        this.#trees++;
        this.#need(this.#repository.table.findHex("tree", id));
        this.#checkTree(id, tree);
      },
      refused: (id, entries) => {
        for (const { error } of entries) this.#error(error.code, `tree ${id}`, error.message);
      },
      damaged: (id, error) => this.#error(error.code, `tree ${id}`, error.message),
      progress: (done, known) => this.#progress("trees", done, known),
    }, this.#options.signal);
  }

  #checkTree(id: BlobId, { nodes }: Tree): void {
    let before: Uint8Array | undefined;
    for (const node of nodes) {
      const name = `${JSON.stringify(utf8Text(node.name))} in tree ${id}`;
      const wrong = nameProblem(node.name);
      if (wrong) this.#error("SG1013", `tree ${id}`, `The name ${name} is not safe: ${wrong}`);
      if (before && compareBytes(before, node.name) >= 0) {
        this.#error("SG1005", `tree ${id}`, `The nodes of tree ${id} are not in order at ${name}`);
      }
      before = node.name;
      if (node.type === "file") this.#checkFile(id, node, name);
      if (node.type === "dir" && (node.subtree === undefined || isNullId(node.subtree))) {
        this.#error("SG1005", `tree ${id}`, `Folder ${name} has no tree`);
      }
    }
  }

  #checkFile(id: BlobId, { content }: Node, name: string): void {
    if (content === null) return this.#error("SG1005", `tree ${id}`, `File ${name} has no list of content`);
    for (const blob of content) {
      const entry = this.#repository.table.findHex("data", blob);
      if (entry >= 0) this.#need(entry);
      else if (isNullId(blob)) this.#error("SG1005", `tree ${id}`, `File ${name} names a blob without ID`);
      else {
        this.#error("SG1028", `tree ${id}`, `File ${name} needs blob ${blob}, which no index lists`);
      }
    }
  }

  #need(entry: number): void {
    this.#needed?.add(this.#repository.table.packOf(entry));
  }

  /** Reads packs whole and verifies every blob in them. */
  async data(sizes: ReadonlyMap<string, number>, portion: DataPortion): Promise<void> {
    const { packs, table, storage, reader } = this.#repository;
    const chosen = this.#choose(sizes, portion);
    const groups = new PackGroups(table, packs.count);
    const verify: PackVerifier = this.#options.verify ??
      ((id, bytes, entries) => verifyPack(reader, id, bytes, blobsOf(table, entries)));
    // A file that is longer than the index says is an error already; whatever was put behind it is not read.
    const sizeOf = (id: PackId) => Math.min(sizes.get(id)!, packs.bytes(packs.find(id)));
    const total = chosen.reduce((sum, id) => sum + sizeOf(id), 0);
    const width = Math.min(storage.connections, this.#options.verifyAtOnce ?? 1, PACKS_AT_ONCE * 4);
    await eachInParallel(chosen, Math.max(width, 1), async (id) => {
      const size = sizeOf(id);
      try {
        const bytes = await this.#loadPack(id, size);
        const found = await verify(id, bytes, groups.entries(packs.find(id)));
        for (const message of found) this.#error("SG1005", `pack ${id}`, message);
      } catch (error) {
        this.#take(error, `pack ${id}`);
      }
      this.#packsRead++;
      this.#bytesRead += size;
      this.#progress("data", this.#bytesRead, total);
    });
  }

  async #loadPack(id: PackId, size: number): Promise<Uint8Array<ArrayBuffer>> {
    if (size > PACK_BYTES_MAX) {
      throw new SgError("SG1017", `Cannot read pack ${id}: ${size} bytes are too many for a pack`);
    }
    return await this.#repository.storage.load({ type: "data", name: id }, { ...this.#call, length: size });
  }

  /** The packs to read: of those that an index lists and that are there. */
  #choose(sizes: ReadonlyMap<string, number>, portion: DataPortion): PackId[] {
    const { packs, ports } = this.#repository;
    const all: PackId[] = [];
    for (let pack = 0; pack < packs.count; pack++) {
      const id = packs.id(pack);
      if (packs.blobs(pack) > 0 && sizes.has(id) && (this.#needed?.has(pack) ?? true)) all.push(id);
    }
    if (portion === "all") return all;
    if ("part" in portion) {
      // By the first byte of the name, as restic does it: a pack stays in its part when others come and go.
      return all.filter((id) => parseInt(id.slice(0, 2), 16) % portion.of === portion.part - 1);
    }
    for (let i = all.length - 1; i > 0; i--) {
      const j = randomBelow(ports.random, i + 1);
      [all[i], all[j]] = [all[j]!, all[i]!];
    }
    if ("percent" in portion) return all.slice(0, Math.max(1, Math.ceil(all.length * portion.percent / 100)));
    let left = portion.bytes;
    return all.filter((id, i) => {
      const take = left > 0 && (i === 0 || sizes.get(id)! <= left);
      if (take) left -= sizes.get(id)!;
      return take;
    });
  }

  /** Takes bad data as a finding; throws everything else on. */
  #take(error: unknown, object: string): void {
    const damage = damageOf(error);
    if (!damage) throw error;
    this.#error(damage.code, object, damage.message);
  }

  #error(code: SgCode, object: string, message: string): void {
    this.#errors++;
    this.#found({ code, object, message, severity: "error" });
  }

  #hint(code: SgCode, object: string, message: string): void {
    this.#hints++;
    this.#found({ code, object, message, severity: "hint" });
  }

  #found(finding: CheckFinding): void {
    if (this.#findings.length >= FINDINGS_MAX) return;
    this.#findings.push(finding);
    this.#options.onFinding?.(finding);
  }

  #progress(phase: CheckProgress["phase"], done: number, total: number): void {
    this.#options.onProgress?.({ phase, done, total });
  }
}

function isNullId(id: BlobId): boolean {
  return !isId(id) || /^0+$/.test(id);
}
