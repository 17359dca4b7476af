// Copyright the SpareGrid authors. Apache-2.0.
import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { concatBytes, MIB, type PackId, systemRandom, toHex } from "../../../mod/base/mod.ts";
import { Compressor } from "../../../mod/compress/mod.ts";
import { generateMasterKey, Sealer, sha256 } from "../../../mod/crypto/mod.ts";
import { BlobReader, type SealedPack, verifyPack } from "../../../mod/repository/mod.ts";
import { blobsOf, writerOf } from "../../kit/one_pack.ts";

const masterKey = generateMasterKey(systemRandom);
const reader = new BlobReader({ masterKey });

/** Three pieces, each compressible and its own; together more than lies in memory as a whole. */
const pieces = [9 * MIB, 8 * MIB, 12_345].map((length, n) => {
  return new Uint8Array(length).map((_, i) => (i >> 9) * (n + 3) + i);
});
const whole = concatBytes(pieces);

async function packWith(options: Parameters<typeof writerOf>[1]): Promise<SealedPack> {
  const writer = writerOf(masterKey, { type: "tree", ...options });
  writer.add(systemRandom.bytes(700));
  for (let time = 0; time < 2; time++) {
    const long = writer.beginLong();
    for (const piece of pieces) long.add(piece);
    strictEqual(writer.add(long), toHex(sha256(whole)));
  }
  writer.add(systemRandom.bytes(800));
  return (await writer.seal())!;
}

const verified = (pack: SealedPack, bytes = pack.bytes) =>
  verifyPack(reader, toHex(pack.id) as PackId, bytes, blobsOf(pack));

Deno.test("BlobWriter.add stores a long blob once, as any reader opens it, whole or in parts", async () => {
  for (const version of [1, 2]) {
    const pack = await packWith({ version });
    strictEqual(pack.offsets.length, 3);
    deepStrictEqual(await verified(pack), []);
    const { id, offset, length, uncompressedLength } = blobsOf(pack)[1]!;
    strictEqual(uncompressedLength, version === 1 ? 0 : whole.length);
    ok(version === 1 || length < whole.length / 4);
    const sealed = pack.bytes.subarray(offset, offset + length);
    const opened = [reader.open("tree", id, sealed, uncompressedLength)];
    opened.push(reader.openBriefly("tree", id, sealed, uncompressedLength));
    const parts = reader.openParts("tree", id, sealed, uncompressedLength);
    for (let time = 0; time < 2; time++) opened.push(concatBytes([...parts]));
    ok(opened.every((plain) => sha256(plain).toHex() === id));
    strictEqual([...parts].length, version === 1 ? 1 : pieces.length);
  }
});

Deno.test("BlobReader.openParts proves all of a long blob before it gives any of it", async () => {
  const pack = await packWith({ version: 2 });
  const { id, offset, length, uncompressedLength } = blobsOf(pack)[1]!;
  const sealed = pack.bytes.subarray(offset, offset + length);
  const damaged = (error: Error & { code?: string }) => error.code === "SG1005" && error.message.includes(id);
  for (const at of [3, length >> 1, length - 1]) {
    const flipped = sealed.slice();
    flipped[at]! ^= 4;
    throws(() => reader.openParts("tree", id, flipped, uncompressedLength), damaged);
    const bytes = pack.bytes.slice();
    bytes.set(flipped, offset);
    strictEqual((await verified(pack, bytes)).filter((text) => text.includes(id)).length, 1);
  }
  // Another content, sealed with the right key.
  const other = new Compressor("fastest");
  const frames = pieces.map((piece) => {
    const frame = new Uint8Array(other.bound(piece.length));
    return frame.slice(0, other.compress(piece.map((byte) => byte ^ 1), frame));
  });
  const forged = new Sealer(masterKey, systemRandom).seal(concatBytes(frames));
  throws(() => reader.openParts("tree", id, forged, uncompressedLength), damaged);
  for (const wrong of [uncompressedLength - 1, uncompressedLength + 1, 511 * MIB]) {
    throws(() => reader.openParts("tree", id, sealed, wrong), damaged);
  }
});
