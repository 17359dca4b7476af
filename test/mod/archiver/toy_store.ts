// Copyright the SpareGrid authors. Apache-2.0.
import {
  type ArchiverNeeds,
  FileSaver,
  type FolderDigests,
  type JournalStore,
  StreamSaver,
} from "../../../mod/archiver/mod.ts";
import { type BlobId, concatBytes, toHex } from "../../../mod/base/mod.ts";
import { sha256 } from "../../../mod/crypto/mod.ts";
import { type BlobType, decodeTree, type Node, type Tree } from "../../../mod/format/mod.ts";
import type { FileSystem } from "../../../mod/platform/mod.ts";

const SECRET = new Uint8Array(32).fill(7);

/** A journal kept in memory; `crash` keeps what was appended, as a cache folder would. */
export class ToyJournal implements JournalStore {
  readonly kept: Uint8Array[] = [];

  append(frame: Uint8Array): Promise<void> {
    this.kept.push(frame.slice());
    return Promise.resolve();
  }

  async *frames(): AsyncGenerator<Uint8Array> {
    yield* this.kept;
  }

  remove(): Promise<void> {
    this.kept.length = 0;
    return Promise.resolve();
  }
}

/** A repository that keeps blobs in a map, with one lane on the calling thread. */
export class ToyStore {
  readonly blobs = new Map<string, Uint8Array>();
  /** Blobs that an index lists: those a crash leaves. */
  readonly indexed = new Set<string>();
  readonly journal = new ToyJournal();
  digests: FolderDigests | undefined;
  treesSaved = 0;
  /** Trees that were read. */
  readonly treesLoaded: BlobId[] = [];
  batches = 0;
  checkpoints = 0;
  /** Called before each batch is worked on. */
  beforeBatch: (batch: Uint8Array) => void | Promise<void> = () => {};

  /** Called before the lanes' blobs count as stored. */
  beforeFlush: () => void | Promise<void> = () => {};

  /** Forgets what no index lists. */
  crash(): void {
    for (const id of [...this.blobs.keys()]) if (!this.indexed.has(id)) this.blobs.delete(id);
  }

  put(plain: Uint8Array): BlobId {
    const id = toHex(sha256(plain)) as BlobId;
    this.blobs.set(id, plain.slice());
    return id;
  }

  tree(id: BlobId): Tree {
    return decodeTree(this.blobs.get(id)!);
  }

  /** The node at a path of names. */
  node(tree: BlobId, ...names: (string | Uint8Array)[]): Node | undefined {
    let id: BlobId | undefined = tree;
    let found: Node | undefined;
    for (const name of names) {
      const bytes = typeof name === "string" ? new TextEncoder().encode(name) : name;
      found = id && this.tree(id).nodes.find((node) => toHex(node.name) === toHex(bytes));
      id = found?.subtree;
    }
    return found;
  }

  content(node: Node | undefined): Uint8Array {
    const parts = (node?.content ?? []).map((id) => this.blobs.get(id)!);
    const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      out.set(part, at);
      at += part.length;
    }
    return out;
  }

  /** All paths of a tree, names joined by slashes, folders with one at the end. */
  paths(tree: BlobId, prefix = ""): string[] {
    return this.tree(tree).nodes.flatMap((node) => {
      const path = `${prefix}/${new TextDecoder().decode(node.name)}`;
      return node.type === "dir" ? [`${path}/`, ...this.paths(node.subtree!, path)] : [path];
    });
  }

  needs(fs: FileSystem): ArchiverNeeds {
    const sink = { put: (_: Uint8Array, plain: Uint8Array) => void this.put(plain) };
    const files = new FileSaver({ fs, chunkerSecret: SECRET, sink });
    let turn: Promise<unknown> = Promise.resolve();
    return {
      loadTree: (id) => {
        this.treesLoaded.push(id);
        return Promise.resolve().then(() => this.tree(id));
      },
      ...(this.digests ? { digests: this.digests } : {}),
      hasBlob: (_type: BlobType, id) => this.blobs.has(id),
      saveTree: (bytes) => {
        this.treesSaved++;
        return Promise.resolve(this.put(bytes));
      },
      beginTree: () => {
        const pieces: Uint8Array[] = [];
        return {
          add: (piece) => void pieces.push(piece.slice()),
          save: () => {
            this.treesSaved++;
            return Promise.resolve(this.put(concatBytes(pieces)));
          },
        };
      },
      checkpoint: () => {
        this.checkpoints++;
        for (const id of this.blobs.keys()) this.indexed.add(id);
        return Promise.resolve();
      },
      journal: this.journal,
      owners: {
        user: (uid) => uid === 0 ? "root" : undefined,
        group: (gid) => gid === 0 ? "root" : undefined,
      },
      lanes: {
        batchesAtOnce: 3,
        saveFiles: (batch, signal) => {
          this.batches++;
          const work = turn.then(async () => {
            await this.beforeBatch(batch);
            return await files.save(batch, signal);
          });
          turn = work.catch(() => {});
          return work;
        },
        saveStream: async (stream, signal, onBytes) => {
          const saver = new StreamSaver({ chunkerSecret: SECRET, sink });
          for await (const bytes of stream) {
            signal.throwIfAborted();
            await saver.add(bytes);
            onBytes(bytes.length);
          }
          return await saver.end();
        },
        flush: async () => await this.beforeFlush(),
      },
    };
  }
}
