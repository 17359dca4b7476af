// Copyright the SpareGrid authors. Apache-2.0.
/**
 * Base: the few things every room needs: the clock, randomness, bytes and records of them, branded ids,
 * limits, the log, text that is safe to show, addresses of machines, a semaphore, waiting that a signal ends.
 *
 * Invariants: the list of members is fixed, what has a better home does not come here; only `clock.ts` asks the time, only
 * `random.ts` asks for randomness, only `log.ts` (and the command line's output) writes to the terminal.
 * @module
 */
export { type Clock, type Instant, nowMs, systemClock } from "./clock.ts";
export { type Random, randomBelow, systemRandom } from "./random.ts";
export {
  compareBytes,
  concatBytes,
  equalBytes,
  freeBytes,
  fromBase64,
  fromHex,
  toBase64,
  toHex,
  utf8,
  utf8Text,
  utf8TextStrict,
} from "./bytes.ts";
export { ByteBlocks } from "./byte_blocks.ts";
export { ByteReader, ByteWriter } from "./byte_records.ts";
export {
  type BlobId,
  type Branded,
  type IndexId,
  isId,
  type KeyId,
  type LockId,
  type PackId,
  type SnapshotId,
} from "./ids.ts";
export { Semaphore } from "./semaphore.ts";
export { parseSize } from "./size_text.ts";
export { shownJson, shownPath, shownText } from "./shown_text.ts";
export { unlessAborted } from "./unless_aborted.ts";
export {
  type Log,
  LOG_LEVELS,
  type LogFacts,
  type LogLevel,
  ServiceLog,
  type ServiceLogOptions,
  silentLog,
  stderrLog,
} from "./log.ts";
export { addressGroup, isLoopback } from "./addresses.ts";
export * from "./limits.ts";
