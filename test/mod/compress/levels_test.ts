// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { constants, zstdCompressSync } from "node:zlib";
import { utf8 } from "../../../mod/base/mod.ts";
import { type CompressionLevel, Compressor, ZSTD_LEVELS } from "../../../mod/compress/mod.ts";

const NAMES: readonly CompressionLevel[] = ["off", "fastest", "auto", "max"];

Deno.test("ZSTD_LEVELS knows restic's names and rises with them, within what zstd takes", () => {
  assert.deepEqual(Object.keys(ZSTD_LEVELS), NAMES);
  const levels = NAMES.map((name) => ZSTD_LEVELS[name]);
  assert.deepEqual(levels, levels.toSorted((a, b) => a - b));
  assert.ok(ZSTD_LEVELS.fastest < ZSTD_LEVELS.auto && ZSTD_LEVELS.auto < ZSTD_LEVELS.max);
  assert.ok(levels.every((level) => Number.isInteger(level) && level >= 1 && level <= 19));
});

Deno.test("ZSTD_LEVELS is what the compressor works with", () => {
  const words = utf8(Array.from({ length: 30_000 }, (_, i) => `word${(i * 7919) % 1013} `).join(""));
  for (const name of NAMES) {
    const into = new Uint8Array(words.length);
    const length = new Compressor(name, null).compress(words, into);
    const params = {
      [constants.ZSTD_c_compressionLevel]: ZSTD_LEVELS[name],
      [constants.ZSTD_c_checksumFlag]: 0,
    };
    assert.deepEqual(into.slice(0, length), new Uint8Array(zstdCompressSync(words, { params })), name);
  }
});
