// Copyright the SpareGrid authors. Apache-2.0.
import { createHash } from "node:crypto";
import { type BlobId, compareBytes, concatBytes, systemRandom, toHex, utf8 } from "../../../mod/base/mod.ts";
import { SgError } from "../../../mod/errors/mod.ts";
import { fileMode, type Node, type NodeType, type Tree } from "../../../mod/format/mod.ts";
import type { FileSystem } from "../../../mod/platform/mod.ts";
import {
  type BlobPlace,
  type DumpNeeds,
  FileWriter,
  type FileWriterPorts,
  type RestoreCounters,
  type RestoreFate,
  type RestoreLanes,
  type RestoreNeeds,
  type RestoreOptions,
  type RestoreProblem,
  restoreTree,
} from "../../../mod/restorer/mod.ts";

/** What a test says of a node beside its name; the rest is filled in. */
export type NodeFacts = Partial<Omit<Node, "name" | "mode">> & { readonly permissions?: number };

const SEAL = 32;

/** A repository without keys: blobs "sealed" by 16 bytes before and after, in packs of a few blobs, in memory. */
export class ToyStore implements RestoreNeeds, DumpNeeds {
  packConnections = 3;
  readonly packs: Uint8Array<ArrayBuffer>[] = [];
  readonly places = new Map<BlobId, BlobPlace>();
  readonly trees = new Map<BlobId, Tree>();
  readonly loads: { pack: number; offset: number; length: number }[] = [];
  /** Called before each load. */
  onLoad: () => void | Promise<void> = () => {};
  #open: Uint8Array[] = [];
  #openBytes = 0;

  constructor(readonly packBytes = 64 * 1024) {}

  /** Stores content cut into pieces of `piece` bytes. */
  put(content: Uint8Array, piece = 1 << 20): BlobId[] {
    const ids: BlobId[] = [];
    for (let at = 0; at < content.length; at += piece) {
      ids.push(this.putBlob(content.subarray(at, at + piece)));
    }
    return ids;
  }

