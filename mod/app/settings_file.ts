// Copyright the SpareGrid authors. Apache-2.0.
import { utf8TextStrict } from "../base/mod.ts";
import { isOsError, SgError } from "../errors/mod.ts";
import { readUserFile } from "../platform/mod.ts";

/** Largest file of settings, bytes. */
const FILE_BYTES_MAX = 1024 * 1024;

/** The settings' file of a data folder. */
export function settingsFile(dataFolder: string): string {
  return `${dataFolder}/sparegrid.toml`;
}

/** What a settings' file says, by key; undefined where there is none. SG1046 where it cannot be read or is no TOML. */
export async function readSettingsFile(
  path: string,
): Promise<{ readonly path: string; readonly values: Readonly<Record<string, unknown>> } | undefined> {
  let bytes: Uint8Array;
  try {
    bytes = await readUserFile(path, FILE_BYTES_MAX);
  } catch (cause) {
    if (isOsError(cause, "ENOENT", "ENOTDIR")) return undefined;
    if (!isOsError(cause)) throw cause;
    throw new SgError("SG1046", `Cannot read the settings in ${path}: ${cause.message}`, { cause });
  }
  const text = utf8TextStrict(bytes);
  if (text === undefined) throw new SgError("SG1046", `Cannot read the settings in ${path}: it is not UTF-8`);
  const { parse, TomlError } = await import("smol-toml");
  try {
    return { path, values: parse(text.replace(/^\uFEFF/, "")) };
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause;
    // The parser's message goes on with a picture of the place.
    const reason = cause.message.split("\n")[0]!.replace(/^Invalid TOML document: /, "");
    throw new SgError("SG1046", `Cannot read the settings in ${path}: line ${cause.line}: ${reason}`, {
      cause,
    });
  }
}
