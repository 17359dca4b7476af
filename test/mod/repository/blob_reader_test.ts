// Copyright the SpareGrid authors. Apache-2.0.
import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { type BlobId, DATA_BLOB_BYTES_MAX, systemRandom, toHex, utf8 } from "../../../mod/base/mod.ts";
import { generateMasterKey, Sealer, sha256 } from "../../../mod/crypto/mod.ts";
import { BlobReader } from "../../../mod/repository/mod.ts";
import { packOf } from "../../kit/one_pack.ts";

const masterKey = generateMasterKey(systemRandom);
const reader = new BlobReader({ masterKey });

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
  const { bytes, blobs } = await packOf(masterKey, contents);
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
