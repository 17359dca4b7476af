// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { keepMemorySmall } from "../../../mod/platform/mod.ts";

/** Run in a process of its own, whose memory nobody else uses. Prints the MiB that stayed after blocks were freed. */
const STAYED = `
import { keepMemorySmall } from ${JSON.stringify(import.meta.resolve("../../../mod/platform/mod.ts"))};
keepMemorySmall();
const sizes = [8, 16, 24, 30, 24, 16, 8].map((mib) => mib << 20);
// The first freed block of 30 MiB would raise the threshold; what comes after would stay with the process.
for (const size of sizes) new Uint8Array(size).fill(1).buffer.transfer(0);
const before = Deno.memoryUsage().rss;
const blocks = sizes.map((size) => new Uint8Array(size).fill(1));
const held = Deno.memoryUsage().rss;
for (const block of blocks) block.buffer.transfer(0);
console.log(JSON.stringify({ held: (held - before) >> 20, stayed: (Deno.memoryUsage().rss - before) >> 20 }));
`;

Deno.test({
  name: "keepMemorySmall has large blocks given back when they are freed, whatever was freed before",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["eval", "--no-check", STAYED] })
      .output();
    const { held, stayed } = JSON.parse(new TextDecoder().decode(stdout)) as { held: number; stayed: number };
    assert.ok(held > 100, `${held} MiB`);
    assert.ok(stayed < 20, `${stayed} MiB`);
  },
});

Deno.test("keepMemorySmall does nothing, quietly, where the environment forbids the C library", () => {
  const before = Deno.env.get("SPAREGRID_NO_NATIVE");
  Deno.env.set("SPAREGRID_NO_NATIVE", "1");
  try {
    keepMemorySmall();
  } finally {
    if (before === undefined) Deno.env.delete("SPAREGRID_NO_NATIVE");
    else Deno.env.set("SPAREGRID_NO_NATIVE", before);
  }
});
