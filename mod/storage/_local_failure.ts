// Copyright the SpareGrid authors. Apache-2.0.
import { isOsError, type SgCode, SgError } from "../errors/mod.ts";

const CODE_OF_ERRNO: Readonly<Record<string, SgCode>> = {
  ENOSPC: "SG0200",
  EDQUOT: "SG0200",
  EFBIG: "SG0200",
  EROFS: "SG1014",
  EACCES: "SG1014",
  EPERM: "SG1014",
  ENOENT: "SG1006",
};

/**
 * What a file system failure means to a caller of the storage. `doing` continues "Cannot ", such as
 * "save data/ab.. in /srv/repo".
 */
export function localFailure(doing: string, error: unknown): SgError {
  if (error instanceof SgError) return error;
  if (!isOsError(error)) {
    const text = error instanceof Error ? error.message : String(error);
    return new SgError("SG1015", `Cannot ${doing}: ${text}`, { cause: error });
  }
  const code = CODE_OF_ERRNO[error.errno] ?? "SG1015";
  return new SgError(code, `Cannot ${doing}: ${error.message}`, {
    cause: error,
    context: { errno: error.errno },
  });
}
