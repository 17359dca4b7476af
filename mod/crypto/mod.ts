// Copyright the SpareGrid authors. Apache-2.0.
/**
 * Crypto: the keys and seals of the restic format: scrypt, AES-256-CTR with Poly1305-AES, SHA-256.
 *
 * It follows RFC 7914 (scrypt), NIST SP 800-38A (CTR), D. J. Bernstein's "The Poly1305-AES message-authentication code",
 * RFC 8439 (Poly1305) and FIPS 180-4, and is proved by their vectors. The work is done by the system's libcrypto where
 * there is one, else by the runtime and our kernel. It knows neither files nor storage.
 *
 * Invariants: nothing is decrypted before its MAC is found right, in constant time; an IV is used once; no key and no
 * plaintext goes into an error or a log; hostile parameters end in an error and not in an exhausted machine.
 * @module
 */
export { BackgroundSha256, constantTimeEqual, Sha256, sha256, sha256Hex, sha256Into } from "./hash.ts";
export { clampR, deriveSecret, generateMasterKey, type MasterKey } from "./master_key.ts";
export { deriveKey, KDF_DEFAULT, type KdfParameters, scryptBytes } from "./password.ts";
export { isIrreducible, randomIrreduciblePolynomial } from "./polynomial.ts";
export { Sealer } from "./sealer.ts";
