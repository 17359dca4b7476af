// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { LinkWatch } from "../../../mod/platform/mod.ts";

/** What the watch says each second of a silence that a link of `bytesPerSecond` goes on moving in. */
function seenBy(bytesPerSecond: number | undefined, sending: boolean, limitMs = 60_000): string[] {
  let nowMs = 0;
  const watch = new LinkWatch(() => bytesPerSecond === undefined ? undefined : nowMs * bytesPerSecond / 1000);
  const seen: string[] = [];
  for (; seen.at(-1) !== "gone" && seen.at(-1) !== "moving" && nowMs <= 20 * limitMs; nowMs += 1000) {
    seen.push(watch.look(nowMs, limitMs, sending));
  }
  return seen;
}

Deno.test("LinkWatch: where nothing moves the other side is gone when the limit is over, sending or not", () => {
  for (const sending of [false, true]) {
    const seen = seenBy(0, sending);
    assert.deepEqual([seen.length, seen.at(-1)], [61, "gone"]);
    assert.ok(seen.slice(0, -1).every((look) => look === "patient"));
  }
});

Deno.test("LinkWatch: a link of 1 kbit/s that eight share moves; a byte now and then does not", () => {
  assert.equal(seenBy(125 / 8, true).at(-1), "moving");
  assert.equal(seenBy(1, true).at(-1), "gone");
});

Deno.test("LinkWatch: where the system does not tell, who may be sending has ten times as long", () => {
  assert.equal(seenBy(undefined, false).length, 61);
  assert.equal(seenBy(undefined, true).length, 601);
});

Deno.test("LinkWatch: each silence is looked at anew", () => {
  let moved = 1_000;
  const watch = new LinkWatch(() => moved);
  for (const silentMs of [250, 500]) watch.look(silentMs, 1000, true);
  moved += 1_000;
  watch.heard();
  for (const silentMs of [250, 500]) watch.look(silentMs, 1000, true);
  assert.equal(watch.look(1000, 1000, true), "gone", "what moved before the silence is no news");
  for (const silentMs of [250, 500]) watch.look(silentMs, 1000, true);
  moved += 1_000;
  assert.equal(watch.look(1000, 1000, true), "moving");
});
