// Copyright the SpareGrid authors. Apache-2.0.
import { isOsError, isSgError, type SgCode } from "../errors/mod.ts";

/** Why an entry could not be restored. */
export interface Failure {
  readonly code: SgCode;
  /** Without the name of the entry. */
  readonly why: string;
}

/** An entry of the target is not the one it was, or a name leads elsewhere: nothing was written. */
export class UnsafeTarget extends Error {
  override readonly name = "UnsafeTarget";
}

/** Sorts what was thrown while an entry was being restored. */
export function failureOf(error: unknown): Failure {
  if (error instanceof UnsafeTarget) return { code: "SG1013", why: error.message };
  if (isSgError(error)) return { code: error.code, why: error.message };
  if (isOsError(error, "ENOSPC", "EDQUOT")) return { code: "SG1030", why: error.message };
  if (isOsError(error, "EISDIR", "ENOTEMPTY")) return { code: "SG1012", why: "a folder is in the way" };
  if (isOsError(error)) return { code: "SG1012", why: error.message };
  return { code: "SG1023", why: error instanceof Error ? error.message : String(error) };
}
