// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { systemRandom } from "../../../mod/base/mod.ts";
import { isIrreducible, randomIrreduciblePolynomial } from "../../../mod/crypto/mod.ts";

/** By trial division with every smaller polynomial. */
function hasNoFactor(polynomial: number): boolean {
  const degree = (n: number) => 31 - Math.clz32(n);
  for (let factor = 2; degree(factor) <= degree(polynomial) / 2; factor++) {
    let rest = polynomial;
    while (rest !== 0 && degree(rest) >= degree(factor)) rest ^= factor << (degree(rest) - degree(factor));
    if (rest === 0) return false;
  }
  return true;
}

Deno.test("isIrreducible agrees with trial division for all polynomials up to degree 10", () => {
  for (let polynomial = 2; polynomial < 2048; polynomial++) {
    assert.equal(isIrreducible(BigInt(polynomial)), hasNoFactor(polynomial), polynomial.toString(2));
  }
});

Deno.test("isIrreducible knows the polynomials of restic's own chunker tests", () => {
  assert.ok(isIrreducible(0x3DA3358B4DC173n));
  assert.ok(!isIrreducible(0x3DA3358B4DC172n));
  for (const none of [-5n, 0n, 1n, 1n << 53n, (1n << 70n) | 3n]) assert.ok(!isIrreducible(none));
});

Deno.test("randomIrreduciblePolynomial gives different ones of degree 53", () => {
  const drawn = new Set<bigint>();
  for (let i = 0; i < 10; i++) {
    const polynomial = randomIrreduciblePolynomial(systemRandom);
    assert.equal(polynomial >> 53n, 1n);
    assert.ok(isIrreducible(polynomial));
    drawn.add(polynomial);
  }
  assert.equal(drawn.size, 10);
});
