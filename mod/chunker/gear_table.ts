// Copyright the SpareGrid authors. Apache-2.0.
import { createHash } from "node:crypto";

/**
 * The 256 random numbers of the gear hash, from a repository's 32 byte secret: block i of the stream is
 * SHA-256(secret || "gear" || i as uint32 LE), and number n is the stream's bytes 8n to 8n+7, little-endian. Whoever lacks
 * the secret cannot tell from the sizes of chunks which file they belong to. Changing this would make every
 * file of every repository look new.
 */
export function gearTable(secret: Uint8Array): BigUint64Array<ArrayBuffer> {
  if (secret.length !== 32) {
    throw new RangeError("Cannot make the gear table: the secret is not 32 bytes long");
  }
  const table = new BigUint64Array(256);
  const counter = new Uint8Array(4);
  for (let block = 0; block < 64; block++) {
    new DataView(counter.buffer).setUint32(0, block, true);
    const digest = createHash("sha256").update(secret).update("gear").update(counter).digest();
    for (let i = 0; i < 4; i++) table[block * 4 + i] = digest.readBigUInt64LE(i * 8);
  }
  return table;
}
