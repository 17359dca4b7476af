// Copyright the SpareGrid authors. Apache-2.0.
import { utf8, utf8Text } from "../base/mod.ts";
import { OsError } from "../errors/mod.ts";

/** Longest note that a holder leaves in its lock file, bytes. */
const NOTE_BYTES_MAX = 256;

/** A lock that is held until it is disposed or the process ends, however it ends: the system takes it back. */
export interface FileLock extends Disposable {
  readonly path: string;
}

/** What taking a lock came to: the lock, or what its holder wrote into the file. */
export type LockAttempt =
  | { readonly lock: FileLock; readonly holder?: never }
  | { readonly lock?: never; readonly holder: string };

/**
 * Takes the lock of the file at `path` (flock(2); made with mode 0600 where it is missing), without waiting, and writes
 * `note` into it for others to read. The file stays when the lock goes: removing it would let two processes hold locks
 * of two files of one name. Failures are `OsError`.
 */
export function takeFileLock(path: string, note: string): LockAttempt {
  let file: Deno.FsFile | undefined;
  try {
    file = Deno.openSync(path, { read: true, write: true, create: true, mode: 0o600 });
    if (!file.tryLockSync(true)) {
      const into = new Uint8Array(NOTE_BYTES_MAX);
      const length = file.readSync(into) ?? 0;
      file.close();
      return { holder: utf8Text(into.subarray(0, length)).trim() };
    }
    file.truncateSync(0);
    file.writeSync(utf8(`${note}\n`).subarray(0, NOTE_BYTES_MAX));
  } catch (cause) {
    file?.close();
    const { code, message } = cause as { code?: unknown; message?: unknown };
    throw new OsError(typeof code === "string" ? code : "EIO", "flock", String(message), { cause });
  }
  const held = file;
  let open = true;
  return {
    lock: {
      path,
      [Symbol.dispose]() {
        if (open) held.close();
        open = false;
      },
    },
  };
}
