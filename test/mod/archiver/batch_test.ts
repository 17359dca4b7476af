// Copyright the SpareGrid authors. Apache-2.0.
import { ByteReader, ByteWriter } from "../../../mod/base/mod.ts";
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  BatchWriter,
  type FileOutcome,
  readBatch,
  readOutcome,
  writeOutcome,
} from "../../../mod/archiver/batch.ts";
import type { Stat } from "../../../mod/platform/mod.ts";

/** Records as the program makes them, with the usual prototype. */
function plain<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(model, { noNullPrototype: true }) as fc.Arbitrary<T>;
}

const bytes = fc.uint8Array({ maxLength: 300 });
const u32 = fc.nat(2 ** 32 - 1);
const u64 = fc.bigInt(0n, 2n ** 64n - 1n);
const size = fc.maxSafeNat();
const instant = fc.bigInt(-(2n ** 90n), 2n ** 90n);

const stat: fc.Arbitrary<Stat> = plain({
  kind: fc.constantFrom("file", "dir", "symlink", "dev", "chardev", "fifo", "socket", "irregular"),
  permissions: fc.nat(0o7777),
  ...{ dev: u64, ino: u64, links: u32, uid: u32, gid: u32, rdev: u64, size, allocated: size },
  ...{ mtime: instant, atime: instant, ctime: instant },
});

const outcome: fc.Arbitrary<FileOutcome> = fc.oneof(
  plain({
    kind: fc.constantFrom("saved" as const, "changed" as const),
    stat,
    bytes: size,
    xattrs: fc.array(plain({ name: fc.string({ unit: "grapheme" }), value: bytes }), { maxLength: 3 }),
    xattrFailure: fc.string({ unit: "grapheme" }),
    content: fc.nat(5).chain((n) => fc.uint8Array({ minLength: n * 32, maxLength: n * 32 })),
  }),
  plain({
    kind: fc.constantFrom("failed" as const, "notFile" as const),
    errno: fc.string(),
    message: fc.string({ unit: "grapheme" }),
  }),
);

Deno.test("BatchWriter and readBatch are inverse", () => {
  const item = plain({
    folder: fc.nat(2 ** 31 - 1),
    name: fc.uint8Array({ minLength: 1, maxLength: 255 }),
    offset: size,
    length: fc.oneof(size, fc.constant(-1)),
  });
  fc.assert(fc.property(fc.array(item, { maxLength: 300 }), (items) => {
    const writer = new BatchWriter();
    for (const one of items) writer.add(one);
    assert.equal(writer.count, items.length);
    assert.deepEqual([...readBatch(writer.take())], items);
    assert.equal(writer.take().length, 0);
  }));
});

Deno.test("writeOutcome and readOutcome are inverse for all numbers and times", () => {
  fc.assert(fc.property(fc.array(outcome, { maxLength: 8 }), (outcomes) => {
    const writer = new ByteWriter(1);
    for (const one of outcomes) writeOutcome(writer, one);
    const reader = new ByteReader(writer.take());
    const found = outcomes.map(() => readOutcome(reader));
    assert.deepEqual(found, outcomes);
    assert.equal(reader.done, true);
  }));
});

Deno.test("readOutcome refuses one that is cut off", () => {
  fc.assert(fc.property(outcome, fc.nat(), (one, cut) => {
    const writer = new ByteWriter();
    writeOutcome(writer, one);
    const whole = writer.take();
    const part = whole.subarray(0, cut % whole.length);
    assert.throws(() => readOutcome(new ByteReader(part)), RangeError);
  }));
});
