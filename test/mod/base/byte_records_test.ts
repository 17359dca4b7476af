// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import fc from "fast-check";
import { ByteReader, ByteWriter } from "../../../mod/base/mod.ts";

const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const instant = fc.bigInt({ min: -(2n ** 95n), max: 2n ** 95n - 1n });
const record = fc.record({
  ...{ a: fc.nat({ max: 255 }), b: fc.nat({ max: 0xffff }), c: fc.nat({ max: 0xffff_ffff }), d: fc.double() },
  ...{ e: u64, f: instant, g: fc.uint8Array({ maxLength: 300 }), h: fc.string({ unit: "grapheme" }) },
});

Deno.test("ByteReader reads what ByteWriter wrote, record by record", () => {
  fc.assert(fc.property(fc.array(record, { maxLength: 8 }), fc.nat(64), (records, capacity) => {
    const writer = new ByteWriter(capacity);
    for (const { a, b, c, d, e, f, g, h } of records) {
      writer.u8(a), writer.u16(b), writer.u32(c), writer.f64(d), writer.u64(e), writer.instant(f);
      writer.bytes(g), writer.text(h);
    }
    const reader = new ByteReader(writer.take());
    assert.equal(writer.length, 0);
    const read = () => ({
      ...{ a: reader.u8(), b: reader.u16(), c: reader.u32(), d: reader.f64(), e: reader.u64() },
      ...{ f: reader.instant(), g: reader.bytes().slice(), h: reader.text() },
    });
    assert.deepEqual(records.map(read), records.map((one) => ({ ...one })));
    assert.equal(reader.done, true);
  }));
});

Deno.test("ByteReader refuses to read beyond the end, whatever is asked for", () => {
  const short = new Uint8Array([9, 0, 0, 0]);
  const asks: ((reader: ByteReader) => unknown)[] = [
    (reader) => reader.bytes(),
    (reader) => reader.text(),
    (reader) => reader.raw(5),
    (reader) => reader.f64(),
    (reader) => reader.u64(),
    (reader) => reader.instant(),
    (reader) => [reader.u32(), reader.u8()],
  ];
  for (const ask of asks) assert.throws(() => ask(new ByteReader(short)), RangeError);
});
