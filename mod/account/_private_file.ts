// Copyright the SpareGrid authors. Apache-2.0.
import { utf8 } from "../base/mod.ts";
import { isOsError, SgError } from "../errors/mod.ts";
import { currentUser, type Fd, type FileSystem, makePath, writeDurably } from "../platform/mod.ts";

/** A small file of the data folder that nobody else may read. */
export interface PrivateFile {
  readonly fs: FileSystem;
  /** The data folder; made where it is missing. */
  readonly folder: string;
  readonly name: string;
}

/**
 * The file's bytes; undefined when there is none. SG0021 when others may read it, when it is no plain file, when it is
 * longer than `bytesMax` or cannot be read.
 */
export async function readPrivateFile(file: PrivateFile, bytesMax: number): Promise<Uint8Array | undefined> {
  return await inFolder(file, (folder) => {
    let fd: Fd;
    try {
      fd = file.fs.openRead(folder, utf8(file.name));
    } catch (error) {
      if (isOsError(error, "ENOENT")) return undefined;
      throw error;
    }
    try {
      refuseOpenOnes(file, fd);
      const bytes = new Uint8Array(bytesMax + 1);
      const length = file.fs.readAt(fd, bytes, 0);
      if (length > bytesMax) throw unusable(file, "it is too long");
      return bytes.slice(0, length);
    } finally {
      file.fs.close(fd);
    }
  });
}

/** Writes the file durably, in the place of what was there; whoever looks finds the old one whole or the new one. */
export async function writePrivateFile(file: PrivateFile, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  await inFolder(file, async (folder) => {
    const temporary = utf8(`.${file.name}.new`);
    try {
      file.fs.removeFile(folder, temporary); // of a run that was killed
    } catch (error) {
      if (!isOsError(error, "ENOENT")) throw error;
    }
    await writeDurably(file.fs, folder, utf8(file.name), temporary, bytes);
  });
}

/** Why this file cannot be used. */
export function unusable({ folder, name }: PrivateFile, why: string, remedy?: string): SgError {
  return new SgError("SG0021", `Cannot use ${folder}/${name}: ${why}`, {
    ...(remedy === undefined ? {} : { remedy }),
    context: { file: `${folder}/${name}` },
  });
}

function refuseOpenOnes(file: PrivateFile, fd: Fd): void {
  const { kind, permissions, uid } = file.fs.statFd(fd);
  if (kind !== "file") throw unusable(file, "it is no plain file");
  if (!file.fs.traits.posix) return;
  const path = `${file.folder}/${file.name}`;
  if ((permissions & 0o077) !== 0) {
    throw unusable(
      file,
      `others may read or change it (mode ${permissions.toString(8)})`,
      `Find out who could read it. Then: chmod 600 '${path}'`,
    );
  }
  // What root owns, root alone can read; this process then is root, or could not have opened it.
  if (uid !== currentUser().uid && uid !== 0) {
    throw unusable(file, "it belongs to another user", `Run SpareGrid as the user who owns '${path}'.`);
  }
}

async function inFolder<T>(file: PrivateFile, act: (folder: Fd) => T | Promise<T>): Promise<T> {
  try {
    const folder = await makePath(file.fs, file.folder);
    try {
      return await act(folder);
    } finally {
      file.fs.close(folder);
    }
  } catch (error) {
    if (error instanceof SgError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new SgError("SG0021", `Cannot use ${file.folder}/${file.name}: ${why}`, { cause: error });
  }
}
