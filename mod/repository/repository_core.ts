// Copyright the SpareGrid authors. Apache-2.0.
import {
  type Clock,
  equalBytes,
  type KeyId,
  type Log,
  PACK_BYTES_TARGET,
  type Random,
  toHex,
} from "../base/mod.ts";
import type { CompressionLevel } from "../compress/mod.ts";
import { generateMasterKey, type MasterKey, randomIrreduciblePolynomial, Sealer } from "../crypto/mod.ts";
import { isSgError, SgError } from "../errors/mod.ts";
import { type Config, encodeConfig } from "../format/mod.ts";
import type { Storage, StorageCall } from "../storage/mod.ts";
import { BlobReader } from "./blob_reader.ts";
import { loadSealedConfig, openConfig, removeTracesOfInit } from "./config_file.ts";
import { IndexKeeper } from "./index_keeper.ts";
import { LeftBehind } from "./left_behind.ts";
import { createKey, type KdfCost, type OpenedKey, openWithPassword } from "./keys.ts";
import type { LockOwner } from "./locks.ts";
import { callOf, RepositoryFiles } from "./repository_files.ts";
import { SnapshotMemory } from "./snapshot_memory.ts";

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
  readonly password?: string;
  /** In place of a password: the key that one opened before, so that deriving it is paid for once. */
  readonly key?: OpenedKey;
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

/** What all runs on an open repository share. Holds keys: never log it. */
export class RepositoryCore {
  readonly storage: Storage;
  readonly ports: RepositoryPorts;
  readonly config: Config;
  readonly masterKey: MasterKey;
  readonly writing: Required<WritingOptions>;
  readonly files: RepositoryFiles;
  readonly reader: BlobReader;
  readonly keeper: IndexKeeper;
  readonly snapshots = new SnapshotMemory();
  readonly leftBehind = new LeftBehind();
  readonly #sealedConfig: Uint8Array;
  /** The key that opened it. */
  keyId: KeyId;

  private constructor(
    storage: Storage,
    ports: RepositoryPorts,
    config: Config,
    sealedConfig: Uint8Array,
    key: OpenedKey,
    { compression = "auto", packBytesTarget = PACK_BYTES_TARGET, verify = true }: WritingOptions,
  ) {
    this.storage = storage;
    this.ports = ports;
    this.config = config;
    this.#sealedConfig = sealedConfig;
    this.masterKey = key.masterKey;
    this.keyId = key.id;
    this.writing = { compression, packBytesTarget, verify };
    this.files = new RepositoryFiles(storage, key.masterKey, config.version, ports.random);
    this.reader = new BlobReader({ masterKey: key.masterKey });
    this.keeper = new IndexKeeper(storage, this.reader, ports.random);
  }

  /** Makes a new repository. SG1004 when there is one, or a part of one. */
  static async init(storage: Storage, ports: RepositoryPorts, options: InitOptions): Promise<RepositoryCore> {
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
    return new RepositoryCore(storage, ports, config, sealed, { id: keyId, masterKey }, options);
  }

  /** Opens a repository. SG1002 none here, SG1001 wrong password or key, SG1007 unknown version, SG1005 damaged. */
  static async open(storage: Storage, ports: RepositoryPorts, options: OpenOptions): Promise<RepositoryCore> {
    const call = callOf(options);
    const sealed = await loadSealedConfig(storage, call);
    const key = options.key ?? await openKey(storage, ports, options);
    const config = configOf(storage, ports, sealed, key, options.key !== undefined);
    const decorated = options.decorate?.(storage, config.id) ?? storage;
    return new RepositoryCore(decorated, ports, config, sealed, key, options);
  }

  /**
   * Proves that the repository in this place is still the one that was opened: another drive may be there by now, or none.
   * SG1002 where it is not: then it must be opened anew.
   */
  async assertSame(call: StorageCall): Promise<void> {
    // Twice: a bit that turns while it is read makes no other repository of it.
    for (let look = 0; look < 2; look++) {
      if (equalBytes(await loadSealedConfig(this.storage, call), this.#sealedConfig)) return;
    }
    const message = `Cannot use repository ${this.storage.location}: another one is in its place now`;
    throw new SgError("SG1002", message, { remedy: "Open it anew." });
  }
}

async function openKey(
  storage: Storage,
  { random }: RepositoryPorts,
  options: OpenOptions,
): Promise<OpenedKey> {
  const { password, keyHint: hint } = options;
  if (password === undefined) {
    throw new SgError("SG1001", `Cannot open repository ${storage.location}: no password was given`);
  }
  return await openWithPassword(storage, random, password, { ...callOf(options), ...(hint && { hint }) });
}

function configOf(
  storage: Storage,
  { random }: RepositoryPorts,
  sealed: Uint8Array,
  { masterKey }: OpenedKey,
  kept: boolean,
): Config {
  try {
    return openConfig(storage, sealed, masterKey, random);
  } catch (error) {
    // Whoever kept a key asks for the password again: there may be another repository in this place now.
    if (!kept || !isSgError(error, "SG1005")) throw error;
    const message = `Cannot open repository ${storage.location}: the key that was kept does not open it`;
    throw new SgError("SG1001", message, { cause: error });
  }
}
