// Copyright the SpareGrid authors. Apache-2.0.
import {
  type Clock,
  fromBase64,
  type Instant,
  type KeyId,
  type Random,
  toBase64,
  toHex,
  utf8,
  utf8Text,
} from "../base/mod.ts";
import { deriveKey, KDF_DEFAULT, type MasterKey, Sealer, sha256 } from "../crypto/mod.ts";
import { isSgError, SgError } from "../errors/mod.ts";
import { decodeKey, encodeKey, type KeyFile } from "../format/mod.ts";
import type { Storage, StorageCall, StoredFile } from "../storage/mod.ts";
import { damageOf } from "./index_loader.ts";
import { listFiles, loadVerified } from "./repository_files.ts";

/** Keys that are tried with a password: each takes a tenth of a second and more, and anyone may add files. */
const KEYS_MAX = 20;

/** Whose key it is, as `key list` shows it. */
export interface KeyOwner {
  readonly username: string;
  readonly hostname: string;
}

/** Cost of a password's key; {@link KDF_DEFAULT} but in tests. */
export interface KdfCost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** A key of the repository, as a list shows it. */
export interface KeyEntry extends KeyOwner {
  readonly id: KeyId;
  readonly created: Instant;
  /** True for the key that opened this repository. */
  readonly current: boolean;
}

/** How to list keys. */
export interface KeyListOptions extends StorageCall {
  /** Called for each key file that cannot be read, and listing goes on; without it, that is an error. */
  readonly onDamage?: (id: KeyId, error: SgError) => void;
}

/** A key file that opened. */
export interface OpenedKey {
  readonly id: KeyId;
  readonly masterKey: MasterKey;
}

/** The ports that keys need. */
export interface KeyPorts {
  readonly clock: Clock;
  readonly random: Random;
}

/** Seals the master key with the password and stores that as a new key file; proves that the file opens again. */
export async function createKey(
  storage: Storage,
  { clock, random }: KeyPorts,
  masterKey: MasterKey,
  { password, username, hostname, kdf = KDF_DEFAULT }: KeyOwner & {
    readonly password: string;
    readonly kdf?: KdfCost;
  },
  call: StorageCall = {},
): Promise<KeyId> {
  const salt = random.bytes(64);
  const cost = { N: kdf.N, r: kdf.r, p: kdf.p };
  const user = new Sealer(await deriveKey(password, { ...cost, salt }), random);
  const data = user.seal(masterKeyJson(masterKey));
  const bytes = encodeKey({ created: clock.now(), username, hostname, kdf: "scrypt", ...cost, salt, data });
  const name = toHex(sha256(bytes));
  await storage.save({ type: "keys", name }, new Uint8Array(bytes), call);
  const stored = await loadVerified(storage, "keys", { name, size: bytes.length }, call);
  const reopened = await openKeyFile(decodeKey(stored), password, random);
  if (!reopened || reopened.encrypt.toHex() !== masterKey.encrypt.toHex()) {
    throw new SgError("SG1023", `Cannot add key ${name}: it does not open with its password`);
  }
  return name as KeyId;
}

/**
 * Finds a key that opens with the password; the one `hint` names first. SG1001 when none does, SG1002 when there are
 * none at all. Damaged key files are passed over while another one opens.
 */
export async function openWithPassword(
  storage: Storage,
  random: Random,
  password: string,
  options: StorageCall & { readonly hint?: string } = {},
): Promise<OpenedKey> {
  const { hint } = options;
  const files = await listFiles(storage, "keys", options);
  if (files.length === 0) {
    throw new SgError("SG1002", `Cannot open repository ${storage.location}: it has no keys`);
  }
  const order = hint
    ? [
      ...files.filter(({ name }) => name.startsWith(hint)),
      ...files.filter(({ name }) => !name.startsWith(hint)),
    ]
    : files;
  let damage: unknown;
  for (const file of order.slice(0, KEYS_MAX)) {
    try {
      const masterKey = await openKeyFile(await loadKey(storage, file, options), password, random);
      if (masterKey) return { id: file.name as KeyId, masterKey };
    } catch (error) {
      if (!isSgError(error, "SG1005") && !isSgError(error, "SG1006") && !isSgError(error, "SG1017")) {
        throw error;
      }
      damage ??= error;
    }
  }
  if (damage && order.length === 1) throw damage;
  const more = order.length > KEYS_MAX
    ? ` (only ${KEYS_MAX} of ${order.length} keys were tried; name one)`
    : isSgError(damage)
    ? `, or that of a damaged key (${damage.message})`
    : "";
  throw new SgError("SG1001", `Cannot open repository ${storage.location}: wrong password${more}`, {
    ...(damage !== undefined && { cause: damage }),
  });
}

/** Reads a key file. SG1005 when it is damaged. */
export async function loadKey(storage: Storage, file: StoredFile, call: StorageCall = {}): Promise<KeyFile> {
  return decodeKey(await loadVerified(storage, "keys", file, call), `keys/${file.name}`);
}

/** The keys there are, the oldest first; `current` is the one in use. */
export async function listKeys(
  storage: Storage,
  current: KeyId,
  { onDamage, ...call }: KeyListOptions = {},
): Promise<KeyEntry[]> {
  const keys: KeyEntry[] = [];
  for (const file of await listFiles(storage, "keys", call)) {
    const id = file.name as KeyId;
    try {
      const { created, username, hostname } = await loadKey(storage, file, call);
      keys.push({ id, created, username, hostname, current: id === current });
    } catch (error) {
      const damage = damageOf(error);
      if (!damage || !onDamage) throw error;
      onDamage(id, damage);
    }
  }
  return keys.sort((a, b) => a.created < b.created ? -1 : 1);
}

/** Removes the key that `name` begins. SG1031 when none or several fit, SG1029 for the one in use, `current`. */
export async function removeKey(
  storage: Storage,
  current: KeyId,
  name: string,
  call: StorageCall = {},
): Promise<KeyId> {
  const fits = (await listFiles(storage, "keys", call)).filter((file) => file.name.startsWith(name));
  if (name === "" || fits.length !== 1) {
    const why = fits.length > 1 ? "several keys begin so" : "there is no such key";
    throw new SgError("SG1031", `Cannot remove key ${JSON.stringify(name)}: ${why}`);
  }
  const id = fits[0]!.name as KeyId;
  if (id === current) throw new SgError("SG1029", `Cannot remove key ${id}: it is the one in use`);
  await storage.remove({ type: "keys", name: id }, call);
  return id;
}

/** The master key inside, or undefined when the password does not open it. */
async function openKeyFile(file: KeyFile, password: string, random: Random): Promise<MasterKey | undefined> {
  const user = new Sealer(await deriveKey(password, file), random);
  let json: Uint8Array;
  try {
    json = user.open(file.data);
  } catch {
    return undefined;
  }
  return masterKeyOf(json);
}

function masterKeyJson(key: MasterKey): Uint8Array {
  const mac = { k: toBase64(key.macK), r: toBase64(key.macR) };
  return utf8(JSON.stringify({ mac, encrypt: toBase64(key.encrypt) }));
}

function masterKeyOf(json: Uint8Array): MasterKey {
  try {
    const { mac, encrypt } = JSON.parse(utf8Text(json));
    const key = { encrypt: fromBase64(encrypt), macK: fromBase64(mac.k), macR: fromBase64(mac.r) };
    if (key.encrypt.length === 32 && key.macK.length === 16 && key.macR.length === 16) return key;
  } catch {
    // Falls through to the same answer.
  }
  throw new SgError("SG1005", "Cannot read the master key: the key file holds something else");
}
