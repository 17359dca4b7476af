// Copyright the SpareGrid authors. Apache-2.0.
import { isOsError, isSgError } from "../errors/mod.ts";

/** Why a call failed, for the end of a sentence. */
export function reasonOf(error: unknown): string {
  if (isOsError(error, "ENOENT")) return "it vanished before it was read";
  if (isOsError(error) || isSgError(error)) return error.message;
  return error instanceof Error ? error.message : String(error);
}
