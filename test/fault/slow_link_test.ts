// Copyright the SpareGrid authors. Apache-2.0.
// F15: links that are slow and lose packets, made by the kernel in a network of their own. The system takes a pack at once and
// sends it for much longer than a silent server is waited for: that is no silence. Requests wait for seconds here, not for
// minutes, so that a link of 2 Mbit/s is to them what one of 64 kbit/s is to a user.
import assert from "node:assert/strict";
import { overSlowLink, type SlowLink } from "../kit/slow_link.ts";

const LINK: SlowLink = {
  ...{ tls: true, rate: "2mbit", queueBytes: 64_000, lossPercent: 0 },
  ...{ fileBytes: 3_000_000, idleMs: 2_000 },
};

const mayShape = Deno.build.os === "linux" && Deno.uid() === 0;
const why = mayShape ? "" : " (needs root)";

Deno.test(`a pack that is under way for longer than silence is borne arrives, and comes back${why}`, {
  ignore: !mayShape,
}, async () => {
  const cases: SlowLink[] = [LINK, { ...LINK, tls: false, lossPercent: 5, fileBytes: 1_000_000 }];
  const outcomes = await Promise.all(cases.map(overSlowLink));
  for (const outcome of outcomes) assert.equal(outcome.same, true, JSON.stringify(outcome));
  const [{ savedMs, loadedMs }] = outcomes as [{ savedMs: number; loadedMs: number }];
  assert.ok(Math.min(savedMs, loadedMs) > 3 * LINK.idleMs, "the link was not slow");
});

Deno.test(
  `a link over which nothing goes any more ends a save, though the system still holds the most of it${why}`,
  {
    ignore: !mayShape,
  },
  async () => {
    for (const tls of [false, true]) {
      assert.equal((await overSlowLink({ ...LINK, tls, downAfterMs: 3_000 })).code, "SG0198");
    }
  },
);
