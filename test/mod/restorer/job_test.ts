// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import fc from "fast-check";
import type { BlobId } from "../../../mod/base/mod.ts";
import { CODES, isSgError, type SgCode } from "../../../mod/errors/mod.ts";
import {
  decodeJob,
  decodeResult,
  encodeJob,
  encodeResult,
  type LaneJob,
  type LaneResult,
} from "../../../mod/restorer/job.ts";

const u32 = fc.nat({ max: 0xffff_ffff });
const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const instant = fc.bigInt({ min: -(10n ** 20n), max: 3n * 10n ** 20n });
const bytes = fc.uint8Array({ maxLength: 40 });
const id = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((raw) => raw.toHex() as BlobId);
const offset = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const text = fc.string({ unit: "grapheme" });
const list = <T>(item: fc.Arbitrary<T>) => fc.array(item, { maxLength: 5 });

const job: fc.Arbitrary<LaneJob> = fc.record({
  root: fc.nat({ max: 1 << 20 }),
  privileged: fc.boolean(),
  syncs: fc.boolean(),
  folders: list(fc.record({ parent: u32, name: bytes, dev: u64, ino: u64 })),
  blobs: list(fc.record({ id, offset: u32, length: u32, uncompressedLength: u32 })),
  files: list(fc.record({
    folder: u32,
    name: bytes,
    metadata: fc.record({
      permissions: fc.nat({ max: 0o7777 }),
      uid: u32,
      gid: u32,
      mtime: instant,
      atime: instant,
      xattrs: list(fc.record({ name: text, value: fc.option(bytes) })),
    }),
    blobs: list(u32),
    wantsIdentity: fc.boolean(),
  })),
  parts: list(
    fc.record({ folder: u32, name: bytes, dev: u64, ino: u64, offset, blob: u32, fresh: fc.boolean() }),
  ),
  checks: list(fc.record({ folder: u32, name: bytes, offset, blocks: list(fc.record({ id, length: u32 })) })),
});

const result: fc.Arbitrary<LaneResult> = fc.record({
  bytesWritten: offset,
  failures: list(fc.record({
    kind: fc.constantFrom("file" as const, "part" as const),
    item: u32,
    code: fc.constantFrom(...Object.keys(CODES) as SgCode[]),
    why: text,
  })),
  identities: list(fc.record({ item: u32, dev: u64, ino: u64 })),
  checks: list(fc.record({ size: fc.integer({ min: -1 }), equal: bytes, why: text })),
});

const plain = (value: unknown) =>
  JSON.stringify(value, (_, v) => typeof v === "bigint" ? `${v}n` : v instanceof Uint8Array ? v.toHex() : v);

Deno.test("encodeJob and decodeJob are inverse", () => {
  fc.assert(fc.property(job, (value) => assert.equal(plain(decodeJob(encodeJob(value))), plain(value))));
});

Deno.test("encodeResult and decodeResult are inverse", () => {
  fc.assert(
    fc.property(result, (value) => assert.equal(plain(decodeResult(encodeResult(value))), plain(value))),
  );
});

Deno.test("decodeJob refuses bytes that are cut off or too many", () => {
  fc.assert(fc.property(job, fc.nat(), (value, cut) => {
    const encoded = encodeJob(value);
    const refused = (broken: Uint8Array) =>
      assert.throws(() => decodeJob(broken), (e) => isSgError(e, "SG1023"));
    refused(encoded.subarray(0, cut % encoded.length));
    refused(new Uint8Array([...encoded, 0]));
  }));
});
