// Copyright the SpareGrid authors. Apache-2.0.
/**
 * The chunker's rule written down plainly, as the oracle of its tests: whole file in memory, hash in two halves.
 * @module
 */

/** Lengths of the chunks of `data` under `table`. The figures are written out on purpose: they are the rule. */
export function gearModel(data: Uint8Array, table: BigUint64Array): number[] {
  const low = Array.from(table, (n) => Number(n & 0xffffffffn));
  const high = Array.from(table, (n) => Number(n >> 32n));
  const lengths: number[] = [];
  let start = 0;
  while (start < data.length) {
    const length = firstCut(data.subarray(start), low, high);
    lengths.push(length);
    start += length;
  }
  return lengths;
}

function firstCut(data: Uint8Array, low: number[], high: number[]): number {
  const longest = Math.min(data.length, 8_388_608);
  let l = 0;
  let h = 0;
  for (let i = 524_288 - 64; i < longest; i++) {
    const byte = data[i]!;
    const sum = (l << 1 >>> 0) + low[byte]!;
    h = ((h << 1 >>> 0) + (l >>> 31) + high[byte]! + (sum > 0xffffffff ? 1 : 0)) >>> 0;
    l = sum >>> 0;
    const length = i + 1;
    if (length < 524_288) continue;
    const bits = length < 847_872 ? 21 : 18;
    if (h < 2 ** (32 - bits)) return length;
  }
  return longest;
}

/** Bytes that look random and are the same each time. */
export function noise(length: number, seed: number): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(Math.ceil(length / 4));
  let x = seed * 2_654_435_761 >>> 0 || 1;
  for (let i = 0; i < words.length; i++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    words[i] = Math.imul(x, 0x9e3779b1);
  }
  return new Uint8Array(words.buffer, 0, length);
}
