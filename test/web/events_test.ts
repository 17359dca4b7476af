// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import fc from "fast-check";
import { EventReader } from "../../web/events.js";

const STREAM =
  ':\n\nevent: next\ndata: {"a":1}\n\n:\n\nevent: next\ndata: {"b":\ndata: 2}\n\nevent: complete\ndata:\n\n';
const EVENTS = [
  { event: "next", data: '{"a":1}' },
  { event: "next", data: '{"b":\n2}' },
  { event: "complete", data: "" },
];

Deno.test("EventReader: the same events however the stream is cut", () => {
  fc.assert(fc.property(fc.array(fc.nat(STREAM.length)), (cuts) => {
    const reader = new EventReader();
    const at = [0, ...cuts.sort((a, b) => a - b), STREAM.length];
    assert.deepEqual(at.flatMap((end, i) => reader.push(STREAM.slice(at[i - 1] ?? 0, end))), EVENTS);
  }));
  assert.deepEqual(new EventReader().push(STREAM.replaceAll("\n", "\r\n")), EVENTS);
});

Deno.test("EventReader: an event without an end is given up before it fills the memory", () => {
  const reader = new EventReader();
  assert.throws(() => {
    for (let i = 0; i < 100; i++) reader.push("x".repeat(1 << 16));
  }, /without an end/);
});
