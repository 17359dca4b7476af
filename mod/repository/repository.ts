// Copyright the SpareGrid authors. Apache-2.0.
import {
  type BlobId,
  type Clock,
  freeBytes,
  type KeyId,
  type Log,
  PACK_BYTES_TARGET,
  type Random,
  type SnapshotId,
  toHex,
} from "../base/mod.ts";
import type { CompressionLevel } from "../compress/mod.ts";
import {
  deriveSecret,
  generateMasterKey,
  type MasterKey,
  randomIrreduciblePolynomial,
  SEAL_OVERHEAD,
  Sealer,
  sha256,
} from "../crypto/mod.ts";
import { SgError } from "../errors/mod.ts";
import {
  type BlobType,
  type Config,
  decodeTree,
  encodeConfig,
  type Snapshot,
  type Tree,
  type TreeReading,
} from "../format/mod.ts";
import type { Storage, StorageCall } from "../storage/mod.ts";
import { BlobReader } from "./blob_reader.ts";
import { BlobTable } from "./blob_table.ts";
import { BlobWriter, packedBlobs } from "./blob_writer.ts";
import { saveIndex } from "./index_rewrite.ts";
import { type IndexLoadOptions, LoadedIndexes, loadIndexes } from "./index_loader.ts";
import { loadSealedConfig, openConfig, removeTracesOfInit } from "./config_file.ts";
import {
  createKey,
  type KdfCost,
  type KeyEntry,
  type KeyListOptions,
  listKeys,
  type OpenedKey,
  openWithPassword,
} from "./keys.ts";
import {
  listLocks,
  type LockOptions,
  type LockOwner,
  type NamedLock,
  RepositoryLock,
  unlock,
} from "./locks.ts";
import { PackBuilder } from "./pack_builder.ts";
import { PackList } from "./pack_list.ts";
import { PackReader } from "./pack_reader.ts";
import { PackSaver, type SavedCounts, type SaveIndex } from "./pack_saver.ts";
import { listFiles, RepositoryFiles } from "./repository_files.ts";
import type { ReaderSeed, SealedPack, WriterSeed } from "./sealed_pack.ts";
import {
  findSnapshot,
  type FoundSnapshot,
  listSnapshots,
  type NamedSnapshot,
  removeSnapshots,
  saveSnapshot,
  type SnapshotListOptions,
} from "./snapshots.ts";

/** Time between two looks for index files that other programs wrote. */
const LOOK_AGAIN_MS = 5_000;

/** The ports of a repository. */
export interface RepositoryPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Who this process is, for locks and keys. */
  readonly owner: LockOwner;
  /** True while a process with this number runs on this machine. */
  readonly processAlive: (pid: number) => boolean;
}

/** How new blobs are stored. */
export interface WritingOptions {
  /** Default `auto`. */
  readonly compression?: CompressionLevel;
  /** Bytes at which a pack is full; default 16 MiB. */
  readonly packBytesTarget?: number;
  /** Open and hash again what was sealed before it counts as stored; default true. */
  readonly verify?: boolean;
}

/** How to open a repository. */
export interface OpenOptions extends WritingOptions, StorageCall {
  readonly password: string;
  /** The key to try first: its ID or the beginning of it. */
  readonly keyHint?: string;
  /** Puts a cache, or another decorator that needs the repository's ID, round the storage. */
  readonly decorate?: (storage: Storage, repositoryId: string) => Storage;
}

/** How to make a repository. */
export interface InitOptions extends WritingOptions, StorageCall {
  readonly password: string;
  readonly hostname?: string;
  readonly username?: string;
  /** Cost of the password's key; for tests. */
  readonly kdf?: KdfCost;
  /** 1 makes one without compression, for old programs; default 2. */
  readonly version?: 1 | 2;
}

/** Where a blob lies. `pack` is a number of this repository's own; bytes. */
export interface BlobPlace {
  readonly pack: number;
  readonly offset: number;
  /** Sealed length. */
  readonly length: number;
  /** Plain length of a compressed blob, 0 of one stored as it is. */
  readonly uncompressedLength: number;
}

