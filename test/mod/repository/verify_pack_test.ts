// Copyright the SpareGrid authors. Apache-2.0.
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { type BlobId, type PackId, systemRandom, utf8 } from "../../../mod/base/mod.ts";
import { generateMasterKey } from "../../../mod/crypto/mod.ts";
import { BlobReader, verifyPack } from "../../../mod/repository/mod.ts";
import { packOf } from "../../kit/one_pack.ts";

const masterKey = generateMasterKey(systemRandom);
const reader = new BlobReader({ masterKey });

Deno.test("verifyPack finds every flipped byte, every cut and every wrong listing", async () => {
  const pack = await packOf(masterKey, [utf8("one ".repeat(50)), systemRandom.bytes(300), utf8("3")]);
  deepStrictEqual(await verifyPack(reader, pack.id, pack.bytes, pack.blobs), []);
  for (let at = 0; at < pack.bytes.length; at++) {
    const bytes = pack.bytes.slice();
    bytes[at]! ^= 1 << (at & 7);
    ok((await verifyPack(reader, pack.id, bytes, pack.blobs)).length > 0, `byte ${at}`);
  }
  for (const length of [0, 1, 3, 4, 40, pack.bytes.length - 1]) {
    ok((await verifyPack(reader, pack.id, pack.bytes.slice(0, length), pack.blobs)).length > 0);
  }
  const [first, ...rest] = pack.blobs;
  const wrong = [
    rest,
    [{ ...first!, id: "3".repeat(64) as BlobId }, ...rest],
    [{ ...first!, length: first!.length + 1 }, ...rest],
    [{ ...first!, offset: 2 ** 30 }, ...rest],
    [{ ...first!, uncompressedLength: 7 }, ...rest],
  ];
  for (const blobs of wrong) ok((await verifyPack(reader, pack.id, pack.bytes, blobs)).length > 0);
});

Deno.test("verifyPack tells of every bad blob of a pack that has very many", async () => {
  const pack = await packOf(masterKey, [utf8("one")]);
  const foreign = { ...pack.blobs[0]!, id: "5".repeat(64) as BlobId };
  const findings = await verifyPack(reader, pack.id, pack.bytes, Array(200_000).fill(foreign));
  strictEqual(findings.length, 200_001, "the header's and each blob's");
});

Deno.test("verifyPack never throws, whatever it is given", async () => {
  await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
    const findings = await verifyPack(reader, "4".repeat(64) as PackId, bytes, []);
    strictEqual(findings.length > 0, true);
  }));
});
