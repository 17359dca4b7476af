// Copyright the SpareGrid authors. Apache-2.0.
import { SgError } from "../errors/mod.ts";

/**
 * What an aborted call fails with: the signal's reason where it is an SgError (a lost lock, say), else SG1016 with
 * the reason as its cause.
 */
export function abortError(signal: AbortSignal): SgError {
  if (signal.reason instanceof SgError) return signal.reason;
  return new SgError("SG1016", "The command was interrupted", { cause: signal.reason });
}

/** Throws {@link abortError} when `signal` has aborted. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortError(signal);
}