/**
 * An open repository, on the main thread: storage, keys, index, snapshots, locks. Other threads get seeds
 * ({@link Repository.readerSeed}, {@link Repository.writerSeed}) and hand sealed packs back to {@link savePack}.
 *
 * Order of writes: packs, then indexes, then the snapshot. {@link saveSnapshot} writes what is open and refuses
 * while any blob is claimed but not stored, so a snapshot can never name what is not durable.
 */
export class Repository {
  readonly storage: Storage;
  readonly config: Config;
  /** The key that the password opened. */
  readonly keyId: KeyId;
  /** The index. Empty until {@link loadIndex}. */
  readonly table: BlobTable;
  readonly packs = new PackList();
  readonly indexes = new LoadedIndexes();
  readonly files: RepositoryFiles;
  readonly reader: BlobReader;
  readonly ports: RepositoryPorts;
  readonly #masterKey: MasterKey;
  readonly #writing: Required<WritingOptions>;
  readonly #packReader: PackReader;
  readonly #saver: PackSaver;
  #trees: BlobWriter | undefined;
  #treePackOnItsWay: Promise<void> | undefined;
  #lookedAgainMs = -Infinity;
  /** The lock that this repository is used under; undefined where none is needed. */
  #lock: RepositoryLock | undefined;

  private constructor(
    storage: Storage,
    ports: RepositoryPorts,
    config: Config,
    key: OpenedKey,
    { compression = "auto", packBytesTarget = PACK_BYTES_TARGET, verify = true }: WritingOptions,
  ) {
    this.storage = storage;
    this.ports = ports;
    this.config = config;
    this.keyId = key.id;
    this.#masterKey = key.masterKey;
    this.#writing = { compression, packBytesTarget, verify };
    this.table = BlobTable.create({ random: ports.random });
    this.files = new RepositoryFiles(storage, key.masterKey, config.version, ports.random);
    this.reader = new BlobReader({ masterKey: key.masterKey });
    this.#packReader = new PackReader(storage, this.reader, this.table, this.packs);
    const saveIndexFile: SaveIndex = (packs, call) => saveIndex(this, packs, call);
    this.#saver = new PackSaver(this.files, this.table, this.packs, this.indexes, saveIndexFile);
  }

  /** Makes a new repository. SG1004 when there is one, or a part of one. */
  static async init(storage: Storage, ports: RepositoryPorts, options: InitOptions): Promise<Repository> {
    const call = callOf(options);
    await storage.create(call);
    await removeTracesOfInit(storage, call);
    const { random, owner } = ports;
    const masterKey = generateMasterKey(random);
    const { password, hostname = owner.hostname, username = owner.username, version = 2, kdf } = options;
    const whose = { password, hostname, username, ...(kdf && { kdf }) };
    const keyId = await createKey(storage, ports, masterKey, whose, call);
    const config: Config = {
      version,
      id: toHex(random.bytes(32)),
      chunkerPolynomial: randomIrreduciblePolynomial(random).toString(16),
    };
    const sealed = new Sealer(masterKey, random).seal(encodeConfig(config));
    await storage.save({ type: "config", name: "" }, sealed, call);
    return new Repository(storage, ports, config, { id: keyId, masterKey }, options);
  }

  /** Opens a repository. SG1002 none here, SG1001 wrong password, SG1007 unknown version, SG1005 damaged. */
  static async open(storage: Storage, ports: RepositoryPorts, options: OpenOptions): Promise<Repository> {
    const call = callOf(options);
    const sealed = await loadSealedConfig(storage, call);
    const hint = options.keyHint;
    const key = await openWithPassword(storage, ports.random, options.password, {
      ...call,
      ...(hint && { hint }),
    });
    const config = openConfig(storage, sealed, key.masterKey, ports.random);
    const decorated = options.decorate?.(storage, config.id) ?? storage;
    return new Repository(decorated, ports, config, key, options);
  }

