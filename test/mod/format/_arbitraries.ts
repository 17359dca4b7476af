// Copyright the SpareGrid authors. Apache-2.0.
import fc from "fast-check";
import assert from "node:assert/strict";
import { type BlobId, compareBytes, type PackId, toHex } from "../../../mod/base/mod.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import type { Node, NodeType, PackedBlob } from "../../../mod/format/mod.ts";

/** Valid text of all planes; what comes back from JSON unchanged. */
export const TEXT = fc.string({ unit: "binary", maxLength: 12 });
/** Text that is not empty, as fields that are left out when they are. */
export const WORD = TEXT.filter((text) => text !== "");
export const BYTES = fc.uint8Array({ maxLength: 40 });
const HEX = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(toHex);
export const BLOB_ID = HEX as fc.Arbitrary<BlobId>;
export const PACK_ID = HEX as fc.Arbitrary<PackId>;
/** Years 0 to 9999, nanoseconds. */
export const INSTANT = fc.bigInt({ min: -62_167_219_200_000_000_000n, max: 253_402_300_799_999_999_999n });
export const U32 = fc.nat({ max: 0xffff_ffff });
export const U64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
export const COUNT = fc.maxSafeNat();

/** Names as a Unix system may hold them. */
export const NAME = fc.uint8Array({ minLength: 1, maxLength: 30 })
  .map((bytes) => bytes.map((b) => b === 0 || b === 0x2f ? 0x5c : b));

const TYPES: NodeType[] = ["file", "dir", "symlink", "dev", "chardev", "fifo", "socket", "irregular"];

/** Any node; of optional fields only such values as are not left out when written. */
export const NODE: fc.Arbitrary<Node> = fc.record({
  name: NAME,
  type: fc.constantFrom(...TYPES),
  mode: U32,
  mtime: INSTANT,
  atime: INSTANT,
  ctime: INSTANT,
  uid: U32,
  gid: U32,
  inode: U64,
  deviceId: U64,
  size: U64,
  links: U64,
  device: U64,
  content: fc.option(fc.array(BLOB_ID, { maxLength: 3 })),
  user: WORD,
  group: WORD,
  linkTarget: fc.uint8Array({ minLength: 1, maxLength: 20 }),
  xattrs: fc.array(fc.record({ name: TEXT, value: fc.option(BYTES) }, { noNullPrototype: true }), {
    minLength: 1,
    maxLength: 3,
  }),
  generic: fc.constant({
    "windows.file_attributes": 32,
    "windows.creation_time": { big: 2n ** 60n, "<": [null] },
  }),
  subtree: BLOB_ID,
  error: WORD,
}, {
  requiredKeys: [
    "name",
    "type",
    "mode",
    "mtime",
    "atime",
    "ctime",
    "uid",
    "gid",
    "inode",
    "deviceId",
    "size",
    "links",
    "device",
    "content",
  ],
}) as fc.Arbitrary<Node>;

/** Nodes in ascending order, none twice. */
export const NODES = fc.uniqueArray(NODE, { selector: ({ name }) => toHex(name), maxLength: 5 })
  .map((nodes) => nodes.sort((a, b) => compareBytes(a.name, b.name)));

/** Blobs that lie in a pack one after the other. */
export const BLOBS = fc.array(
  fc.record({
    id: BLOB_ID,
    type: fc.constantFrom("data" as const, "tree" as const),
    length: fc.integer({ min: 32, max: 10_000_000 }),
    uncompressedLength: U32,
  }),
  { maxLength: 8 },
).map((blobs): PackedBlob[] => {
  let offset = 0;
  return blobs.map((blob) => {
    const placed = { ...blob, offset };
    offset += blob.length;
    return placed;
  });
});

const REFUSALS = ["SG1005", "SG1007", "SG1017"] as const;

/** Fails the test unless `decode` answers or raises one of the codes that bad input may raise. */
export function answersOrRefuses(decode: () => unknown): void {
  try {
    decode();
  } catch (error) {
    assert.ok(REFUSALS.some((code) => isSgError(error, code)), `untyped: ${error}`);
  }
}

/** Bytes that a decoder may meet: noise, noise after a good start, JSON of the wrong shape. */
export function hostileBytes(good: Uint8Array): fc.Arbitrary<Uint8Array> {
  const damagedGood = fc.tuple(fc.nat({ max: good.length - 1 }), fc.nat({ max: 255 }))
    .map(([at, byte]) => good.with(at, byte));
  const cut = fc.nat({ max: good.length }).map((end) => good.subarray(0, end));
  const json = fc.json({ maxDepth: 3 }).map((text) => new TextEncoder().encode(text));
  return fc.oneof(fc.uint8Array({ maxLength: 60 }), damagedGood, cut, json);
}
