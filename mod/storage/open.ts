// Copyright the SpareGrid authors. Apache-2.0.
import type { Clock, Random } from "../base/mod.ts";
import type { FileSystem } from "../platform/mod.ts";
import { HttpStorage, type HttpStorageOptions } from "./http.ts";
import { LocalStorage } from "./local.ts";
import { type Location, parseLocation } from "./location.ts";
import { type RetryOptions, withRetry } from "./retry.ts";
import type { Storage } from "./storage.ts";

/** The ports and settings that {@link openStorage} needs. */
export interface OpenStorageOptions {
  readonly fs: FileSystem;
  readonly clock: Clock;
  readonly random: Random;
  /** For `rest:` addresses. */
  readonly http?: HttpStorageOptions;
  /** For `rest:` addresses; a local folder's failures do not pass by waiting. */
  readonly retry?: RetryOptions;
}

/**
 * The store at an address: a local folder, or a server with retries. Nothing is opened before the first call.
 * Throws SG1008 for an address that cannot be used.
 */
export function openStorage(location: Location | string, options: OpenStorageOptions): Storage {
  const { fs, clock, random } = options;
  const place = typeof location === "string" ? parseLocation(location) : location;
  if (place.kind === "local") return new LocalStorage(fs, random, place.path);
  return withRetry(new HttpStorage(place, clock, { random, ...options.http }), clock, random, options.retry);
}
