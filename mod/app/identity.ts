// Copyright the SpareGrid authors. Apache-2.0.
import { Buffer } from "node:buffer";
import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import {
  type Clock,
  concatBytes,
  fromBase64,
  fromHex,
  nowMs,
  type Random,
  toBase64,
  utf8,
  utf8Text,
} from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import type { DataFolder } from "./data_folder.ts";
import { GRID_ID } from "./setting_table.ts";

/** Who this installation is: its name, and the key that proves it. */
export interface Identity {
  readonly gridId: string;
  /** When it was made, ms since 1970. */
  readonly createdAt: number;
  /** Ed25519. */
  readonly privateKey: KeyObject;
  /** The public key, 64 hexadecimal digits. */
  readonly publicKey: string;
  /** True when it was made just now: the installation's first start. */
  readonly isNew: boolean;
}

/** What making an identity takes. */
export interface NewIdentity {
  /** As set; empty: it is asked for, or made of the host's name. */
  readonly wanted: string;
  readonly hostName: string;
  /** Asks a person, who sees the proposal; undefined where nobody sits there. */
  readonly ask?: (proposal: string) => Promise<string>;
  readonly clock: Clock;
  readonly random: Random;
}

const FILE = "identity.json";
/** What stands before the 32 bytes of an Ed25519 key in PKCS #8 (RFC 8410). */
const PKCS8_HEAD = fromHex("302e020100300506032b657004220420");

/**
 * The identity that the folder holds; a new one, kept durably before it is answered, at the first start. SG1046 when `wanted`
 * is another name than the one it has, SG0021 when the file is damaged.
 */
export async function openIdentity(folder: DataFolder, how: NewIdentity): Promise<Identity> {
  const bytes = await folder.read(FILE);
  if (bytes === undefined) return await makeIdentity(folder, how);
  const identity = parseIdentity(bytes, `${folder.path}/${FILE}`);
  if (how.wanted !== "" && how.wanted !== identity.gridId) {
    throw new SgError(
      "SG1046",
      `Cannot be ${how.wanted}: the installation in ${folder.path} has the Grid ID ${identity.gridId}`,
      { remedy: "Leave grid-id out, or name another data folder with --data for another installation." },
    );
  }
  return identity;
}

async function makeIdentity(
  folder: DataFolder,
  { wanted, hostName, ask, clock, random }: NewIdentity,
): Promise<Identity> {
  const proposal = gridIdOf(hostName);
  let gridId = wanted || (await ask?.(proposal))?.trim() || proposal;
  if (wanted === "" && !GRID_ID.test(gridId)) gridId = gridIdOf(gridId);
  const seed = random.bytes(32);
  const createdAt = nowMs(clock);
  const text = JSON.stringify({ gridId, createdAt, privateKey: toBase64(pkcs8(seed)) }, null, 2);
  await folder.write(FILE, utf8(`${text}\n`));
  return { gridId, createdAt, ...keysOf(pkcs8(seed)), isNew: true };
}

function parseIdentity(bytes: Uint8Array, path: string): Identity {
  try {
    const { gridId, createdAt, privateKey } = JSON.parse(utf8Text(bytes)) as Record<string, unknown>;
    if (typeof gridId === "string" && GRID_ID.test(gridId) && typeof privateKey === "string") {
      return { gridId, createdAt: Number(createdAt), ...keysOf(fromBase64(privateKey)), isNew: false };
    }
  } catch {
    // told below, without what the file holds
  }
  throw new SgError("SG0021", `Cannot use ${path}: it is damaged`, {
    remedy:
      "Bring it back from a backup of the data folder. Without it this installation is a new one: move it away.",
  });
}

function keysOf(der: Uint8Array): Pick<Identity, "privateKey" | "publicKey"> {
  const privateKey = createPrivateKey({ key: Buffer.from(der), format: "der", type: "pkcs8" });
  const spki = createPublicKey(privateKey).export({ format: "der", type: "spki" });
  return { privateKey, publicKey: new Uint8Array(spki.subarray(-32)).toHex() };
}

function pkcs8(seed: Uint8Array): Uint8Array<ArrayBuffer> {
  return concatBytes([PKCS8_HEAD, seed]);
}

/** A Grid ID made of any name: lower-case, what it may not hold becomes a dash. `sparegrid` where nothing is left. */
export function gridIdOf(name: string): string {
  const text = name.normalize("NFKD").toLowerCase().replace(/\p{M}/gu, "").replace(/[^a-z0-9._-]+/g, "-")
    .slice(0, 64).replace(/^[._-]+|[._-]+$/g, "");
  return text === "" ? "sparegrid" : text;
}
