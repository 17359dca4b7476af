// Copyright the SpareGrid authors. Apache-2.0.
import { type Random, systemRandom, toHex, utf8 } from "../base/mod.ts";
import { isOsError, SgError } from "../errors/mod.ts";
import { type FileSystem, makePath, openFileSystem, userDataFolder, writeDurably } from "../platform/mod.ts";
import { generatedPassword } from "../repository/mod.ts";
import { readPassword } from "./password.ts";

/** Where things are when nobody says otherwise. */
export interface DefaultPlaces {
  /** Folder of the default repository. */
  readonly repository: string;
  /** File with its password, where that was generated. */
  readonly passwordFile: string;
}

const PASSWORD_FILE = "password";

/** The default places, in the user's data folder. SG1032 for a user without a home. */
export function defaultPlaces(folder: string = userDataFolder()): DefaultPlaces {
  return { repository: `${folder}/repository`, passwordFile: `${folder}/${PASSWORD_FILE}` };
}

/** True when the default repository has been made. */
export function defaultRepositoryExists(
  { repository }: DefaultPlaces = defaultPlaces(),
  fs: FileSystem = openFileSystem(),
): boolean {
  return exists(fs, `${repository}/config`);
}

/** A password and the file that it is kept in. */
export interface KeptPassword {
  readonly password: string;
  readonly file: string;
}

/**
 * The generated password of the default repository: the one that is kept already, or a new one, written to a file
 * that only the user can read (0600 in a folder 0700) before anything is encrypted with it.
 */
export async function keepPassword(
  { passwordFile: file }: DefaultPlaces = defaultPlaces(),
  fs: FileSystem = openFileSystem(),
  random: Random = systemRandom,
): Promise<KeptPassword> {
  if (exists(fs, file)) return { password: (await readPassword({ file })).text, file };
  const password = generatedPassword(random);
  try {
    const folder = await makePath(fs, file.slice(0, file.lastIndexOf("/")));
    try {
      const temporary = utf8(`.${PASSWORD_FILE}-${toHex(random.bytes(8))}`);
      await writeDurably(fs, folder, utf8(PASSWORD_FILE), temporary, utf8(`${password}\n`));
    } finally {
      fs.close(folder);
    }
  } catch (cause) {
    if (!isOsError(cause)) throw cause;
    throw new SgError("SG1015", `Cannot keep the password in ${file}: ${cause.message}`, {
      cause,
      remedy: "Make the folder writable, or give a password of your own with --password-file.",
    });
  }
  return { password, file };
}

function exists(fs: FileSystem, path: string): boolean {
  try {
    fs.statPath(path);
    return true;
  } catch (error) {
    if (isOsError(error, "ENOENT", "ENOTDIR")) return false;
    throw error;
  }
}
