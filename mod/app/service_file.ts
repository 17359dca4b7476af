// Copyright the SpareGrid authors. Apache-2.0.
import { utf8, utf8Text } from "../base/mod.ts";
import { isOsError, SgError } from "../errors/mod.ts";
import { readUserFile } from "../platform/mod.ts";
import type { DataFolder } from "./data_folder.ts";

/** Where a running service is reached from the same machine, as it says in its data folder. */
export interface ServiceFile {
  readonly pid: number;
  /** `https://127.0.0.1:6061`, or with `http`. */
  readonly address: string;
  /** SHA-256 of the certificate that it shows. */
  readonly fingerprint: string;
}

const FILE = "service.json";
const FILE_BYTES_MAX = 64 * 1024;

/** Says in the data folder where the service is reached; taken back when disposed. */
export async function announceService(folder: DataFolder, facts: ServiceFile): Promise<Disposable> {
  await folder.write(FILE, utf8(`${JSON.stringify(facts)}\n`));
  return { [Symbol.dispose]: () => folder.remove(FILE) };
}

/**
 * Where the service of a data folder says it is reached; undefined where it says nothing. A service that was killed leaves
 * what it said: the connection will tell. SG0136 when the folder may not be read.
 */
export async function readServiceFile(dataFolder: string): Promise<ServiceFile | undefined> {
  let text: string;
  try {
    text = utf8Text(await readUserFile(`${dataFolder}/${FILE}`, FILE_BYTES_MAX));
  } catch (cause) {
    if (isOsError(cause, "ENOENT", "ENOTDIR")) return undefined;
    if (!isOsError(cause)) throw cause;
    throw new SgError("SG0136", `Cannot look for a service in ${dataFolder}: ${cause.message}`, {
      cause,
      remedy: "Run the command as the user who runs the service, or name it with --address and --token-file.",
    });
  }
  try {
    const { pid, address, fingerprint } = JSON.parse(text) as Record<string, unknown>;
    if (typeof pid === "number" && typeof address === "string" && typeof fingerprint === "string") {
      return { pid, address, fingerprint };
    }
  } catch {
    // It is no use to anybody.
  }
  return undefined;
}
