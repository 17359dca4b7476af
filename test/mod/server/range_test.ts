// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { rangeOf } from "../../../mod/server/range.ts";

Deno.test("rangeOf: reads the one range of RFC 9110 that is asked for", () => {
  const of = (header: string | undefined, size = 100) => rangeOf(header, size);
  assert.deepEqual(of("bytes=0-9"), { offset: 0, length: 10 });
  assert.deepEqual(of("bytes=90-"), { offset: 90, length: 10 });
  assert.deepEqual(of("bytes=-10"), { offset: 90, length: 10 });
  assert.deepEqual(of("bytes=-1000"), { offset: 0, length: 100 });
  assert.deepEqual(of("bytes=50-1000"), { offset: 50, length: 50 });
  assert.deepEqual(of("bytes=99-99"), { offset: 99, length: 1 });
});

Deno.test("rangeOf: outside of the file is none, and what is not understood is the whole file", () => {
  for (const header of ["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=999999999999999-"]) {
    assert.equal(rangeOf(header, 100), "none", header);
  }
  assert.equal(rangeOf("bytes=0-", 0), "none");
  const whole = [
    undefined,
    "",
    "bytes=",
    "bytes=-",
    "bytes=9-3",
    "bytes=0-1,5-6",
    "lines=0-1",
    "bytes=a-b",
    "bytes = 0-1",
  ];
  for (const header of whole) assert.equal(rangeOf(header, 100), undefined, header);
});
