// Copyright the SpareGrid authors. Apache-2.0.
import { isLoopback, type Random, utf8, utf8TextStrict } from "../base/mod.ts";
import { constantTimeEqual } from "../crypto/mod.ts";
import { SgError } from "../errors/mod.ts";
import type { FileSystem } from "../platform/mod.ts";
import { type Identity, OWNER } from "./identity.ts";
import { type PrivateFile, readPrivateFile, writePrivateFile } from "./_private_file.ts";
import { RIGHTS } from "./rights.ts";
import { secretText } from "./_secret_text.ts";

const FILE = "owner.token";
const TOKEN = /^sgo_[A-Za-z0-9_-]{43}$/;
const BYTES_MAX = 200;

/**
 * The token that lies in the data folder, readable by its owner only: who sends it has read the file, so owns the folder and
 * may do all. It is for the command line of the same machine; the running service makes a new one at each start.
 */
export class OwnerToken {
  readonly #text: string;

  private constructor(text: string) {
    this.#text = text;
  }

  /** Makes a new token and writes it, durably, to `owner.token` (mode 0600). The caller holds the data folder's lock. */
  static async make(fs: FileSystem, random: Random, folder: string): Promise<OwnerToken> {
    const text = `sgo_${secretText(random)}`;
    await writePrivateFile({ fs, folder, name: FILE }, utf8(`${text}\n`));
    return new OwnerToken(text);
  }

  /** True for what looks like such a token. */
  static isForm(text: string): boolean {
    return TOKEN.test(text);
  }

  /** The owner, when `text` is the token and comes from this machine itself. SG1037 otherwise. */
  identify(text: string, address: string): Identity {
    const right = constantTimeEqual(utf8(text.slice(0, BYTES_MAX)), utf8(this.#text));
    if (!right || !isLoopback(address)) {
      throw new SgError("SG1037", "Cannot answer: the owner's token is not valid here");
    }
    return { kind: "owner", user: OWNER, rights: new Set(RIGHTS), actor: "owner" };
  }
}

/**
 * The token of the service that runs on this data folder, for the command line; undefined when there is none. SG0021 when
 * others may read the file or it is damaged.
 */
export async function readOwnerToken(fs: FileSystem, folder: string): Promise<string | undefined> {
  const file: PrivateFile = { fs, folder, name: FILE };
  const bytes = await readPrivateFile(file, BYTES_MAX);
  if (!bytes) return undefined;
  const text = utf8TextStrict(bytes)?.trim() ?? "";
  if (TOKEN.test(text)) return text;
  throw new SgError("SG0021", `Cannot use ${folder}/${FILE}: it is damaged`, {
    remedy: "Start the service anew: it writes a new one.",
  });
}