  /** The repository's own ID. */
  get id(): string {
    return this.config.id;
  }

  /** What was stored since it was opened. */
  get saved(): Readonly<SavedCounts> {
    return this.#saver.counts;
  }

  /** What a thread needs to open blobs. Holds keys. */
  readerSeed(): ReaderSeed {
    return { masterKey: this.#masterKey };
  }

  /** What a thread needs to store blobs. Holds keys. */
  writerSeed(): WriterSeed {
    return {
      masterKey: this.#masterKey,
      table: this.table.handle,
      version: this.config.version,
      ...this.#writing,
    };
  }

  /** 32 bytes that only holders of the key know, the same for every `purpose` at any time. */
  secret(purpose: string): Uint8Array<ArrayBuffer> {
    return deriveSecret(this.#masterKey, purpose);
  }

  /** Locks the repository; see {@link RepositoryLock}. What is stored from now on is stored under this lock. */
  async lock(options: LockOptions = {}): Promise<RepositoryLock> {
    return this.#lock = await RepositoryLock.acquire(this.files, this.ports, options);
  }

  /** Proves that the lock taken last is still held, if there is one; see {@link RepositoryLock.assertHeld}. */
  async assertHeld(): Promise<void> {
    await this.#lock?.assertHeld();
  }

  /** Does work under the lock taken last, if there is one; see {@link RepositoryLock.during}. */
  whileLocked<T>(work: () => Promise<T>): Promise<T> {
    return this.#lock ? this.#lock.during(work) : work();
  }

  /** Makes one call guarded by the lock taken last, if there is one; see {@link RepositoryLock.guarded}. */
  guarded<T>(call: (guard: () => void) => Promise<T>): Promise<T> {
    return this.#lock ? this.#lock.guarded(call) : call(() => {});
  }

  /** The locks there are. */
  listLocks(call: StorageCall = {}): Promise<NamedLock[]> {
    return listLocks(this.files, call);
  }

  /** Removes stale locks, or all. Gives how many. */
  unlock(options: StorageCall & { readonly removeAll?: boolean } = {}): Promise<number> {
    return unlock(this.files, this.ports, options);
  }

  /** Loads the index files that are not loaded yet. List snapshots before, so that all they name is known. */
  loadIndex(options: IndexLoadOptions = {}): Promise<void> {
    return loadIndexes(this.files, this.indexes, this.table, this.packs, options);
  }

  /** Where a blob lies; undefined when no index knows it. */
  locate(type: BlobType, id: BlobId): BlobPlace | undefined {
    const entry = this.table.findHex(type, id);
    if (entry < 0 || this.table.isPending(entry)) return undefined;
    return {
      pack: this.table.packOf(entry),
      offset: this.table.offsetOf(entry),
      length: this.table.lengthOf(entry),
      uncompressedLength: this.table.uncompressedOf(entry),
    };
  }

  /** Plain length of a blob, bytes; undefined when no index knows it. */
  plainLength(type: BlobType, id: BlobId): number | undefined {
    const place = this.locate(type, id);
    return place && (place.uncompressedLength || place.length - SEAL_OVERHEAD);
  }

  /** The ID that a blob with this content has, as bytes. */
  blobId(plain: Uint8Array): Uint8Array<ArrayBuffer> {
    return sha256(plain);
  }

  /** Bytes of a pack as stored, not verified; exactly `length` of them or an error. */
  async loadRange(
    pack: number,
    offset: number,
    length: number,
    signal?: AbortSignal,
  ): Promise<Uint8Array<ArrayBuffer>> {
    return await this.#packReader.loadRange(pack, { offset, length }, signal);
  }

  /**
   * The plain bytes of a blob, verified; from another pack when one copy is damaged. SG1028 when no index knows it,
   * SG1005 or SG1006 when no copy can be read.
   */
  async loadBlob(type: BlobType, id: BlobId, signal?: AbortSignal): Promise<Uint8Array> {
    let entry = this.table.findHex(type, id);
    if (entry < 0 && this.#mayLookAgain()) {
      // Another program may have stored it since.
      await this.loadIndex(signal ? { signal } : {});
      entry = this.table.findHex(type, id);
    }
    let failure: unknown;
    for (; entry >= 0; entry = this.table.findNext(entry)) {
      if (this.table.isPending(entry)) continue;
      try {
        return await this.#packReader.loadEntry(entry, signal);
      } catch (error) {
        signal?.throwIfAborted();
        failure ??= error;
      }
    }
    if (failure) throw failure;
    throw new SgError("SG1028", `Cannot load ${type} blob ${id}: no index lists it`, {
      context: { blob: id },
    });
  }

  /** A tree, verified and decoded; strictly unless told otherwise. Errors as of {@link loadBlob}. */
  async loadTree(id: BlobId, signal?: AbortSignal, reading?: TreeReading): Promise<Tree> {
    return decodeTree(await this.loadBlob("tree", id, signal), `tree ${id}`, reading);
  }

  /** Starts to load what a tree needs, so that {@link loadTree} finds it there. */
  prefetchTree(id: BlobId, signal?: AbortSignal): void {
    const entry = this.table.findHex("tree", id);
    if (entry >= 0 && !this.table.isPending(entry)) this.#packReader.prefetch(entry, signal);
  }

  /** Stores an encoded tree unless it is known; waits only when a pack is full. It is durable after {@link flush}. */
  async saveTree(bytes: Uint8Array, call: StorageCall = {}): Promise<BlobId> {
    const id = sha256(bytes);
    const seed = this.writerSeed();
    this.#trees ??= new BlobWriter({ ...seed, table: this.table, type: "tree" }, this.ports.random);
    this.#trees.put(id, bytes);
    if (this.#trees.full) await this.#shipTrees(call);
    return toHex(id) as BlobId;
  }

  /** Stores a sealed pack; when it resolves the pack is durable and its blobs can be loaded. */
  savePack(pack: SealedPack, call: StorageCall = {}): Promise<void> {
    return this.#saver.savePack(pack, call);
  }

  /**
   * Stores the last packs of several threads: those of one type are joined, so that a run leaves no handful of small
   * packs, nor packs whose sizes tell of single files. As {@link savePack} else.
   */
  async savePacks(packs: readonly SealedPack[], call: StorageCall = {}): Promise<void> {
    for (const type of ["data", "tree"] as const) {
      const ofType = packs.filter((pack) => pack.type === type);
      const small = ofType.filter((pack) => pack.bytes.length < this.#writing.packBytesTarget / 2);
      const alone = small.length > 1 ? ofType.filter((pack) => !small.includes(pack)) : ofType;
      for (const pack of alone) await this.savePack(pack, call);
      if (small.length < 2) continue;
      const builder = new PackBuilder(this, call.signal);
      for (const pack of small) {
        for (const blob of packedBlobs(pack)) {
          await builder.add(blob, pack.bytes.subarray(blob.offset, blob.offset + blob.length));
        }
      }
      await builder.finish();
    }
  }

  /** Lists the packs stored so far in an index file. */
  writeIndex(call: StorageCall = {}): Promise<void> {
    return this.#saver.writeIndex(call);
  }

  /** Makes all trees durable and lists every stored pack. The packs of other threads must have been saved before. */
  async flush(call: StorageCall = {}): Promise<void> {
    await this.#shipTrees(call);
    const onItsWay = this.#treePackOnItsWay;
    this.#treePackOnItsWay = undefined;
    await onItsWay;
    await this.#saver.writeIndex(call);
  }

  /**
   * Stores a snapshot, after all that it needs. SG1023 when something of that is not stored. SG1018 when the lock was lost, so
   * that a prune may have removed some of it: then there is no snapshot.
   */
  async saveSnapshot(snapshot: Snapshot, call: StorageCall = {}): Promise<SnapshotId> {
    await this.flush(call);
    if (!this.#saver.settled || this.table.pendingCount > 0) {
      throw new SgError("SG1023", "Cannot save the snapshot: some of its data is not stored yet");
    }
    if (this.table.findHex("tree", snapshot.tree) < 0) {
      throw new SgError("SG1028", `Cannot save the snapshot: its tree ${snapshot.tree} is not stored`);
    }
    return await this.whileLocked(() => saveSnapshot(this, snapshot, call));
  }

  /** All snapshots that pass the filter, the oldest first. */
  listSnapshots(options: SnapshotListOptions = {}): Promise<NamedSnapshot[]> {
    return listSnapshots(this.files, options);
  }

  /** The snapshot that a name means; see {@link findSnapshot}. */
  findSnapshot(name: string, options: SnapshotListOptions = {}): Promise<FoundSnapshot> {
    return findSnapshot(this.files, name, options);
  }

  /** Removes snapshots. Gives how many were there. */
  removeSnapshots(ids: Iterable<SnapshotId>, call: StorageCall = {}): Promise<number> {
    return removeSnapshots(this, ids, call);
  }

  /** The keys that open this repository, the oldest first. */
  listKeys(options: KeyListOptions = {}): Promise<KeyEntry[]> {
    return listKeys(this.storage, this.keyId, options);
  }

  /** Adds a password. */
  addKey(
    { password, hostname = this.ports.owner.hostname, username = this.ports.owner.username, kdf }:
      & Partial<Pick<InitOptions, "hostname" | "username" | "kdf">>
      & { readonly password: string },
    call: StorageCall = {},
  ): Promise<KeyId> {
    const whose = { password, hostname, username, ...(kdf && { kdf }) };
    return createKey(this.storage, this.ports, this.#masterKey, whose, call);
  }

  /** Removes the key that `name` begins. SG1031 when none or several fit, SG1029 for the key in use. */
  async removeKey(name: string, call: StorageCall = {}): Promise<KeyId> {
    const fits = (await listFiles(this.storage, "keys", call)).filter((file) => file.name.startsWith(name));
    if (name === "" || fits.length !== 1) {
      const why = fits.length > 1 ? "several keys begin so" : "there is no such key";
      throw new SgError("SG1031", `Cannot remove key ${JSON.stringify(name)}: ${why}`);
    }
    const id = fits[0]!.name as KeyId;
    if (id === this.keyId) throw new SgError("SG1029", `Cannot remove key ${id}: it is the one in use`);
    await this.storage.remove({ type: "keys", name: id }, call);
    return id;
  }

  /** Replaces the key in use by one with a new password: the new one is proved before the old one goes. */
  async changePassword(
    options: Partial<Pick<InitOptions, "hostname" | "username" | "kdf">> & { readonly password: string },
    call: StorageCall = {},
  ): Promise<KeyId> {
    const fresh = await this.addKey(options, call);
    await this.storage.remove({ type: "keys", name: this.keyId }, call);
    (this as { keyId: KeyId }).keyId = fresh;
    return fresh;
  }

  /** Many blobs may be missing; the index files are not listed anew for each. */
  #mayLookAgain(): boolean {
    const now = this.ports.clock.monotonicMs();
    if (now - this.#lookedAgainMs < LOOK_AGAIN_MS) return false;
    this.#lookedAgainMs = now;
    return true;
  }

  async #shipTrees(call: StorageCall): Promise<void> {
    const pack = await this.#trees?.seal();
    if (!pack) return;
    // One pack may be on its way while the next is filled.
    const before = this.#treePackOnItsWay;
    this.#treePackOnItsWay = undefined;
    await before;
    const saving = this.savePack(pack, call).then(() => freeBytes(pack.bytes));
    // A failure is met at the next pack or flush.
    saving.catch(() => {});
    this.#treePackOnItsWay = saving;
  }
}

function callOf({ signal }: StorageCall): StorageCall {
  return signal ? { signal } : {};
}
