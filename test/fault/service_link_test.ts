// Copyright the SpareGrid authors. Apache-2.0.
// F14 to F17 between this engine and SpareGrid's own backup port, requests signed, plain and over TLS: connections end in each of
// the ways in which they do, bits turn, bytes come twice or not at all. No snapshot that was there is harmed, nothing that was
// called done is missing, the next run is done, and the server's figures are those of its disk.
import assert from "node:assert/strict";
import { randomBelow } from "../../mod/base/mod.ts";
import { ServiceFarSide } from "../kit/far_side.ts";
import { NetworkBench } from "../kit/network_bench.ts";
import { assertDoneAtAnyPace, assertNextRunIsDone, OPERATIONS } from "../kit/network_operations.ts";
import { SeededRandom } from "../kit/seeded_random.ts";
import type { LinkFault, LinkFaultKind } from "../kit/tcp_proxy.ts";

const BREAKS: readonly LinkFaultKind[] = ["reset", "close", "half-close", "blackhole"];
const LIES: readonly LinkFaultKind[] = ["flip", "flip", "duplicate", "drop"];

for (const tls of [false, true]) {
  for (const operation of OPERATIONS) {
    const what = `${operation.name} at the backup port${tls ? " over TLS" : ""}`;
    Deno.test(`${what} in segments of one byte, and with slow ones, is done`, async () => {
      await using bench = await NetworkBench.before(await ServiceFarSide.open({ tls }));
      await assertDoneAtAnyPace(bench, operation);
      await bench.far.assertFigures(what);
    });

    if (tls && ["backup", "restore"].includes(operation.name)) {
      Deno.test(`${what} where each direction takes an eighth to a quarter of a silence is done`, async () => {
        await using bench = await NetworkBench.before(await ServiceFarSide.open({ tls }));
        bench.idleMs = 4_000;
        await assertDoneAtAnyPace(bench, operation, [{ latencyMs: [500, 1_000] }]);
      });
    }

    Deno.test(`${what} outlives what a link does`, async () => {
      await using bench = await NetworkBench.before(await ServiceFarSide.open({ tls }));
      await operation.place(bench);
      bench.proxy.reset();
      const undisturbed = await operation.run(bench);
      assert.ok(undisturbed.value, undisturbed.error?.message);
      const random = new SeededRandom(tls ? 1602 : 1601);
      const totals = { up: bench.proxy.passed("up"), down: bench.proxy.passed("down") };
      const faults: LinkFault[] = [...BREAKS, ...LIES].flatMap((kind) =>
        (["up", "down"] as const).map((direction) => ({
          ...{ kind, direction, at: randomBelow(random, totals[direction]), bit: randomBelow(random, 8) },
        }))
      );
      for (const [i, fault] of faults.entries()) {
        const said =
          `${operation.name}: ${fault.kind} (bit ${fault.bit}) at byte ${fault.at} ${fault.direction}`;
        const breaks = BREAKS.includes(fault.kind);
        await operation.place(bench);
        // A length that lies keeps both sides waiting, and so does a link that is silent.
        bench.idleMs = breaks && fault.kind !== "blackhole" ? 8_000 : 500;
        bench.proxy.reset(fault);
        const outcome = await operation.run(bench);
        // Under TLS no byte arrives that was not sent: a spoilt one ends the connection, and that is tried again.
        const whole = breaks || tls;
        if (whole) assert.equal(outcome.error, undefined, said);
        await operation.judge(bench, outcome, said, whole ? "breaks" : "lies");
        bench.proxy.reset();
        await bench.far.assertFigures(said);
        bench.idleMs = 8_000;
        // To the server a prune whose connection ended may still be asleep: what it stored stays for a day.
        if (i % 5 === 0) await assertNextRunIsDone(bench, operation, said, "SG1045");
      }
    });
  }
}
