// Copyright the SpareGrid authors. Apache-2.0.
import { isOsError, SgError } from "../errors/mod.ts";

/** The failure of doing something in the store, as clients and administrators shall see it. Paths stay in the log. */
export function storeFailure(doing: string, error: unknown): unknown {
  if (!isOsError(error)) return error;
  const message = `Cannot ${doing}: ${error.message}`;
  switch (error.errno) {
    case "ENOENT":
      return new SgError("SG1006", message, { cause: error });
    case "ENOSPC":
    case "EDQUOT":
      return new SgError("SG0200", `Cannot ${doing}: no space is left on the server's drive`, {
        cause: error,
      });
    case "EROFS":
    case "EACCES":
    case "EPERM":
      return new SgError("SG1014", message, { cause: error });
    default:
      return new SgError("SG1015", message, { cause: error });
  }
}
