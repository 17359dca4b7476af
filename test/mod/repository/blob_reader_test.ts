// Copyright the SpareGrid authors. Apache-2.0.
import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import {
  type BlobId,
  DATA_BLOB_BYTES_MAX,
  type PackId,
  systemRandom,
  toHex,
  utf8,
} from "../../../mod/base/mod.ts";
import { generateMasterKey, Sealer, sha256 } from "../../../mod/crypto/mod.ts";
import { BlobReader, BlobTable, BlobWriter, verifyPack } from "../../../mod/repository/mod.ts";

const masterKey = generateMasterKey(systemRandom);
const reader = new BlobReader({ masterKey });

async function packOf(contents: readonly Uint8Array[]) {
  const writer = new BlobWriter({
    masterKey,
    table: BlobTable.create({ random: systemRandom }),
    type: "data",
    version: 2,
    compression: "auto",
    packBytesTarget: 100_000,
    verify: true,
  }, systemRandom);
  for (const plain of contents) writer.put(sha256(plain), plain);
  const pack = (await writer.seal())!;
  const blobs = Array.from(pack.offsets, (offset, i) => ({
    id: toHex(pack.ids.subarray(32 * i, 32 * i + 32)) as BlobId,
    type: "data" as const,
    offset,
    length: pack.lengths[i]!,
    uncompressedLength: pack.uncompressed[i]!,
  }));
  return { id: toHex(pack.id) as PackId, bytes: pack.bytes, blobs };
}

Deno.test("BlobReader.open proves the blob by its ID, given as bytes or as text", () => {
  const plain = utf8("hello");
  const sealed = new Sealer(masterKey, systemRandom).seal(plain);
  deepStrictEqual(new Uint8Array(reader.open("data", sha256(plain), sealed, 0)), plain);
  deepStrictEqual(new Uint8Array(reader.open("data", toHex(sha256(plain)) as BlobId, sealed, 0)), plain);
  const other = "1".repeat(64) as BlobId;
  throws(() => reader.open("data", other, sealed, 0), (error: Error & { code: string }) => {
    return error.code === "SG1005" && error.message.includes(other);
  });
});

Deno.test("BlobReader.openBriefly opens blobs of any sizes one after the other, and fails as open does", async () => {
  const contents = [
    utf8("a"),
    new Uint8Array(3 << 20).fill(7),
    systemRandom.bytes(5000),
    utf8("b"),
  ];
  const { bytes, blobs } = await packOf(contents);
  const opener = new BlobReader({ masterKey });
  ok(blobs.some(({ uncompressedLength }) => uncompressedLength > 0));
  for (const { id, offset, length, uncompressedLength } of [...blobs, ...blobs.toReversed()]) {
    const sealed = bytes.subarray(offset, offset + length);
    const plain = opener.openBriefly("data", id, sealed, uncompressedLength);
    strictEqual(toHex(sha256(plain)), id);
    const open = [() => opener.open("data", id, sealed, uncompressedLength + 1)];
    open.push(() => opener.openBriefly("data", id, sealed, uncompressedLength + 1));
    const messages = open.map((call) => {
      try {
        call();
        return "";
      } catch (error) {
        return (error as Error).message;
      }
    });
    ok(messages[0] !== "");
    strictEqual(messages[1], messages[0]);
  }
  const { id, offset, length } = blobs[0]!;
  const flipped = bytes.slice(offset, offset + length);
  flipped[20]! ^= 1;
  throws(() => opener.openBriefly("data", id, flipped, 0), (error: Error & { code: string }) => {
    return error.code === "SG1005" && error.message.includes(id);
  });
});

Deno.test("BlobReader.open answers anything with a typed error that names the blob", () => {
  const id = "2".repeat(64) as BlobId;
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(500), fc.boolean(), (bytes, length, sealed) => {
      const given = sealed ? new Sealer(masterKey, systemRandom).seal(bytes) : bytes;
      throws(() => reader.open("data", id, given, length), (error: Error & { code: string }) => {
        return error.code === "SG1005" && error.message.includes(id);
      });
    }),
  );
  const sealed = new Sealer(masterKey, systemRandom).seal(utf8("x"));
  throws(() => reader.open("data", id, sealed, DATA_BLOB_BYTES_MAX + 1), { code: "SG1017" });
});

Deno.test("verifyPack finds every flipped byte, every cut and every wrong listing", async () => {
  const pack = await packOf([utf8("one ".repeat(50)), systemRandom.bytes(300), utf8("3")]);
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

Deno.test("verifyPack never throws, whatever it is given", async () => {
  await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
    const findings = await verifyPack(reader, "4".repeat(64) as PackId, bytes, []);
    strictEqual(findings.length > 0, true);
  }));
});
