// Copyright the SpareGrid authors. Apache-2.0.
/**
 * Storage: shelves of names and bytes. A local folder in restic's layout, a server that speaks restic's REST protocol,
 * memory; and decorators round any of them: retry, bandwidth limit, cache, read-only. Towards a SpareGrid server requests are
 * signed where the connection is plain, its codes are understood, and what it answers beyond restic's protocol is asked.
 *
 * It never learns what a pack or a snapshot is, holds no keys and decides nothing about when to remove. The contract is
 * on {@link Storage}; test/suite/storage.ts proves it for every implementation and for stacks of decorators.
 *
 * Specification: restic's repository layout and REST backend API, versions 1 and 2 (doc/REST_backend.rst).
 *
 * Invariants: a file is stored whole and durably, or not at all; a short or wrong answer is an error, never data; no
 * location, message or context holds a user name's password; bytes from a server are bounded before they are kept.
 * @module
 */
export type {
  FileHandle,
  FileType,
  LoadRange,
  Storage,
  StorageCall,
  StorageUsage,
  StoredFile,
} from "./storage.ts";
export { FILE_BYTES_MAX, FILE_TYPES, filePath, isFileName, WHOLE_FILE_BYTES_MAX } from "./file_handle.ts";
export {
  type LocalLocation,
  type Location,
  parseLocation,
  type RestLocation,
  showLocation,
} from "./location.ts";
export { MemoryStorage, type MemoryStorageOptions } from "./memory.ts";
export { LocalStorage, type LocalStorageOptions } from "./local.ts";
export { HttpStorage, type HttpStorageOptions } from "./http.ts";
export { type RetryOptions, withRetry } from "./retry.ts";
export { type BandwidthLimit, withBandwidthLimit } from "./limit.ts";
export { withReadOnly } from "./read_only.ts";
export { openStorage, type OpenStorageOptions } from "./open.ts";
export { type ConnectionFailure, connectionFailure } from "./connection_failure.ts";
export { connectionPool, type HttpTrust, parsePin } from "./_http_agent.ts";
export { type CacheOptions, withCache } from "./cache.ts";
