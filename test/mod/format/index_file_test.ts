// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import fc from "fast-check";
import { type IndexId, utf8, utf8Text } from "../../../mod/base/mod.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import { decodeIndex, encodeIndex, type IndexFile } from "../../../mod/format/mod.ts";
import { answersOrRefuses, BLOB_ID, BLOBS, hostileBytes, PACK_ID } from "./_arbitraries.ts";

const ID = "ef".repeat(32);
const BLOB = { id: ID, type: "data", offset: 0, length: 100 };
const withBlob = (changes: Record<string, unknown>) =>
  utf8(JSON.stringify({ packs: [{ id: ID, blobs: [{ ...BLOB, ...changes }] }] }));
const refused = (error: unknown) => isSgError(error, "SG1005");

const INDEX: fc.Arbitrary<IndexFile> = fc.record({
  packs: fc.array(fc.record({ id: PACK_ID, blobs: BLOBS }, { noNullPrototype: true }), { maxLength: 4 }),
  supersedes: fc.array(BLOB_ID as unknown as fc.Arbitrary<IndexId>, { minLength: 1, maxLength: 3 }),
}, { requiredKeys: ["packs"], noNullPrototype: true });

Deno.test("encodeIndex writes restic's fields", () => {
  const { packs } = decodeIndex(withBlob({ uncompressed_length: 7 }));
  assert.equal(
    utf8Text(encodeIndex({ packs, supersedes: [ID as IndexId] })),
    `{"supersedes":["${ID}"],"packs":[{"id":"${ID}","blobs":[{"id":"${ID}","type":"data","offset":0,"length":100,` +
      '"uncompressed_length":7}]}]}\n',
  );
  assert.equal(utf8Text(encodeIndex({ packs: [], supersedes: [] })), '{"packs":[]}\n');
});

Deno.test("decodeIndex gives back what encodeIndex wrote", () => {
  fc.assert(fc.property(INDEX, (index) => assert.deepEqual(decodeIndex(encodeIndex(index)), { ...index })));
});

Deno.test("decodeIndex refuses what cannot be an index, and names it", () => {
  const wrong = [
    "",
    "null",
    "[]",
    '{"packs":{}}',
    '{"packs":[null]}',
    '{"packs":[{}]}',
    '{"packs":[{"id":"x"}]}',
  ]
    .map(utf8);
  wrong.push(utf8(`{"packs":[{"id":"${ID}","blobs":{}}]}`), utf8(`{"packs":[{"id":"${ID}","blobs":[[]]}]}`));
  wrong.push(utf8('{"packs":[],"supersedes":["x"]}'), utf8('{"packs":[],"supersedes":{}}'));
  wrong.push(withBlob({ id: ID.toUpperCase() }), withBlob({ id: null }), withBlob({ type: "wood" }));
  wrong.push(
    withBlob({ type: "__proto__" }),
    withBlob({ offset: 0xffff_ffff }),
    withBlob({ length: 2 ** 32 }),
  );
  for (const name of ["offset", "length", "uncompressed_length"]) {
    for (const value of [-1, 0.5, "1", 2 ** 32, [], true]) wrong.push(withBlob({ [name]: value }));
    wrong.push(utf8(utf8Text(withBlob({ [name]: 77 })).replace(":77", ":1e400")));
    wrong.push(utf8(utf8Text(withBlob({ [name]: 77 })).replace(":77", `:${"9".repeat(30)}`)));
  }
  for (const bytes of wrong) {
    assert.throws(() => decodeIndex(bytes, "index 12ab"), (error) => {
      assert.ok(refused(error), utf8Text(bytes));
      return (error as Error).message.includes("index 12ab");
    });
  }
});

Deno.test("decodeIndex answers or refuses any bytes", () => {
  const good = withBlob({ uncompressed_length: 7 });
  fc.assert(fc.property(hostileBytes(good), (bytes) => answersOrRefuses(() => decodeIndex(bytes))), {
    numRuns: 500,
  });
});
