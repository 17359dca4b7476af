// Copyright the SpareGrid authors. Apache-2.0.
import { type BlobId, freeBytes, type KeyId, type SnapshotId } from "../base/mod.ts";
import { deriveSecret, sha256 } from "../crypto/mod.ts";
import { SgError } from "../errors/mod.ts";
import {
  type BlobType,
  type Config,
  decodeTree,
  plainLength,
  type Snapshot,
  type Tree,
  type TreeReading,
} from "../format/mod.ts";
import type { Storage, StorageCall, StoredFile } from "../storage/mod.ts";
import type { BlobPlace } from "./blob_place.ts";
import type { BlobReader } from "./blob_reader.ts";
import type { BlobTable } from "./blob_table.ts";
import { packedBlobs } from "./blob_writer.ts";
import type { IndexUse, RepositoryIndex } from "./index_keeper.ts";
import { type IndexLoadOptions, type LoadedIndexes, loadIndexes } from "./index_loader.ts";
import { saveIndex } from "./index_rewrite.ts";
import {
  createKey,
  type KeyEntry,
  type KeyListOptions,
  listKeys,
  type OpenedKey,
  removeKey,
} from "./keys.ts";
import { listLocks, type LockOptions, type NamedLock, RepositoryLock, unlock } from "./locks.ts";
import type { LongBlob } from "./long_blob.ts";
import { PackBuilder } from "./pack_builder.ts";
import type { PackList } from "./pack_list.ts";
import { PackSaver } from "./pack_saver.ts";
import {
  type InitOptions,
  type OpenOptions,
  RepositoryCore,
  type RepositoryPorts,
} from "./repository_core.ts";
import { callOf, listFiles, type RepositoryFiles } from "./repository_files.ts";
import type { SavedCounts } from "./saved_counts.ts";
import type { ReaderSeed, SealedPack, WriterSeed } from "./sealed_pack.ts";
import type { SnapshotMemory } from "./snapshot_memory.ts";
import {
  findSnapshot,
  type FoundSnapshot,
  listSnapshots,
  type NamedSnapshot,
  removeSnapshots,
  saveSnapshot,
  type SnapshotListOptions,
} from "./snapshots.ts";
import { TreePacks } from "./tree_packs.ts";

/** Time between two looks for index files that other programs wrote. */
const LOOK_AGAIN_MS = 5_000;

/** Of whoever opens a repository and uses it for one thing. */
const PLAIN_USE: IndexUse = { fresh: false, writes: false };

/**
 * An open repository, on the main thread: storage, keys, index, snapshots, locks. Other threads get seeds
 * ({@link Repository.readerSeed}, {@link Repository.writerSeed}) and hand sealed packs back to {@link savePack}.
 *
 * Order of writes: packs, then indexes, then the snapshot. {@link saveSnapshot} writes what is open and refuses
 * while any blob is claimed but not stored, so a snapshot can never name what is not durable.
 */
export class Repository {
  readonly #core: RepositoryCore;
  readonly #use: IndexUse;
  #index: RepositoryIndex | undefined;
  #saver: PackSaver | undefined;
  #trees: TreePacks | undefined;
  #lookedAgainMs = -Infinity;
  /** Something is listed differently now than the table says. */
  #spoilt = false;
  #ended = false;
  /** The lock that this repository is used under; undefined where none is needed. */
  #lock: RepositoryLock | undefined;

  private constructor(core: RepositoryCore, use: IndexUse) {
    this.#core = core;
    this.#use = use;
  }

  /** Makes a new repository. SG1004 when there is one, or a part of one. */
  static async init(storage: Storage, ports: RepositoryPorts, options: InitOptions): Promise<Repository> {
    return new Repository(await RepositoryCore.init(storage, ports, options), PLAIN_USE);
  }

