// Copyright the SpareGrid authors. Apache-2.0.
import { scrypt } from "node:crypto";
import { SgError } from "../errors/mod.ts";
import { GIB, utf8 } from "../base/mod.ts";
import { type MasterKey, splitKey } from "./master_key.ts";

/** What scrypt (RFC 7914) is asked for: cost N, block size r, parallelism p and a salt. */
export interface KdfParameters {
  readonly N: number;
  readonly r: number;
  readonly p: number;
  readonly salt: Uint8Array;
}

/** For new keys: 32 MiB, and the work that OWASP holds equal to N = 2^17, r = 8, p = 1. */
export const KDF_DEFAULT = { N: 32_768, r: 8, p: 3 } as const;

/** A key file may be anyone's: beyond these, opening it would be an attack on this machine. */
const MEMORY_BYTES_MAX = GIB;
/** Memory passed over, all in all: some half a minute. restic's own calibration stays under half a GiB. */
const WORK_BYTES_MAX = 8 * GIB;

/**
 * The key that `password` (in UTF-8) gives with `params`. Off the main thread; a tenth of a second and more. Raises SG1017
 * for parameters that ask for over 1 GiB or absurd work, SG1005 for parameters that scrypt does not know.
 */
export async function deriveKey(password: string, params: KdfParameters): Promise<MasterKey> {
  return splitKey(await scryptBytes(utf8(password), params, 64));
}

/** scrypt with the limits of {@link deriveKey}, `length` bytes. */
export function scryptBytes(
  password: Uint8Array,
  { N, r, p, salt }: KdfParameters,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const whole = [N, r, p].every((n) => Number.isSafeInteger(n) && n >= 1);
  if (!whole || N < 2 || !Number.isInteger(Math.log2(N))) {
    throw new SgError("SG1005", `Cannot derive a key: scrypt does not know N=${N}, r=${r}, p=${p}`);
  }
  const memory = 128 * r * (N + p);
  if (memory > MEMORY_BYTES_MAX || 128 * r * N * p > WORK_BYTES_MAX) {
    throw new SgError("SG1017", `Cannot derive a key: scrypt with N=${N}, r=${r}, p=${p} is too costly`);
  }
  return new Promise((resolve, reject) => {
    // The runtime counts a little more than the specification does.
    scrypt(password, salt, length, { N, r, p, maxmem: 2 * memory + 65_536 }, (error, key) => {
      if (error) reject(new SgError("SG1023", "Cannot derive a key: scrypt failed", { cause: error }));
      else resolve(new Uint8Array(key));
    });
  });
}
