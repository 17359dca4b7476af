// Copyright the SpareGrid authors. Apache-2.0.
import { createHmac } from "node:crypto";
import { concatBytes, type Random } from "../base/mod.ts";

/** The keys that seal a repository's content, or (derived from a password) its master key. */
export interface MasterKey {
  /** AES-256 key, 32 bytes. */
  readonly encrypt: Uint8Array;
  /** AES-128 key that makes Poly1305's s from an IV, 16 bytes. */
  readonly macK: Uint8Array;
  /** Poly1305's r, 16 bytes. */
  readonly macR: Uint8Array;
}

/** A copy of `r` with the bits cleared that Poly1305 does not use (RFC 8439, section 2.5), as restic stores it. */
export function clampR(r: Uint8Array): Uint8Array<ArrayBuffer> {
  const clamped = new Uint8Array(r);
  for (const i of [3, 7, 11, 15]) clamped[i]! &= 0x0f;
  for (const i of [4, 8, 12]) clamped[i]! &= 0xfc;
  return clamped;
}

/** A fresh key for a new repository. */
export function generateMasterKey(random: Random): MasterKey {
  return { encrypt: random.bytes(32), macK: random.bytes(16), macR: clampR(random.bytes(16)) };
}

/** The key that 64 derived bytes stand for: 32 encryption, 16 `mac.k`, 16 `mac.r`. */
export function splitKey(bytes: Uint8Array): MasterKey {
  return { encrypt: bytes.slice(0, 32), macK: bytes.slice(32, 48), macR: clampR(bytes.subarray(48, 64)) };
}

/**
 * A 32 byte secret for `purpose`, which tells nothing about the key nor about the secrets for other purposes:
 * HMAC-SHA256(HMAC-SHA256("SpareGrid secret 1", encrypt || macK || clamped macR), purpose), as HKDF does it (RFC 5869).
 * It stays the same for the life of the repository.
 */
export function deriveSecret(key: MasterKey, purpose: string): Uint8Array<ArrayBuffer> {
  const extracted = createHmac("sha256", "SpareGrid secret 1")
    .update(concatBytes([key.encrypt, key.macK, clampR(key.macR)]))
    .digest();
  return new Uint8Array(createHmac("sha256", extracted).update(purpose, "utf8").digest());
}
