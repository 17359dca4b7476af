// Copyright the SpareGrid authors. Apache-2.0.
// A service in a process of its own takes what a stranger and a signed-in user can throw at its API.
import assert from "node:assert/strict";
import { scratch } from "../kit/scratch.ts";
import { startService } from "../kit/service_process.ts";

const ROUNDS = 24;
/** What may be added from the middle third of the rounds to the last, bytes: 800 KB a round, of bombs that hold 10 MB. */
const GROWTH_MAX = 20 * 1024 * 1024;

const list = (length: number, make: (i: number) => string) =>
  Array.from({ length }, (_, i) => make(i)).join(" ");
const json = (query: string, more: object = {}) => JSON.stringify({ query, ...more });

const BOMBS: Readonly<Record<string, string>> = {
  deep: json(`{ set(id: "1") ${"{ lastRun { set ".repeat(400)} { id } ${"}}".repeat(400)} }`),
  braces: json("{ a ".repeat(1_100)),
  wide: json(`{ ${list(2_200, () => "setUpNeeded")} }`),
  repeats: json(`{ ${list(390, () => "me { csrf }")} }`),
  aliases: json(`{ ${list(400, (i) => `a${i}: setUpNeeded`)} }`),
  circle: json("query { ...A } fragment A on Query { ...B } fragment B on Query { ...A }"),
  doubling: json(
    `{ ...F0 } ${
      list(150, (i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} }`)
    } fragment F150 on Query { setUpNeeded }`,
  ),
  directives: json(`{ setUpNeeded ${list(600, () => "@include(if: true)")} }`),
  text: json(`{ set(name: "${"x".repeat(200_000)}") { id } }`),
  comment: json(`#${"x".repeat(200_000)}`),
  batch: `[${Array(1_000).fill(json("{ setUpNeeded }")).join()}]`,
  nestedJson: "[".repeat(200_000),
  variables: json("query($a: String) { setUpNeeded }", { variables: { a: "x".repeat(200_000) } }),
  large: " ".repeat(10_000_000),
};

async function residentBytes(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)![1]) * 1024;
}

Deno.test("API: bombs of fourteen kinds are refused, the service's memory stays, and it answers others [W11]", async () => {
  await using place = await scratch();
  await using service = await startService(`${place.path}/data`);
  const url = `http://127.0.0.1:${service.start.ports["console"]}/graphql`;
  const owner = (await Deno.readTextFile(`${place.path}/data/owner.token`)).trim();
  const post = async (body: string, authorization?: string) => {
    const headers = { "content-type": "application/json", ...(authorization ? { authorization } : {}) };
    const response = await fetch(url, { method: "POST", headers, body });
    return { status: response.status, json: await response.json() };
  };
  const resident: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, body] of Object.entries(BOMBS)) {
      for (const authorization of [undefined, `Bearer ${owner}`]) {
        // Of the largest only a part is read: the client may find the connection ended before it sees the answer.
        const { status, json } = await post(body, authorization).catch((error: Error) => {
          assert.equal(name, "large", `${error}`);
          return { status: 413, json: { errors: [{}] } };
        });
        assert.ok(
          [400, 413].includes(status) && json.errors.length > 0,
          `${name}: ${status} ${JSON.stringify(json).slice(0, 300)}`,
        );
      }
    }
    assert.deepEqual((await post(json("{ setUpNeeded }"))).json, { data: { setUpNeeded: true } });
    resident.push(await residentBytes(service.pid));
  }
  // What the first rounds take is the compiler's; below the most of some rounds the collector goes up and down.
  const third = ROUNDS / 3;
  const grown = Math.max(...resident.slice(-third)) - Math.max(...resident.slice(third, -third));
  assert.ok(grown < GROWTH_MAX, `the service grew by ${grown} bytes: ${resident}`);
});