  putBlob(plain: Uint8Array): BlobId {
    const id = idOf(plain);
    if (this.places.has(id)) return id;
    if (this.#openBytes >= this.packBytes) this.#close();
    const length = plain.length + SEAL;
    this.places.set(id, { pack: this.packs.length, offset: this.#openBytes, length, uncompressedLength: 0 });
    this.#open.push(new Uint8Array(16), plain.slice(), new Uint8Array(16));
    this.#openBytes += length;
    return id;
  }

  putTree(nodes: readonly Node[]): BlobId {
    const text = JSON.stringify(nodes, (key, value) => {
      if (typeof value === "bigint") return `${value}n`;
      return value instanceof Uint8Array ? toHex(value) : key === "tree" ? undefined : value;
    });
    const id = idOf(utf8(text));
    this.trees.set(id, { nodes: [...nodes] });
    return id;
  }

  loadTree(id: BlobId): Promise<Tree> {
    const tree = this.trees.get(id);
    return tree ? Promise.resolve(tree) : Promise.reject(new SgError("SG1028", `Cannot load tree ${id}`));
  }

  locate(id: BlobId): BlobPlace | undefined {
    return this.places.get(id);
  }

  async loadRange(pack: number, offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    await this.onLoad();
    this.loads.push({ pack, offset, length });
    this.#close();
    return this.packs[pack]!.slice(offset, offset + length);
  }

  loadBlob(id: BlobId): Promise<Uint8Array> {
    this.#close();
    return new Promise((resolve) => {
      const place = this.places.get(id);
      if (!place) throw new SgError("SG1028", `Cannot find blob ${id}`);
      resolve(openToy(id, this.packs[place.pack]!.subarray(place.offset, place.offset + place.length)));
    });
  }

  /** Flips a bit of a stored blob. */
  damage(id: BlobId): void {
    this.#close();
    const { pack, offset } = this.places.get(id)!;
    this.packs[pack]![offset + 16]! ^= 1;
  }

  #close(): void {
    if (this.#open.length === 0) return;
    this.packs.push(concatBytes(this.#open));
    this.#open = [];
    this.#openBytes = 0;
  }
}

export function idOf(plain: Uint8Array): BlobId {
  return createHash("sha256").update(plain).digest("hex") as BlobId;
}

export function openToy(id: BlobId, sealed: Uint8Array): Uint8Array {
  const plain = sealed.subarray(16, sealed.length - 16);
  if (idOf(plain) !== id) throw new SgError("SG1005", `Cannot open blob ${id}: it is damaged`);
  return plain;
}

const bytesOf = (name: string | Uint8Array) => typeof name === "string" ? utf8(name) : name;
export const T0 = 1_600_000_000_123_456_789n;

/** A node with sensible facts for what is not given. */
export function node(type: NodeType, name: string | Uint8Array, facts: NodeFacts = {}): Node {
  const { permissions = type === "dir" ? 0o755 : 0o644, ...rest } = facts;
  return {
    name: bytesOf(name),
    type,
    mode: fileMode(type, permissions),
    mtime: T0,
    atime: T0,
    ctime: T0,
    uid: 0,
    gid: 0,
    inode: 0n,
    deviceId: 0n,
    size: 0n,
    links: 1n,
    device: 0n,
    content: null,
    ...rest,
  };
}

/** A file's node, its content stored. */
export function file(
  store: ToyStore,
  name: string | Uint8Array,
  content: string | Uint8Array,
  facts: NodeFacts & { readonly piece?: number } = {},
): Node {
  const { piece, ...rest } = facts;
  const bytes = bytesOf(content);
  return node("file", name, { size: BigInt(bytes.length), content: store.put(bytes, piece), ...rest });
}

/** A folder's node with its nodes, sorted. */
export function folder(
  store: ToyStore,
  name: string | Uint8Array,
  nodes: readonly Node[],
  facts: NodeFacts = {},
): Node {
  return node("dir", name, { subtree: store.putTree(sorted(nodes)), ...facts });
}

export function sorted(nodes: readonly Node[]): Node[] {
  return [...nodes].sort((a, b) => compareBytes(a.name, b.name));
}

/** Lanes on this thread. */
export class ToyLanes implements RestoreLanes {
  readonly count = 2;
  readonly #writer: FileWriter;
  jobs = 0;
  onJob: () => void | Promise<void> = () => {};

  constructor(fs: FileSystem, openBlob: FileWriterPorts["openBlob"] = openToy) {
    this.#writer = new FileWriter({ fs, random: systemRandom, openBlob });
  }

  async write(
    job: Uint8Array<ArrayBuffer>,
    bytes: Uint8Array<ArrayBuffer>,
  ): Promise<Uint8Array<ArrayBuffer>> {
    this.jobs++;
    await this.onJob();
    return this.#writer.run(job, bytes);
  }
}

/** What a test learns of a restore. */
export interface ToyRestore {
  readonly counters: RestoreCounters;
  readonly problems: RestoreProblem[];
  readonly fates: RestoreFate[];
}

/** Restores nodes with everything in memory but, as given, the file system. */
export async function restoreNodes(
  fs: FileSystem,
  store: ToyStore,
  nodes: readonly Node[] | BlobId,
  target: string,
  options: Partial<RestoreOptions> & { readonly lanes?: RestoreLanes } = {},
): Promise<ToyRestore> {
  const problems: RestoreProblem[] = [];
  const fates: RestoreFate[] = [];
  const { lanes = new ToyLanes(fs), ...rest } = options;
  const counters = await restoreTree(
    store,
    lanes,
    { fs, random: systemRandom },
    typeof nodes === "string" ? nodes : { nodes },
    target,
    {
      signal: new AbortController().signal,
      privileged: Deno.uid() === 0,
      sync: false,
      onProblem: (problem) => void problems.push(problem),
      onEntry: (fate) => void fates.push(fate),
      ...rest,
    },
  );
  return { counters, problems, fates };
}
