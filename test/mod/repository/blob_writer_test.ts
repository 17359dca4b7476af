// Copyright the SpareGrid authors. Apache-2.0.
import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { type PackId, systemRandom, toHex } from "../../../mod/base/mod.ts";
import { generateMasterKey, sha256 } from "../../../mod/crypto/mod.ts";
import { BlobReader, verifyPack } from "../../../mod/repository/mod.ts";
import { blobsOf, writerOf } from "../../kit/one_pack.ts";

const masterKey = generateMasterKey(systemRandom);

Deno.test("BlobWriter makes packs that verify and give back what was put", async () => {
  const content = fc.uint8Array({ minLength: 1, maxLength: 3000 });
  const kind = fc.record({
    type: fc.constantFrom<"data" | "tree">("data", "tree"),
    compression: fc.constantFrom<"off" | "fastest" | "auto" | "max">("off", "fastest", "auto", "max"),
    version: fc.constantFrom(1, 2),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(content, { minLength: 1, maxLength: 20 }), kind, async (plains, options) => {
      const writer = writerOf(masterKey, options);
      const known = new Set<string>();
      for (const plain of plains) {
        const id = sha256(plain);
        strictEqual(writer.put(id, plain), !known.has(toHex(id)));
        known.add(toHex(id));
      }
      const pack = (await writer.seal())!;
      strictEqual(await writer.seal(), undefined);
      const reader = new BlobReader({ masterKey });
      deepStrictEqual(await verifyPack(reader, toHex(pack.id) as PackId, pack.bytes, blobsOf(pack)), []);
      for (const blob of blobsOf(pack)) {
        const sealed = pack.bytes.subarray(blob.offset, blob.offset + blob.length);
        const plain = reader.open(blob.type, blob.id, sealed, blob.uncompressedLength);
        ok(known.delete(toHex(sha256(plain))));
        const never = options.version === 1 || (options.compression === "off" && options.type === "data");
        if (never) strictEqual(blob.uncompressedLength, 0);
        else if (options.type === "tree") strictEqual(blob.uncompressedLength, plain.length);
        else if (blob.uncompressedLength > 0) ok(blob.length < plain.length + 32);
      }
      strictEqual(known.size, 0);
    }),
    { numRuns: 60 },
  );
});

Deno.test("BlobWriter is full at its target and takes a blob larger than any pack", async () => {
  const writer = writerOf(masterKey, { packBytesTarget: 50_000 });
  const put = (bytes: number) => {
    const plain = systemRandom.bytes(bytes);
    writer.put(sha256(plain), plain);
  };
  put(40_000);
  strictEqual(writer.full, false);
  put(10_000);
  strictEqual(writer.full, true);
  strictEqual((await writer.seal())!.offsets.length, 2);
  strictEqual(writer.full, false);
  put(12 * 2 ** 20);
  const pack = (await writer.seal())!;
  ok(pack.bytes.length > 12 * 2 ** 20);
});

Deno.test("BlobWriter can be filled while a pack is being sealed", async () => {
  const writer = writerOf(masterKey);
  const plains = Array.from({ length: 4 }, () => systemRandom.bytes(5000));
  writer.put(sha256(plains[0]!), plains[0]!);
  const first = writer.seal();
  writer.put(sha256(plains[1]!), plains[1]!);
  const second = writer.seal();
  const reader = new BlobReader({ masterKey });
  for (const pack of [(await first)!, (await second)!]) {
    deepStrictEqual(await verifyPack(reader, toHex(pack.id) as PackId, pack.bytes, blobsOf(pack)), []);
  }
});

Deno.test("BlobWriter refuses empty blobs, and finds content that is not what its ID says", async () => {
  const writer = writerOf(masterKey);
  throws(() => writer.put(sha256(new Uint8Array()), new Uint8Array()), { code: "SG1023" });
  // As if the memory had changed between hashing and compressing.
  writer.put(sha256(systemRandom.bytes(100)), systemRandom.bytes(100));
  await rejects(writer.seal(), { code: "SG1005" });
  const careless = writerOf(masterKey, { verify: false });
  careless.put(sha256(systemRandom.bytes(100)), systemRandom.bytes(100));
  ok(await careless.seal());
});
