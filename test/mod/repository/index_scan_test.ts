// Copyright the SpareGrid authors. Apache-2.0.
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { type BlobId, type PackId, systemRandom, utf8 } from "../../../mod/base/mod.ts";
import { type BlobType, encodeIndex, type IndexFile } from "../../../mod/format/mod.ts";
import { BlobTable } from "../../../mod/repository/mod.ts";
import { scanIndex, SCANNED_WORDS } from "../../../mod/repository/index_scan.ts";

const id = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => new Uint8Array(bytes).toHex());
const count = fc.nat(0x7fff_ffff);
const blob = fc.record({
  id: id as fc.Arbitrary<BlobId>,
  type: fc.constantFrom<BlobType>("data", "tree"),
  offset: count,
  length: count,
  uncompressedLength: count,
});
const index: fc.Arbitrary<IndexFile> = fc.record({
  packs: fc.array(
    fc.record({
      id: id as fc.Arbitrary<string> as fc.Arbitrary<PackId>,
      blobs: fc.array(blob, { minLength: 1, maxLength: 5 }),
    }),
    { minLength: 1, maxLength: 4 },
  ),
});

Deno.test("scanIndex reads what encodeIndex writes", () => {
  fc.assert(fc.property(index, (file) => {
    const scanned = scanIndex(encodeIndex(file))!;
    deepStrictEqual(
      scanned.packs,
      file.packs.map((pack) => ({ id: pack.id, blobs: pack.blobs.length })),
    );
    const table = BlobTable.create({ random: systemRandom });
    file.packs.flatMap((pack) => pack.blobs).forEach((expected, i) => {
      // A number of its own for each, so that none counts as known.
      table.addWords(scanned.words, i * SCANNED_WORDS, (i + 1) * SCANNED_WORDS, i, () => {});
      let entry = table.findHex(expected.type, expected.id);
      while (entry >= 0 && table.packOf(entry) !== i) entry = table.findNext(entry);
      deepStrictEqual(
        [table.offsetOf(entry), table.lengthOf(entry), table.uncompressedOf(entry)],
        [expected.offset, expected.length, expected.uncompressedLength],
      );
    });
  }));
});

Deno.test("scanIndex leaves every other form to decodeIndex", () => {
  const a = "a".repeat(64);
  const good = `{"packs":[{"id":"${a}","blobs":[{"id":"${a}","type":"data","offset":0,"length":38}]}]}`;
  strictEqual(scanIndex(utf8(good))?.packs.length, 1);
  strictEqual(scanIndex(utf8(`${good}\n`))?.packs.length, 1);
  const others = [
    "",
    "{}",
    '{"packs":[]}',
    good.replace('"packs"', '"supersedes":[],"packs"'),
    good.replace("data", "date"),
    good.replace(/a{64}/, "A".repeat(64)),
    good.replace(/a{64}","type/, `${"a".repeat(63)}g","type`),
    good.replace(/a{64}/, "a".repeat(63)),
    good.replace(":38", ":038"),
    good.replace(":38", ":-38"),
    good.replace(":38", ":38.5"),
    good.replace(":38", ":4294967296"),
    good.replace(":38", ":38,"),
    good.replace(":0,", ": 0,"),
    `${good} x`,
  ];
  for (const other of others) strictEqual(scanIndex(utf8(other)), undefined, other);
  for (let cut = 0; cut < good.length; cut++) strictEqual(scanIndex(utf8(good.slice(0, cut))), undefined);
});
