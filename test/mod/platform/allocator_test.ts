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

/** Gives the MiB of large pages that the process has when a block was filled, and whether its bytes are right. */
const LARGE = `(() => {
  const MIB = 1 << 20;
  const bytes = platform.inLargePages(new Uint8Array(16 * MIB + 5));
  const zeros = bytes.every((byte) => byte === 0);
  for (let at = 0; at < bytes.length; at++) bytes[at] = at % 251;
  const held = bytes.every((byte, at) => byte === at % 251);
  const smaps = Deno.readTextFileSync("/proc/self/smaps_rollup");
  const small = platform.inLargePages(new Uint8Array(5)), none = platform.inLargePages(new Uint8Array(0));
  return { zeros, held, large: Number(/AnonHugePages: *(\\d+)/.exec(smaps)[1]) >> 10, small: small.length, none: none.length };
})()`;

Deno.test({
  name:
    "inLargePages gives the memory that it was given, in large pages where the system has them when asked",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const told = await inFreshProcess<{ large: number }>(LARGE);
    const { large, ...rest } = told;
    assert.deepEqual(rest, { zeros: true, held: true, small: 5, none: 0 });
    const asked = await largePagesWhenAsked();
    assert.ok(!asked || large > 0, `${large} MiB`);
    const { large: _, ...without } = await inFreshProcess<{ large: number }>(LARGE, {
      SPAREGRID_NO_NATIVE: "1",
    });
    assert.deepEqual(without, rest);
  },
});

async function largePagesWhenAsked(): Promise<boolean> {
  try {
    const text = await Deno.readTextFile("/sys/kernel/mm/transparent_hugepage/enabled");
    return /\[(?:madvise|always)\]/.test(text);
  } catch {
    return false;
  }
}
