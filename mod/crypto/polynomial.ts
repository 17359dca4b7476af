// Copyright the SpareGrid authors. Apache-2.0.
import type { Random } from "../base/mod.ts";

/** Degree of the polynomial in a repository's config. */
const DEGREE = 53;

/**
 * A random irreducible polynomial of degree 53 over GF(2), bit i standing for x^i. restic's chunker would cut by it and
 * its readers check it; ours does not use it.
 */
export function randomIrreduciblePolynomial(random: Random): bigint {
  for (;;) {
    // One in 26 of those with a constant term is irreducible.
    const drawn = BigInt(`0x${random.bytes(8).toHex()}`);
    const polynomial = BigInt.asUintN(DEGREE, drawn) | 1n | (1n << BigInt(DEGREE));
    if (isIrreducible(polynomial)) return polynomial;
  }
}

/**
 * True when `polynomial` is irreducible over GF(2) and of degree 1 to 64, by Ben-Or's test: it shares no factor
 * with x^(2^i) - x for i up to half its degree. False for any other degree.
 */
export function isIrreducible(polynomial: bigint): boolean {
  const degree = degreeOf(polynomial);
  if (degree < 1 || degree > 64) return false;
  let power = 2n;
  for (let i = 1; i <= degree / 2; i++) {
    power = remainder(square(power), polynomial);
    if (commonFactor(polynomial, power ^ 2n) !== 1n) return false;
  }
  return true;
}

/** -1 for zero. */
function degreeOf(polynomial: bigint): number {
  return polynomial <= 0n ? -1 : polynomial.toString(2).length - 1;
}

/** Over GF(2), squaring puts a zero between any two bits. */
function square(polynomial: bigint): bigint {
  return BigInt(`0b${polynomial.toString(2).split("").join("0")}`);
}

function remainder(polynomial: bigint, modulus: bigint): bigint {
  const degree = degreeOf(modulus);
  for (let above = degreeOf(polynomial) - degree; above >= 0; above = degreeOf(polynomial) - degree) {
    polynomial ^= modulus << BigInt(above);
  }
  return polynomial;
}

function commonFactor(a: bigint, b: bigint): bigint {
  while (b !== 0n) [a, b] = [b, remainder(a, b)];
  return a;
}
