// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { constants, zstdCompressSync } from "node:zlib";
import { utf8 } from "../../../mod/base/mod.ts";
import { type CompressionLevel, Compressor, zstdLevel } from "../../../mod/compress/mod.ts";

const NAMES: readonly CompressionLevel[] = ["off", "fastest", "auto", "max"];
/** The largest of the tiny ones, and the smallest of the large ones. */
const TINY = 4095;
const LARGE = 256 * 1024;

Deno.test("zstdLevel rises with restic's names, within what zstd takes, for pieces of every size", () => {
  for (const bytes of [1, TINY, TINY + 1, LARGE - 1, LARGE, 8 << 20]) {
    const levels = NAMES.map((name) => zstdLevel(name, bytes));
    assert.deepEqual(levels, levels.toSorted((a, b) => a - b));
    assert.ok(zstdLevel("fastest", bytes) < zstdLevel("auto", bytes));
    assert.ok(zstdLevel("auto", bytes) < zstdLevel("max", bytes));
    assert.ok(levels.every((level) => Number.isInteger(level) && level >= 1 && level <= 19));
  }
});

Deno.test("zstdLevel takes less trouble with large and with tiny pieces, by auto alone", () => {
  assert.equal(zstdLevel("auto", LARGE), zstdLevel("auto", LARGE - 1) - 1);
  assert.equal(zstdLevel("auto", TINY), zstdLevel("auto", TINY + 1) - 1);
  for (const name of ["fastest", "max"] as const) assert.equal(zstdLevel(name, LARGE), zstdLevel(name, 1));
});

Deno.test("zstdLevel is what the compressor works with", () => {
  for (const count of [3_000, 40_000]) {
    const words = utf8(Array.from({ length: count }, (_, i) => `word${(i * 7919) % 1013} `).join(""));
    for (const name of NAMES) {
      const into = new Uint8Array(words.length);
      const length = new Compressor(name, null).compress(words, into);
      const params = {
        [constants.ZSTD_c_compressionLevel]: zstdLevel(name, words.length),
        [constants.ZSTD_c_checksumFlag]: 0,
      };
      assert.deepEqual(into.slice(0, length), new Uint8Array(zstdCompressSync(words, { params })), name);
    }
  }
});
