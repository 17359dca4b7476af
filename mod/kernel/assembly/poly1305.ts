// Copyright the SpareGrid authors. Apache-2.0.
// Poly1305 (RFC 8439, section 2.5) over free r and s, in radix 2^26: five limbs, 64-bit products, carries once a block.
//
// State, 40 bytes at `state`: r as five u32 limbs, then h as five u32 limbs. No branch and no address depends on
// secret data.

const MASK: u32 = 0x3ffffff;

/** Reads r (16 bytes, clamped here) from `key` and clears the accumulator. */
export function poly1305Begin(state: usize, key: usize): void {
  const t0 = load<u32>(key);
  const t1 = load<u32>(key, 4);
  const t2 = load<u32>(key, 8);
  const t3 = load<u32>(key, 12);
  store<u32>(state, t0 & 0x3ffffff);
  store<u32>(state, ((t0 >> 26) | (t1 << 6)) & 0x3ffff03, 4);
  store<u32>(state, ((t1 >> 20) | (t2 << 12)) & 0x3ffc0ff, 8);
  store<u32>(state, ((t2 >> 14) | (t3 << 18)) & 0x3f03fff, 12);
  store<u32>(state, (t3 >> 8) & 0x00fffff, 16);
  for (let i: usize = 0; i < 5; i++) store<u32>(state + (i << 2), 0, 20);
}

/** Takes in whole blocks: `length` bytes at `from`, a multiple of 16. `top` is bit 128 of each block, as 1 << 24 or 0. */
export function poly1305Blocks(state: usize, from: usize, length: usize, top: u32): void {
  const r0 = <u64> load<u32>(state);
  const r1 = <u64> load<u32>(state, 4);
  const r2 = <u64> load<u32>(state, 8);
  const r3 = <u64> load<u32>(state, 12);
  const r4 = <u64> load<u32>(state, 16);
  const s1 = r1 * 5;
  const s2 = r2 * 5;
  const s3 = r3 * 5;
  const s4 = r4 * 5;
  let h0 = load<u32>(state, 20);
  let h1 = load<u32>(state, 24);
  let h2 = load<u32>(state, 28);
  let h3 = load<u32>(state, 32);
  let h4 = load<u32>(state, 36);
  const end = from + length;
  while (from < end) {
    const low = load<u64>(from);
    const high = load<u64>(from, 8);
    const a0 = <u64> (h0 + (<u32> low & MASK));
    const a1 = <u64> (h1 + (<u32> (low >> 26) & MASK));
    const a2 = <u64> (h2 + (<u32> ((low >> 52) | (high << 12)) & MASK));
    const a3 = <u64> (h3 + (<u32> (high >> 14) & MASK));
    const a4 = <u64> (h4 + (<u32> (high >> 40) | top));
    const d0 = a0 * r0 + a1 * s4 + a2 * s3 + a3 * s2 + a4 * s1;
    let d1 = a0 * r1 + a1 * r0 + a2 * s4 + a3 * s3 + a4 * s2;
    let d2 = a0 * r2 + a1 * r1 + a2 * r0 + a3 * s4 + a4 * s3;
    let d3 = a0 * r3 + a1 * r2 + a2 * r1 + a3 * r0 + a4 * s4;
    let d4 = a0 * r4 + a1 * r3 + a2 * r2 + a3 * r1 + a4 * r0;
    h0 = <u32> d0 & MASK;
    d1 += d0 >> 26;
    h1 = <u32> d1 & MASK;
    d2 += d1 >> 26;
    h2 = <u32> d2 & MASK;
    d3 += d2 >> 26;
    h3 = <u32> d3 & MASK;
    d4 += d3 >> 26;
    h4 = <u32> d4 & MASK;
    h0 += <u32> (d4 >> 26) * 5;
    h1 += h0 >> 26;
    h0 &= MASK;
    from += 16;
  }
  store<u32>(state, h0, 20);
  store<u32>(state, h1, 24);
  store<u32>(state, h2, 28);
  store<u32>(state, h3, 32);
  store<u32>(state, h4, 36);
}

/** Reduces the accumulator modulo 2^130 - 5, adds s (16 bytes at `nonce`) and writes the 16 byte tag. */
export function poly1305End(state: usize, nonce: usize, tag: usize): void {
  let h0 = load<u32>(state, 20);
  let h1 = load<u32>(state, 24);
  let h2 = load<u32>(state, 28);
  let h3 = load<u32>(state, 32);
  let h4 = load<u32>(state, 36);
  h2 += h1 >> 26;
  h1 &= MASK;
  h3 += h2 >> 26;
  h2 &= MASK;
  h4 += h3 >> 26;
  h3 &= MASK;
  h0 += (h4 >> 26) * 5;
  h4 &= MASK;
  h1 += h0 >> 26;
  h0 &= MASK;
  // The same number less p, kept when it is not negative.
  let g0 = h0 + 5;
  let g1 = h1 + (g0 >> 26);
  g0 &= MASK;
  let g2 = h2 + (g1 >> 26);
  g1 &= MASK;
  let g3 = h3 + (g2 >> 26);
  g2 &= MASK;
  const g4 = h4 + (g3 >> 26) - (1 << 26);
  g3 &= MASK;
  const keep = (g4 >> 31) - 1;
  h0 = (h0 & ~keep) | (g0 & keep);
  h1 = (h1 & ~keep) | (g1 & keep);
  h2 = (h2 & ~keep) | (g2 & keep);
  h3 = (h3 & ~keep) | (g3 & keep);
  h4 = (h4 & ~keep) | (g4 & keep);
  let sum = <u64> (h0 | (h1 << 26)) + <u64> load<u32>(nonce);
  store<u32>(tag, <u32> sum);
  sum = <u64> ((h1 >> 6) | (h2 << 20)) + <u64> load<u32>(nonce, 4) + (sum >> 32);
  store<u32>(tag, <u32> sum, 4);
  sum = <u64> ((h2 >> 12) | (h3 << 14)) + <u64> load<u32>(nonce, 8) + (sum >> 32);
  store<u32>(tag, <u32> sum, 8);
  sum = <u64> ((h3 >> 18) | (h4 << 8)) + <u64> load<u32>(nonce, 12) + (sum >> 32);
  store<u32>(tag, <u32> sum, 12);
}
