// Copyright the SpareGrid authors. Apache-2.0.
import type { Clock, Log, Random } from "../base/mod.ts";
import type { FileSystem } from "../platform/mod.ts";
import type { OpenedKey } from "../repository/mod.ts";
import type { Compression } from "./orders.ts";

/** The ports of the engine: everything it asks of the world but storage. */
export interface Ports {
  readonly clock: Clock;
  readonly random: Random;
  readonly fs: FileSystem;
  readonly log: Log;
}

/** How to open or make a repository. */
export interface SessionOptions {
  /** What opens the repository; may be left out where {@link key} is given. */
  readonly password?: string;
  /** The key that a password opened before ({@link Session.key}). */
  readonly key?: OpenedKey;
  readonly signal: AbortSignal;
  /** Hears sentences worth a line, such as that a lock is waited for. */
  readonly note: (message: string) => void;
  /** The user's cache folder: resume journals and, with `cacheStorage`, metadata of the repository. None where left out. */
  readonly cacheFolder?: string;
  /** Keep indexes, snapshots and trees in the cache folder: worth it where the storage is far away. */
  readonly cacheStorage?: boolean;
  /** Take no lock. For reading from a place that allows none. */
  readonly noLock?: boolean;
  /** How long to wait for a locked repository, milliseconds; 0 where left out. */
  readonly retryLockMs?: number;
  /** `auto` where left out. */
  readonly compression?: Compression;
  /** Size at which a pack is closed, bytes; 16 MiB where left out. */
  readonly packBytesTarget?: number;
  /** Open and hash again what was sealed, before it counts as stored; true where left out. */
  readonly verify?: boolean;
  /**
   * Worker threads of the data path; where left out one per processor, at most 8, and none where threads cannot share
   * descriptors. 0: all on this thread.
   */
  readonly threads?: number;
}