  /** Opens a repository. SG1002 none here, SG1001 wrong password or key, SG1007 unknown version, SG1005 damaged. */
  static async open(storage: Storage, ports: RepositoryPorts, options: OpenOptions): Promise<Repository> {
    return new Repository(await RepositoryCore.open(storage, ports, options), PLAIN_USE);
  }

  /**
   * The same repository for one run: with a lock and counts of its own, and the index that earlier runs left where that
   * is still true (see IndexKeeper). The run calls {@link end} at its end.
   */
  forRun(use: IndexUse): Repository {
    return new Repository(this.#core, use);
  }

  /** True where an earlier run has left an index, or one has it now. */
  get indexKept(): boolean {
    return !this.#core.keeper.empty;
  }

  /**
   * Ends a run's use. What it has claimed and not stored, or stored and not listed, no other run will rely on.
   * `abandoned` where threads may still write to the table.
   */
  end({ abandoned = false }: { readonly abandoned?: boolean } = {}): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#saver?.end();
    if (this.#resumes) this.#core.leftBehind.add(this.#saver?.leftBehind ?? []);
    const index = this.#index;
    if (!index) return;
    const stored = this.#use.writes || this.#saver !== undefined;
    const settled = this.#saver?.settled ?? true;
    const clean = !abandoned && !this.#spoilt && (!stored || settled && index.table.pendingCount === 0);
    if (abandoned) index.abandoned = true;
    this.#core.keeper.giveBack(index, this.#use, clean);
  }

  /** Proves that it is still the repository that was opened. SG1002 where another one is in its place, or none. */
  assertSame(call: StorageCall = {}): Promise<void> {
    return this.#core.assertSame(callOf(call));
  }

  /** Gives back memory, descriptors and connections that nobody uses now; the next run loads the index anew. */
  rest(): void {
    this.#core.keeper.rest();
    this.#core.snapshots.clear();
    this.storage.rest?.();
  }

  /** Says that index files change in ways that the table does not follow: no later run takes the index over. */
  spoilIndex(): void {
    this.#spoilt = true;
  }

  get storage(): Storage {
    return this.#core.storage;
  }

  get config(): Config {
    return this.#core.config;
  }

  get ports(): RepositoryPorts {
    return this.#core.ports;
  }

  get files(): RepositoryFiles {
    return this.#core.files;
  }

  get reader(): BlobReader {
    return this.#core.reader;
  }

  /** The key that the password opened. */
  get keyId(): KeyId {
    return this.#core.keyId;
  }

  /** The key with which {@link Repository.open} opens this repository without a password. Never log it. */
  get key(): OpenedKey {
    return { id: this.#core.keyId, masterKey: this.#core.masterKey };
  }

  /** The index. Empty until {@link loadIndex}. */
  get table(): BlobTable {
    return this.#room.table;
  }

  get packs(): PackList {
    return this.#room.packs;
  }

  get indexes(): LoadedIndexes {
    return this.#room.indexes;
  }

  /** The repository's own ID. */
  get id(): string {
    return this.config.id;
  }

  /** What this run has stored. */
  get saved(): Readonly<SavedCounts> {
    return this.#storing.counts;
  }

  /** What a thread needs to open blobs. Holds keys. */
  readerSeed(): ReaderSeed {
    return { masterKey: this.#core.masterKey };
  }

  /** What a thread needs to store blobs. Holds keys. */
  writerSeed(): WriterSeed {
    return {
      masterKey: this.#core.masterKey,
      table: this.table.handle,
      version: this.config.version,
      ...this.#core.writing,
    };
  }

  /** 32 bytes that only holders of the key know, the same for every `purpose` at any time. */
  secret(purpose: string): Uint8Array<ArrayBuffer> {
    return deriveSecret(this.#core.masterKey, purpose);
  }

  /** Locks the repository; see {@link RepositoryLock}. What is stored from now on is stored under this lock. */
  async lock(options: LockOptions = {}): Promise<RepositoryLock> {
    return this.#lock = await RepositoryLock.acquire(this.files, this.ports, options, this.#lock);
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

  /**
   * Loads the index files that are not loaded yet. List snapshots before, so that all they name is known. The first call of a
   * run, under its lock, decides whether what an earlier run has loaded is still true.
   */
  async loadIndex(options: IndexLoadOptions = {}): Promise<void> {
    const listed = await listFiles(this.storage, "index", callOf(options));
    const first = !this.#index;
    const index = this.#index ?? this.#take(listed);
    index.loading++;
    try {
      await loadIndexes(this.files, index, listed, options);
      const call = callOf(options);
      if (first && this.#resumes) await this.#core.leftBehind.adopt(this.storage, index, this.#storing, call);
    } catch (error) {
      // A file may have been entered by half.
      index.stale = true;
      throw error;
    } finally {
      index.loading--;
    }
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
    return place && plainLength(place.length, place.uncompressedLength);
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
    return await this.#room.packReader.loadRange(pack, { offset, length }, signal);
  }

  /**
   * The plain bytes of a blob, verified; from another pack when one copy is damaged. SG1028 when no index knows it,
   * SG1005 or SG1006 when no copy can be read.
   */
  loadBlob(type: BlobType, id: BlobId, signal?: AbortSignal): Promise<Uint8Array> {
    return this.#fromAnyCopy(type, id, (entry) => this.#room.packReader.loadEntry(entry, signal), signal);
  }

  /** A tree, verified and decoded; strictly unless told otherwise. Errors as of {@link loadBlob}. */
  loadTree(id: BlobId, signal?: AbortSignal, reading?: TreeReading): Promise<Tree> {
    const decode = (plain: Iterable<Uint8Array>) => decodeTree(plain, `tree ${id}`, reading);
    const load = (entry: number) => this.#room.packReader.readEntry(entry, decode, signal);
    return this.#fromAnyCopy("tree", id, load, signal);
  }

  /** Begins a tree of very many bytes, for {@link saveTree}. */
  beginTree(): LongBlob {
    return this.#treePacks.beginLong();
  }

  /** Stores an encoded tree unless it is known; waits only when a pack is full. It is durable after {@link flush}. */
  async saveTree(tree: Uint8Array | LongBlob, call: StorageCall = {}): Promise<BlobId> {
    return await this.#treePacks.add(tree, call);
  }

  /** Stores a sealed pack; when it resolves the pack is durable and its blobs can be loaded. */
  savePack(pack: SealedPack, call: StorageCall = {}): Promise<void> {
    return this.#storing.savePack(pack, call);
  }

  /**
   * Stores the last packs of several threads: those of one type are joined, so that a run leaves no handful of small
   * packs, nor packs whose sizes tell of single files. Takes their bytes. As {@link savePack} else.
   */
  async savePacks(packs: readonly SealedPack[], call: StorageCall = {}): Promise<void> {
    for (const type of ["data", "tree"] as const) {
      const ofType = packs.filter((pack) => pack.type === type);
      const small = ofType.filter((pack) => pack.bytes.length < this.#core.writing.packBytesTarget / 2);
      const alone = small.length > 1 ? ofType.filter((pack) => !small.includes(pack)) : ofType;
      for (const pack of alone) {
        await this.savePack(pack, call);
        freeBytes(pack.bytes);
      }
      if (small.length < 2) continue;
      const builder = new PackBuilder(this, call.signal);
      for (const pack of small) {
        for (const blob of packedBlobs(pack)) {
          await builder.add(blob, pack.bytes.subarray(blob.offset, blob.offset + blob.length));
        }
        freeBytes(pack.bytes);
      }
      await builder.finish();
    }
  }

  /** Lists the packs stored so far in an index file. */
  writeIndex(call: StorageCall = {}): Promise<void> {
    return this.#storing.writeIndex(call);
  }

  /** Makes all trees durable and lists every stored pack. The packs of other threads must have been saved before. */
  async flush(call: StorageCall = {}): Promise<void> {
    await this.#trees?.settle(call);
    await this.#storing.writeIndex(call);
  }

  /**
   * Stores a snapshot, after all that it needs. SG1023 when something of that is not stored. SG1018 when the lock was lost, so
   * that a prune may have removed some of it: then there is no snapshot.
   */
  async saveSnapshot(snapshot: Snapshot, call: StorageCall = {}): Promise<SnapshotId> {
    await this.flush(call);
    if (!this.#storing.settled || this.table.pendingCount > 0) {
      throw new SgError("SG1023", "Cannot save the snapshot: some of its data is not stored yet");
    }
    if (this.table.findHex("tree", snapshot.tree) < 0) {
      throw new SgError("SG1028", `Cannot save the snapshot: its tree ${snapshot.tree} is not stored`);
    }
    return await this.whileLocked(() => saveSnapshot(this, snapshot, call));
  }

  /** All snapshots that pass the filter, the oldest first. */
  listSnapshots(options: SnapshotListOptions = {}): Promise<NamedSnapshot[]> {
    return listSnapshots(this.files, this.#memory, options);
  }

  /** The snapshot that a name means; see {@link findSnapshot}. */
  findSnapshot(name: string, options: SnapshotListOptions = {}): Promise<FoundSnapshot> {
    return findSnapshot(this.files, this.#memory, name, options);
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
    return createKey(this.storage, this.ports, this.#core.masterKey, whose, call);
  }

  /** Removes the key that `name` begins. SG1031 when none or several fit, SG1029 for the key in use. */
  removeKey(name: string, call: StorageCall = {}): Promise<KeyId> {
    return removeKey(this.storage, this.keyId, name, call);
  }

  /** Replaces the key in use by one with a new password: the new one is proved before the old one goes. */
  async changePassword(
    options: Partial<Pick<InitOptions, "hostname" | "username" | "kdf">> & { readonly password: string },
    call: StorageCall = {},
  ): Promise<KeyId> {
    const fresh = await this.addKey(options, call);
    await this.storage.remove({ type: "keys", name: this.keyId }, call);
    this.#core.keyId = fresh;
    return fresh;
  }

  /** What `load` gives for the first copy of a blob that can be read. Errors as of {@link loadBlob}. */
  async #fromAnyCopy<T>(
    type: BlobType,
    id: BlobId,
    load: (entry: number) => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
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
        return await load(entry);
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

  get #room(): RepositoryIndex {
    return this.#index ?? this.#take(undefined);
  }

  get #treePacks(): TreePacks {
    this.#assertOpen();
    const options = { ...this.writerSeed(), table: this.table };
    return this.#trees ??= new TreePacks(options, this.ports.random, (pack, of) => this.savePack(pack, of));
  }

  get #storing(): PackSaver {
    return this.#saver ??= new PackSaver(this.files, this.#room, (packs, of) => saveIndex(this, packs, of));
  }

  /** It stores, and goes on where another was cut off. */
  get #resumes(): boolean {
    return this.#use.writes && !this.#use.fresh;
  }

  /** A run that judges the files reads each of them again. */
  get #memory(): SnapshotMemory | undefined {
    return this.#use.fresh ? undefined : this.#core.snapshots;
  }

  #take(listed: readonly StoredFile[] | undefined): RepositoryIndex {
    this.#assertOpen();
    return this.#index = this.#core.keeper.take(this.#use, listed);
  }

  #assertOpen(): void {
    if (this.#ended) throw new SgError("SG1016", "Cannot use the repository: the run has ended");
  }

  /** Many blobs may be missing; the index files are not listed anew for each. */
  #mayLookAgain(): boolean {
    const now = this.ports.clock.monotonicMs();
    if (now - this.#lookedAgainMs < LOOK_AGAIN_MS) return false;
    this.#lookedAgainMs = now;
    return true;
  }
}
