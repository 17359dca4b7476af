// Copyright the SpareGrid authors. Apache-2.0.
// F15, F17: bits flip on the way, bytes come twice or not at all, segments hold one byte, and the server or something in front
// of it gives answers that are not the exact one.
import assert from "node:assert/strict";
import { randomBelow } from "../../mod/base/mod.ts";
import type { PlainFarSide } from "../kit/far_side.ts";
import { atRequest, NetworkBench } from "../kit/network_bench.ts";
import {
  assertDoneAtAnyPace,
  assertNextRunIsDone,
  type Operation,
  OPERATIONS,
} from "../kit/network_operations.ts";
import type { RestFault } from "../kit/rest_server.ts";
import { SeededRandom } from "../kit/seeded_random.ts";
import type { LinkFault } from "../kit/tcp_proxy.ts";

/** Faults in each direction for each operation. */
const FLIPS = 25, DUPLICATES = 6, DROPS = 6;

async function undisturbed(bench: NetworkBench<PlainFarSide>, operation: Operation): Promise<void> {
  await operation.place(bench);
  bench.proxy.reset();
  bench.far.server.requests.length = 0;
  const outcome = await operation.run(bench);
  assert.ok(outcome.value, outcome.error?.message);
}

for (const operation of OPERATIONS) {
  Deno.test(`${operation.name} over a link that lies gives the truth or an error`, async () => {
    await using bench = await NetworkBench.open();
    await undisturbed(bench, operation);
    const random = new SeededRandom(1501);
    const totals = { up: bench.proxy.passed("up"), down: bench.proxy.passed("down") };
    const faults: LinkFault[] = [];
    for (const direction of ["up", "down"] as const) {
      const some = (count: number, kind: LinkFault["kind"]) => {
        for (let i = 0; i < count; i++) {
          const at = randomBelow(random, totals[direction]);
          faults.push({ kind, direction, at, bit: randomBelow(random, 8) });
        }
      };
      some(FLIPS, "flip");
      some(DUPLICATES, "duplicate");
      some(DROPS, "drop");
    }
    for (const [i, fault] of faults.entries()) {
      const said =
        `${operation.name}: ${fault.kind} (bit ${fault.bit}) at byte ${fault.at} ${fault.direction}`;
      await operation.place(bench);
      // A length that lies keeps both sides waiting; an error is as good an outcome here.
      bench.idleMs = 500;
      bench.proxy.reset(fault);
      const outcome = await operation.run(bench);
      await operation.judge(bench, outcome, said, "lies");
      bench.idleMs = 8_000;
      if (i % 4 === 0) await assertNextRunIsDone(bench, operation, said);
    }
  });

  Deno.test(`${operation.name} in segments of one byte, and with slow ones, is done`, async () => {
    await using bench = await NetworkBench.open();
    await assertDoneAtAnyPace(bench, operation);
  });
}

/** What a server, a gateway or a cache may answer instead; once. */
const ANSWERS: readonly Omit<RestFault, "on">[] = [
  ...[500, 502, 503, 504, 429].map((status) => ({ kind: "status", status }) as const),
  { kind: "status", status: 503, headers: { "retry-after": "1" } },
  ...[301, 302, 307, 308].map((status) =>
    ({ kind: "status", status, headers: { location: "/elsewhere" } }) as const
  ),
  ...[201, 202, 204, 205].map((status) => ({ kind: "status", status }) as const),
  { kind: "truncate", bytes: 10 },
  { kind: "drop", bytes: 10 },
  { kind: "lost" },
  { kind: "stall-body", bytes: 5 },
  { kind: "flip" },
  { kind: "body", text: "<html>Please log in</html>" },
  { kind: "body", text: "" },
  { kind: "body", text: "[]" },
  { kind: "stale" },
];
/** With these nothing is wrong but the moment: the run must be done. */
const PASSING = /"(?:status":(?:5|429)|kind":"(?:drop|lost|stall-body)")/;

for (const operation of OPERATIONS) {
  Deno.test(`${operation.name} takes no answer but the exact one, at any request`, async () => {
    await using bench = await NetworkBench.open();
    await undisturbed(bench, operation);
    const requests = [...bench.far.server.requests];
    for (let i = 0; i < requests.length * 4; i++) {
      const number = 1 + (i % requests.length);
      const answer = ANSWERS[(i * 7 + Math.floor(i / requests.length)) % ANSWERS.length]!;
      const said = `${operation.name}: ${JSON.stringify(answer)} to request ${number}, such as ${
        requests[number - 1]
      }`;
      await operation.place(bench);
      bench.idleMs = answer.kind.startsWith("stall") ? 200 : 8_000;
      bench.proxy.reset();
      // An empty success for what was never done shows in nothing; of a question, it is no answer.
      const on = answer.text === "" ? /^(GET|HEAD) / : /./;
      bench.far.server.faults.push(atRequest(number, { ...answer, on }));
      const outcome = await operation.run(bench);
      bench.far.server.faults.length = 0;
      if (PASSING.test(JSON.stringify(answer))) assert.equal(outcome.error?.message, undefined, said);
      await operation.judge(bench, outcome, said, "lies");
      bench.idleMs = 8_000;
      if (i % 5 === 0) await assertNextRunIsDone(bench, operation, said);
    }
  });
}

Deno.test("a prune behind a cache that knows old lists removes nothing", async () => {
  await using bench = await NetworkBench.open();
  const later = [...bench.damage.files.keys()].filter((file) => /^(snapshots|index)\//.test(file)).slice(1);
  await bench.place(later);
  const storage = bench.storage();
  for (const type of ["snapshots", "index"] as const) await Array.fromAsync(storage.list(type));
  await storage.close();
  const [, , , prune] = OPERATIONS;
  await prune!.place(bench);
  bench.far.server.faults.push({ on: /^GET (snapshots|index)\/$/, kind: "stale" });
  const { error } = await prune!.run(bench);
  bench.far.server.faults.length = 0;
  assert.match(String(error), /out of a cache/);
  await prune!.judge(bench, { value: undefined, error }, "stale lists", "lies");
});
