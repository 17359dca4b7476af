// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { inFreshProcess } from "../../kit/fresh_process.ts";

/** Gives the MiB that blocks took, and that stayed after they were freed. */
const STAYED = `(() => {
  platform.keepMemorySmall();
  const sizes = [8, 16, 24, 30, 24, 16, 8].map((mib) => mib << 20);
  // The first freed block of 30 MiB would raise the threshold; what comes after would stay with the process.
  for (const size of sizes) new Uint8Array(size).fill(1).buffer.transfer(0);
  const before = Deno.memoryUsage().rss;
  const blocks = sizes.map((size) => new Uint8Array(size).fill(1));
  const held = Deno.memoryUsage().rss;
  for (const block of blocks) block.buffer.transfer(0);
  return { held: (held - before) >> 20, stayed: (Deno.memoryUsage().rss - before) >> 20 };
})()`;

Deno.test({
  name: "keepMemorySmall has large blocks given back when they are freed, whatever was freed before",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const { held, stayed } = await inFreshProcess<{ held: number; stayed: number }>(STAYED);
    assert.ok(held > 100, `${held} MiB`);
    assert.ok(stayed < 20, `${stayed} MiB`);
  },
});

Deno.test("keepMemorySmall does nothing, quietly, where the environment forbids the C library", async () => {
  assert.equal(await inFreshProcess("platform.keepMemorySmall() ?? 0", { SPAREGRID_NO_NATIVE: "1" }), 0);
});
