// Copyright the SpareGrid authors. Apache-2.0.
import { isSgError } from "../errors/mod.ts";
import type { Progress, RunOptions, Session } from "../job/mod.ts";
import type { FileHandle, FileType, Storage } from "../storage/mod.ts";
import type { RunReport } from "./records.ts";

/** What makes a repository usable goes last: a removal that breaks off can be ordered again. */
const ORDER: readonly FileType[] = ["snapshots", "index", "data", "keys", "config"];

/**
 * Removes all files of a repository, alone in it. At a server that keeps a trash they go there.
 *
 * @throws {SgError} SG1003 when somebody else uses it, SG1045 or SG1014 where the server does not allow that, and what the
 * storage throws.
 */
export async function removeRepository(session: Session, options: RunOptions): Promise<RunReport> {
  await using lock = await session.begin({ exclusive: true }, options);
  const { signal } = lock;
  const { storage } = session.repository;
  let filesRemoved = 0, bytesRemoved = 0;
  options.onStart?.((): Progress => ({
    ...{ phase: "removing", filesDone: filesRemoved, bytesDone: bytesRemoved, problems: 0 },
  }));
  for await (const { type, name, size } of storedFiles(storage, signal)) {
    signal.throwIfAborted();
    await removeFile(storage, { type, name }, signal);
    filesRemoved++;
    bytesRemoved += size;
  }
  return { filesRemoved, bytesRemoved };
}

/** All files of a repository but locks, in the order in which they are to go. */
async function* storedFiles(
  storage: Storage,
  signal: AbortSignal,
): AsyncGenerator<FileHandle & { readonly size: number }, void> {
  for (const type of ORDER) {
    if (type === "config") yield { type, name: "", size: 0 };
    // A list first: removing while listing may skip some.
    else for (const file of await Array.fromAsync(storage.list(type, { signal }))) yield { type, ...file };
  }
}

async function removeFile(storage: Storage, file: FileHandle, signal: AbortSignal): Promise<void> {
  try {
    await storage.remove(file, { signal });
  } catch (error) {
    if (!isSgError(error, "SG1006")) throw error;
  }
}
