// Copyright the SpareGrid authors. Apache-2.0.

/** `*`, `?`, `[` and `\\`. */
const WILD: ReadonlySet<number> = new Set([0x2a, 0x3f, 0x5b, 0x5c]);
const SLASH = 0x2f;

/** The pattern that means this path, from the root, and what is below it; every byte stands for itself. */
export function literally(path: Uint8Array): Uint8Array {
  const out: number[] = path[0] === SLASH ? [] : [SLASH];
  for (const byte of path) {
    if (WILD.has(byte)) out.push(0x5c);
    out.push(byte);
  }
  return Uint8Array.from(out);
}
