// Copyright the SpareGrid authors. Apache-2.0.
import { stderrLog, systemClock, systemRandom, utf8Text } from "../base/mod.ts";
import { isSgError, SgError } from "../errors/mod.ts";
import { openFileSystem, userCacheFolder } from "../platform/mod.ts";
import {
  type HttpStorageOptions,
  openStorage,
  parseLocation,
  type Storage,
  withBandwidthLimit,
} from "../storage/mod.ts";
import { defaultPlaces } from "./default_places.ts";
import type { Engine } from "./engine.ts";
import { JobEngine } from "./job_engine.ts";
import { type BackupOrder, lookAhead as lookAtSource, Session, type SessionOptions } from "../job/mod.ts";
import type { ConnectionOrder, Password } from "./orders.ts";
import { readNamedFile } from "./user_input.ts";

/** What opening takes besides the order: how to stop it and where to say that it waits. */
export interface Opening {
  readonly signal: AbortSignal;
  readonly note: (message: string) => void;
}

/** Largest file of certificates, bytes. */
const CERTIFICATES_BYTES_MAX = 16 * 1024 * 1024;

/** The machine's ports. */
function ports() {
  return { clock: systemClock, random: systemRandom, fs: openFileSystem(), log: stderrLog("warning") };
}

/** Makes a repository. SG1004 where there is one. */
export async function createRepository(
  connection: ConnectionOrder,
  password: string,
  opening: Opening,
): Promise<{ readonly id: string; readonly location: string }> {
  const storage = await storageOf(connection, opening);
  await using session = await Session.init(ports(), storage, sessionOptions(connection, password, opening));
  return { id: session.repository.id, location: storage.location };
}

/** Begins to look at what `order` will back up while its repository is opened: see job's `lookAhead`. */
export function lookAhead(order: BackupOrder): ReturnType<typeof lookAtSource> {
  return lookAtSource(ports(), order);
}

/** Opens a repository with its lanes. SG1002, SG1001, SG1003 and the storage's own failures. */
export async function openEngine(
  connection: ConnectionOrder,
  password: Password,
  opening: Opening,
): Promise<Engine> {
  const storage = await storageOf(connection, opening);
  const isDefault = connection.repository === undefined;
  try {
    const session = await Session.open(ports(), storage, sessionOptions(connection, password.text, opening));
    return new JobEngine(session, storage.location, isDefault);
  } catch (error) {
    await storage.close();
    if (isDefault && isSgError(error, "SG1002")) {
      throw new SgError(
        "SG1002",
        `Cannot open the default repository at ${storage.location}: it has not been made yet`,
        {
          cause: error,
          remedy: "Make a first backup with: sparegrid backup PATH, or name another repository with --repo.",
        },
      );
    }
    throw error;
  }
}

function sessionOptions(
  connection: ConnectionOrder,
  password: string,
  opening: Opening,
): SessionOptions & { readonly password: string } {
  const { noLock, retryLockMs, compression, packBytes, cache, cacheFolder } = connection;
  const { signal, note } = opening;
  return {
    password,
    signal,
    note,
    ...(cache === false
      ? {}
      : { cacheFolder: cacheFolder ?? userCacheFolder(), cacheStorage: isFar(connection) }),
    ...(noLock === undefined ? {} : { noLock }),
    ...(retryLockMs === undefined ? {} : { retryLockMs }),
    ...(compression === undefined ? {} : { compression }),
    ...(packBytes === undefined ? {} : { packBytesTarget: packBytes }),
  };
}

/** A cache is worth it where the repository is not on a drive of this machine. */
function isFar(connection: ConnectionOrder): boolean {
  return connection.repository !== undefined && parseLocation(connection.repository).kind !== "local";
}

async function storageOf(connection: ConnectionOrder, { note }: Opening): Promise<Storage> {
  const { clock, random, fs } = ports();
  const location = parseLocation(connection.repository ?? defaultPlaces().repository);
  const storage = openStorage(location, {
    fs,
    clock,
    random,
    http: await trustOf(connection),
    retry: {
      onRetry: (error, attempt, delayMs) =>
        note(`${error.message}; trying again in ${Math.ceil(delayMs / 1000)} s (try ${attempt + 1})`),
    },
  });
  const { uploadRate, downloadRate } = connection;
  if (uploadRate === undefined && downloadRate === undefined) return storage;
  return withBandwidthLimit(storage, clock, {
    ...(uploadRate === undefined ? {} : { uploadBytesPerSecond: uploadRate }),
    ...(downloadRate === undefined ? {} : { downloadBytesPerSecond: downloadRate }),
  });
}

async function trustOf({ certificateFiles, fingerprint }: ConnectionOrder): Promise<HttpStorageOptions> {
  const file = { what: "certificate file", code: "SG1019", bytesMax: CERTIFICATES_BYTES_MAX } as const;
  const authorities: string[] = [];
  for (const path of certificateFiles ?? []) authorities.push(utf8Text(await readNamedFile(path, file)));
  return {
    ...(authorities.length === 0 ? {} : { caCertificates: authorities }),
    ...(fingerprint === undefined ? {} : { pinnedSha256: fingerprint }),
  };
}
