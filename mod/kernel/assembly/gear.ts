// Copyright the SpareGrid authors. Apache-2.0.
// The gear hash: h = (h << 1) + table[byte], modulo 2^64. A byte leaves it after 64 steps, so its value at a place
// depends on the 64 bytes before that place and on nothing else.

/** Takes `from` to `to` into the hash at `cell` (8 bytes) without looking for a cut. */
export function gearWarm(table: usize, cell: usize, from: usize, to: usize): void {
  let hash = load<u64>(cell);
  for (; from < to; from++) hash = (hash << 1) + load<u64>(table + (<usize> load<u8>(from) << 3));
  store<u64>(cell, hash);
}

/**
 * Goes on hashing from `from` to `to` and returns the address behind the first byte after which the `bits`
 * highest bits of the hash are zero, or 0 when there is none.
 */
export function gearScan(table: usize, cell: usize, from: usize, to: usize, bits: u32): usize {
  const limit: u64 = <u64> 1 << (64 - <u64> bits);
  let hash = load<u64>(cell);
  // Four at a time: the bound check and the jump back cost as much as the hash itself.
  while (from + 4 <= to) {
    hash = (hash << 1) + load<u64>(table + (<usize> load<u8>(from) << 3));
    if (hash < limit) {
      store<u64>(cell, hash);
      return from + 1;
    }
    hash = (hash << 1) + load<u64>(table + (<usize> load<u8>(from, 1) << 3));
    if (hash < limit) {
      store<u64>(cell, hash);
      return from + 2;
    }
    hash = (hash << 1) + load<u64>(table + (<usize> load<u8>(from, 2) << 3));
    if (hash < limit) {
      store<u64>(cell, hash);
      return from + 3;
    }
    hash = (hash << 1) + load<u64>(table + (<usize> load<u8>(from, 3) << 3));
    if (hash < limit) {
      store<u64>(cell, hash);
      return from + 4;
    }
    from += 4;
  }
  for (; from < to; from++) {
    hash = (hash << 1) + load<u64>(table + (<usize> load<u8>(from) << 3));
    if (hash < limit) {
      store<u64>(cell, hash);
      return from + 1;
    }
  }
  store<u64>(cell, hash);
  return 0;
}
