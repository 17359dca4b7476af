// Copyright the SpareGrid authors. Apache-2.0.
import { createCipheriv, createDecipheriv, hkdfSync } from "node:crypto";
import { concatBytes, equalBytes, type Random, toHex, utf8 } from "../base/mod.ts";
import type { Catalog } from "../catalog/mod.ts";
import { sha256 } from "../crypto/mod.ts";
import { SgError } from "../errors/mod.ts";
import type { FileSystem } from "../platform/mod.ts";
import { type PrivateFile, readPrivateFile, unusable, writePrivateFile } from "./_private_file.ts";

const VERSION = 1;
const KEY_BYTES = 32;
const SALT_BYTES = 24;
const TAG_BYTES = 16;
const FILE = "installation.key";
/** Which key the catalog's secrets are sealed with: a hash of it, so that another one shows at the start. */
const SETTING = "account.vault";

/** What opening the vault takes. */
export interface VaultPlace {
  readonly fs: FileSystem;
  readonly random: Random;
  /** The data folder. */
  readonly folder: string;
  /** The catalog of the same folder. */
  readonly catalog: Pick<Catalog, "settings">;
}

/**
 * Seals small secrets for the catalog with the installation's key, so that the catalog alone (a backup of it, a copy that
 * was set aside) gives them to nobody.
 *
 * Each secret has a key and a nonce of its own: HKDF-SHA256 (RFC 5869) of the installation's key, 24 random bytes and the
 * purpose. So no nonce is ever used twice with one key, for any number of secrets: 24 random bytes do not meet again. (96
 * random bits of nonce under the one key would do for the thousands of secrets here, but not for a caller who seals
 * millions.) The cipher is AES-256-GCM; the purpose is its associated data, too, so that a secret that was moved to
 * another row of the catalog is refused.
 */
export class Vault {
  readonly #key: Uint8Array;
  readonly #random: Random;

  /** With a key of 32 bytes. {@link openVault} reads or makes it. */
  constructor(key: Uint8Array, random: Random) {
    if (key.length !== KEY_BYTES) throw new RangeError("Cannot open the vault: its key is not of 32 bytes");
    this.#key = key.slice();
    this.#random = random;
  }

  /**
   * Seals `bytes`: 41 bytes more. The purpose says what they are and whose, such as `account-secret:ID`; only with the
   * same purpose are they opened again.
   */
  seal(purpose: string, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
    const salt = this.#random.bytes(SALT_BYTES);
    const { key, nonce } = this.#derive(purpose, salt);
    const cipher = createCipheriv("aes-256-gcm", key, nonce);
    cipher.setAAD(utf8(purpose));
    const sealed = concatBytes([cipher.update(bytes), cipher.final()]);
    return concatBytes([Uint8Array.of(VERSION), salt, sealed, cipher.getAuthTag()]);
  }

  /** Opens what {@link seal} made. SG1050 for another key, another purpose, or bytes that were changed. */
  open(purpose: string, sealed: Uint8Array): Uint8Array<ArrayBuffer> {
    if (sealed.length < 1 + SALT_BYTES + TAG_BYTES || sealed[0] !== VERSION) throw cannotOpen(purpose);
    const { key, nonce } = this.#derive(purpose, sealed.subarray(1, 1 + SALT_BYTES));
    const decipher = createDecipheriv("aes-256-gcm", key, nonce);
    decipher.setAAD(utf8(purpose));
    decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
    try {
      const inner = sealed.subarray(1 + SALT_BYTES, sealed.length - TAG_BYTES);
      return concatBytes([decipher.update(inner), decipher.final()]);
    } catch {
      throw cannotOpen(purpose); // the runtime's own error says nothing more
    }
  }

  #derive(purpose: string, salt: Uint8Array): { key: Uint8Array; nonce: Uint8Array } {
    const bytes = new Uint8Array(
      hkdfSync("sha256", this.#key, salt, utf8(`SpareGrid vault 1 ${purpose}`), 44),
    );
    return { key: bytes.subarray(0, 32), nonce: bytes.subarray(32) };
  }
}

/**
 * Opens the installation's key file `installation.key`, and makes it, durably, at the first use. The caller holds the data
 * folder's lock. SG0021 when others may read the file, when it is damaged, missing, or not the one that the catalog's
 * secrets were sealed with.
 */
export async function openVault({ fs, random, folder, catalog }: VaultPlace): Promise<Vault> {
  const file: PrivateFile = { fs, folder, name: FILE };
  const known = await catalog.settings.get(SETTING);
  let key = await readPrivateFile(file, KEY_BYTES);
  if (!key) {
    if (known !== undefined) throw wrongKey(file, "it is missing");
    await writePrivateFile(file, random.bytes(KEY_BYTES));
    // What counts is what stands on the drive.
    key = await readPrivateFile(file, KEY_BYTES);
  }
  if (key?.length !== KEY_BYTES || equalBytes(key, new Uint8Array(KEY_BYTES))) {
    throw wrongKey(file, "it is damaged");
  }
  const id = toHex(sha256(concatBytes([utf8("SpareGrid vault id 1 "), key]))).slice(0, 32);
  if (known === undefined) await catalog.settings.set(SETTING, id);
  else if (known !== id) throw wrongKey(file, "the catalog's secrets were sealed with another key");
  return new Vault(key, random);
}

function wrongKey(file: PrivateFile, why: string): SgError {
  return unusable(
    file,
    why,
    "Put the file back from a copy of the data folder. If it is lost for good, move catalog.db and keepsake.json away: " +
      "a new catalog is begun, and all users, sets, passwords and secrets must be given again.",
  );
}

function cannotOpen(purpose: string): SgError {
  return new SgError(
    "SG1050",
    `Cannot open the sealed secret ${JSON.stringify(purpose)}: the seal does not fit`,
  );
}
