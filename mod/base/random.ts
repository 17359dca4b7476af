// Copyright the SpareGrid authors. Apache-2.0.

/** Where unpredictable bytes come from. A simulator replaces it by a seeded one; nothing else may. */
export interface Random {
  /** `length` fresh bytes, cryptographically strong in production. */
  bytes(length: number): Uint8Array<ArrayBuffer>;
}

/** Web Crypto asks for at most this many bytes at once. */
const CHUNK = 65_536;

/** The system's cryptographic generator. */
export const systemRandom: Random = {
  bytes(length) {
    const out = new Uint8Array(length);
    for (let at = 0; at < length; at += CHUNK) crypto.getRandomValues(out.subarray(at, at + CHUNK));
    return out;
  },
};

/** A uniform whole number in `[0, below)`, for 1 <= below <= 2^32, without modulo bias. */
export function randomBelow(random: Random, below: number): number {
  const limit = 2 ** 32 - (2 ** 32 % below);
  for (;;) {
    const b = random.bytes(4);
    const n = new DataView(b.buffer).getUint32(0, true);
    if (n < limit) return n % below;
  }
}
