// Copyright the SpareGrid authors. Apache-2.0.
import type { Random } from "../base/mod.ts";
import { isIrreducible, type MasterKey, Sealer } from "../crypto/mod.ts";
import { isSgError, SgError } from "../errors/mod.ts";
import { type Config, decodeConfig } from "../format/mod.ts";
import type { Storage, StorageCall } from "../storage/mod.ts";
import { assertSize, listFiles } from "./repository_files.ts";

/** The sealed `config`. SG1002 where there is none. */
export async function loadSealedConfig(storage: Storage, call: StorageCall): Promise<Uint8Array> {
  try {
    const file = await storage.stat({ type: "config", name: "" }, call);
    assertSize("config", file);
    return await storage.load({ type: "config", name: "" }, { ...call, length: file.size });
  } catch (error) {
    if (!isSgError(error, "SG1006")) throw error;
    throw new SgError("SG1002", `Cannot open repository ${storage.location}: there is none`, {
      cause: error,
    });
  }
}

/** The `config` that the master key opens. SG1005 damaged, SG1007 a version that is not known. */
export function openConfig(
  storage: Storage,
  sealed: Uint8Array,
  masterKey: MasterKey,
  random: Random,
): Config {
  const name = `config of ${storage.location}`;
  let plain: Uint8Array;
  try {
    plain = new Sealer(masterKey, random).open(sealed);
  } catch (error) {
    throw new SgError("SG1005", `Cannot read ${name}: it is damaged or belongs to another key`, {
      cause: error,
    });
  }
  const config = decodeConfig(plain, name);
  if (!isIrreducible(BigInt(`0x${config.chunkerPolynomial}`))) {
    throw new SgError("SG1005", `Cannot read ${name}: its chunker polynomial is not irreducible`);
  }
  return config;
}

/**
 * Removes a key without a config: an interrupted init leaves it. SG1004 when data is there too: then it is somebody's
 * repository.
 */
export async function removeTracesOfInit(storage: Storage, call: StorageCall): Promise<void> {
  const keys = await listFiles(storage, "keys", call);
  if (keys.length === 0) return;
  for (const type of ["snapshots", "index", "data"] as const) {
    for await (const file of storage.list(type, call)) {
      throw new SgError(
        "SG1004",
        `Cannot make a repository at ${storage.location}: ${type}/${file.name} is there, but no config`,
      );
    }
  }
  for (const { name } of keys) await storage.remove({ type: "keys", name }, call);
}
