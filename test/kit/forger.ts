// Copyright the SpareGrid authors. Apache-2.0.
import { type BlobId, type SnapshotId, utf8 } from "../../mod/base/mod.ts";
import type { Repository } from "../../mod/repository/mod.ts";
import { DraftSaver } from "./repository.ts";

/** A node as JSON says it: any field, any value. Numbers beyond 2^53 are given as bigint. */
export type RawNode = Readonly<Record<string, unknown>>;

/** JSON in which bigints stand as digits. */
export function rawJson(value: unknown): string {
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(rawJson).join(",")}]`;
  return `{${
    Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}:${rawJson(item)}`).join(",")
  }}`;
}

const TIME = "2023-11-14T22:13:20Z";

/** A node that any reader takes, but for the fields given. `name` is JSON's, that is Go-quoted. */
export function rawNode(name: unknown, type: unknown, part: RawNode = {}): RawNode {
  return {
    name,
    type,
    mode: 0o644,
    mtime: TIME,
    atime: TIME,
    ctime: TIME,
    uid: 0,
    gid: 0,
    content: null,
    ...part,
  };
}

/**
 * Whoever has the key, and means ill: writes trees, files and snapshots with valid MACs and any content at all. What our own
 * encoders would refuse is put down as text.
 */
export class Forger {
  readonly repository: Repository;
  readonly #saver: DraftSaver;

  constructor(repository: Repository) {
    this.repository = repository;
    this.#saver = new DraftSaver(repository);
  }

  /** A file with stored content. */
  async file(name: unknown, content: string | Uint8Array, part: RawNode = {}): Promise<RawNode> {
    const id = await this.#saver.data(content);
    return rawNode(name, "file", { size: content.length, content: [id], ...part });
  }

  /** A folder with these nodes, in the order given. */
  async folder(name: unknown, nodes: readonly (RawNode | string)[], part: RawNode = {}): Promise<RawNode> {
    return rawNode(name, "dir", { mode: 0o755 + 2 ** 31, subtree: await this.tree(nodes), ...part });
  }

  /** A tree of these nodes; a text is taken as it stands. */
  tree(nodes: readonly (RawNode | string)[]): Promise<BlobId> {
    const texts = nodes.map((node) => typeof node === "string" ? node : rawJson(node));
    return this.blob(utf8(`{"nodes":[${texts.join(",")}]}\n`));
  }

  /** Any bytes as a tree. */
  blob(bytes: Uint8Array): Promise<BlobId> {
    return this.repository.saveTree(bytes);
  }

  /** A snapshot of a root tree. */
  async snapshot(tree: BlobId): Promise<SnapshotId> {
    await this.#saver.endPack();
    const time = this.repository.ports.clock.now();
    return await this.repository.saveSnapshot({ time, tree, paths: ["/"], hostname: "host" });
  }
}
