// Copyright the SpareGrid authors. Apache-2.0.
import {
  type BlobId,
  isId,
  silentLog,
  type SnapshotId,
  systemClock,
  systemRandom,
  utf8,
} from "../../mod/base/mod.ts";
import { sha256, sha256Hex } from "../../mod/crypto/mod.ts";
import { encodeTree, fileMode, type Node, type Snapshot } from "../../mod/format/mod.ts";
import {
  BlobTable,
  BlobWriter,
  type InitOptions,
  Repository,
  type RepositoryPorts,
  type WritingOptions,
} from "../../mod/repository/mod.ts";
import { filePath, type FileType, MemoryStorage, type Storage } from "../../mod/storage/mod.ts";

/** The password of every repository made here. */
export const PASSWORD = "correct horse";
/** A password's key at next to no cost. */
export const CHEAP_KDF = { N: 16, r: 1, p: 1 };

/** Ports of a repository, the machine's own but for what a test gives. */
export function testPorts(ports: Partial<RepositoryPorts> = {}): RepositoryPorts {
  return {
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    owner: { hostname: "host", username: "user", pid: 4711 },
    processAlive: () => true,
    ...ports,
  };
}

/** A new repository in memory, or in the given storage. */
export function initRepository(
  storage: Storage = new MemoryStorage(),
  options: Partial<InitOptions> = {},
  ports: RepositoryPorts = testPorts(),
): Promise<Repository> {
  return Repository.init(storage, ports, { password: PASSWORD, kdf: CHEAP_KDF, ...options });
}

/** Opens it again, index loaded. */
export async function reopen(
  storage: Storage,
  options: WritingOptions & { password?: string; keyHint?: string } = {},
  ports: RepositoryPorts = testPorts(),
): Promise<Repository> {
  const repository = await Repository.open(storage, ports, { password: PASSWORD, ...options });
  await repository.loadIndex();
  return repository;
}

/** A small tree to store: names lead to content (a file) or to another such tree (a folder). */
export interface Draft {
  readonly [name: string]: string | Uint8Array | readonly (string | Uint8Array)[] | Draft;
}

/** A node with all that is not given zero. */
export function node(part: Partial<Node> & Pick<Node, "name" | "type">): Node {
  const time = 1_700_000_000_123_456_789n;
  return {
    mode: fileMode(part.type, part.type === "dir" ? 0o755 : 0o644),
    mtime: time,
    atime: time,
    ctime: time,
    uid: 1000,
    gid: 1000,
    inode: 0n,
    deviceId: 0n,
    size: 0n,
    links: part.type === "file" ? 1n : 0n,
    device: 0n,
    content: null,
    ...part,
  };
}

/** Stores drafts as snapshots, the way a backup does. */
export class DraftSaver {
  readonly #repository: Repository;
  readonly #writer: BlobWriter;

  constructor(repository: Repository) {
    this.#repository = repository;
    const seed = repository.writerSeed();
    this.#writer = new BlobWriter(
      { ...seed, table: BlobTable.attach(seed.table), type: "data" },
      repository.ports.random,
    );
  }

  /** Stores one blob of data; the pack is sealed when full, or by {@link endPack}. */
  async data(content: string | Uint8Array): Promise<BlobId> {
    const plain = typeof content === "string" ? utf8(content) : content;
    this.#writer.put(sha256(plain), plain);
    if (this.#writer.full) await this.endPack();
    return sha256Hex(plain) as BlobId;
  }

  /** Ends the open pack of data. */
  async endPack(): Promise<void> {
    const pack = await this.#writer.seal();
    if (pack) await this.#repository.savePack(pack);
  }

  /** Stores the folder; gives its tree. */
  async tree(draft: Draft): Promise<BlobId> {
    const nodes: Node[] = [];
    for (const name of Object.keys(draft).sort()) {
      const part = draft[name]!;
      if (typeof part === "string" || part instanceof Uint8Array || Array.isArray(part)) {
        nodes.push(await this.#file(name, Array.isArray(part) ? part : [part as string | Uint8Array]));
      } else {
        nodes.push(node({ name: utf8(name), type: "dir", subtree: await this.tree(part as Draft) }));
      }
    }
    return await this.#repository.saveTree(encodeTree(nodes));
  }

  /** Stores the folder as a snapshot. */
  async snapshot(draft: Draft, part: Partial<Snapshot> = {}): Promise<SnapshotId> {
    const tree = await this.tree(draft);
    await this.endPack();
    const time = this.#repository.ports.clock.now();
    const common = { time, tree, paths: ["/"], hostname: "host", username: "user" };
    return await this.#repository.saveSnapshot({ ...common, ...part });
  }

  async #file(name: string, parts: readonly (string | Uint8Array)[]): Promise<Node> {
    const content: BlobId[] = [];
    let size = 0;
    for (const part of parts) {
      if (part.length === 0) continue;
      content.push(await this.data(part));
      size += typeof part === "string" ? utf8(part).length : part.length;
    }
    return node({ name: utf8(name), type: "file", size: BigInt(size), content });
  }
}

const TYPES: readonly FileType[] = ["config", "keys", "locks", "snapshots", "index", "data"];

/** Writes a storage's files to a folder, in the layout that restic reads. */
export async function storageToFolder(storage: Storage, folder: string): Promise<void> {
  for (const type of TYPES) {
    if (type !== "config") await Deno.mkdir(`${folder}/${type}`, { recursive: true });
    for await (const { name } of storage.list(type)) {
      const sub = type === "data" ? `${folder}/data/${name.slice(0, 2)}` : folder;
      await Deno.mkdir(sub, { recursive: true });
      const path = type === "data" ? `${sub}/${name}` : `${folder}/${filePath({ type, name })}`;
      await Deno.writeFile(path, await storage.load({ type, name }));
    }
  }
}

/** Reads a repository's folder into memory; what crashed runs left half written is not in it. */
export async function folderToStorage(folder: string): Promise<MemoryStorage> {
  const storage = new MemoryStorage({ location: folder });
  const take = async (type: FileType, path: string) => {
    for await (const entry of Deno.readDir(path)) {
      if (entry.isDirectory) await take(type, `${path}/${entry.name}`);
      else if (isId(entry.name)) {
        await storage.save({ type, name: entry.name }, await Deno.readFile(`${path}/${entry.name}`));
      }
    }
  };
  for (const type of TYPES) if (type !== "config") await take(type, `${folder}/${type}`);
  await storage.save({ type: "config", name: "" }, await Deno.readFile(`${folder}/config`));
  return storage;
}
