// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { buildSchema, getIntrospectionQuery, parse } from "graphql";
import { LIMITS, SCHEMA_TEXT } from "../../../mod/api/mod.ts";
import { checkLimits } from "../../../mod/api/limits.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import { apiStage } from "../../kit/api_stage.ts";

const schema = buildSchema(SCHEMA_TEXT);

function verdict(query: string, variables: Record<string, unknown> = {}): string {
  try {
    checkLimits(schema, parse(query), variables);
    return "allowed";
  } catch (error) {
    assert.ok(isSgError(error, "SG1041"));
    return error.message;
  }
}

const RUN =
  `id kind state orderedBy queuedAt startedAt endedAt nextTryAt attempt code message remedy report snapshotId
  problemCount set { id name } destination { id name } progress { phase filesDone filesTotal bytesDone bytesTotal at }`;

Deno.test("checkLimits: the heaviest page of each list is allowed", () => {
  const pages = [
    `{ runs(first: 500) { nodes { ${RUN} } pageInfo { hasNextPage endCursor } totalCount } }`,
    `{ accounts(first: 500) { nodes { id state label used trash quota appendOnly retentionLockDays uploadBytesPerSecond
       suspended createdAt approvedAt seenAt seenAddress } pageInfo { endCursor } totalCount } }`,
    `{ sets(first: 100) { nodes { id name sources excludes { patterns } options { compression tags }
       destinations { repository destination { name } } lastRun { ${RUN} } lastSnapshot { id takenAt } } } }`,
    `{ audit(first: 500) { nodes { sequence at actor address action subject details result hash } } }`,
  ];
  for (const page of pages) assert.equal(verdict(page), "allowed", page);
  assert.equal(verdict(getIntrospectionQuery()), "allowed");
});

Deno.test("checkLimits: depth, aliases, directives and cost have bounds, also in fragments [W11]", () => {
  const nested = (depth: number) =>
    "{ set(id: 1) " + "{ lastRun { set ".repeat(depth) + "{ id }" + "}}".repeat(depth) + " }";
  assert.equal(verdict(nested(4)), "allowed");
  assert.match(verdict(nested(5)), /depth is 12, and 10 is allowed/);
  const aliases = (count: number) =>
    `{ ${Array.from({ length: count }, (_, i) => `a${i}: setUpNeeded`).join(" ")} }`;
  assert.equal(verdict(aliases(LIMITS.aliases)), "allowed");
  assert.match(verdict(aliases(LIMITS.aliases + 1)), /aliases/);
  const spread = `fragment F on Query { a: setUpNeeded b: me { csrf } } query { ...F ${
    "... on Query { ...F } ".repeat(15)
  } }`;
  assert.match(verdict(spread), /aliases is 32/);
  const same = (count: number) => `{ ${"me { csrf } ".repeat(count)} }`;
  assert.equal(verdict(same(LIMITS.repeats)), "allowed");
  assert.match(verdict(same(LIMITS.repeats + 1)), /repeats/);
  assert.match(verdict(`{ setUpNeeded ${"@skip(if: false) ".repeat(LIMITS.directives + 1)} }`), /directives/);
  assert.match(
    verdict(`{ runs(first: 500) { nodes { set { destinations { destination { name } } } } } }`),
    /cost/,
  );
  assert.match(verdict(`query($n: Int!) { runs(first: $n) { nodes { ${RUN} } } }`, { n: 1_000_000 }), /cost/);
});

Deno.test("checkLimits: fragments in circles, and fragments that double each other, are measured at once [W11]", () => {
  assert.match(
    verdict("query { ...A } fragment A on Query { me { user { name } } ...B } fragment B on Query { ...A }"),
    /depth is no end/,
  );
  const doubling = Array.from(
    { length: 60 },
    (_, i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} }`,
  ).join(" ");
  assert.match(verdict(`{ ...F0 } ${doubling} fragment F60 on Query { setUpNeeded }`), /cost/);
});

Deno.test("graphqlHandler: bombs are refused, and the service goes on [W11]", async () => {
  await using stage = await apiStage();
  await stage.people.add("anna", "administrator");
  const token = await stage.people.issue("anna", ["READ", "OPERATE", "RESTORE", "ADMINISTER"]);
  const list = (length: number, make: (i: number) => string) =>
    Array.from({ length }, (_, i) => make(i)).join(" ");
  const bombs: Record<string, string> = {
    deep: `{ set(id: "1") ${"{ lastRun { set ".repeat(400)} { id } ${"}}".repeat(400)} }`,
    braces: "{ a ".repeat(1_100),
    wide: `{ ${list(1_900, () => "setUpNeeded")} ${list(300, () => "setUpNeeded")} }`,
    repeats: `{ ${list(390, () => "me { csrf }")} }`,
    aliases: `{ ${list(400, (i) => `a${i}: setUpNeeded`)} }`,
    circle: "query { ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
    directives: `{ setUpNeeded ${list(600, () => "@include(if: true)")} }`,
    fragments: `{ ...F0 } ${
      list(150, (i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} }`)
    } fragment F150 on Query { setUpNeeded }`,
    schema: `{ ${list(6, (i) => `s${i}: __schema { types { name } }`)} }`,
    page: "{ runs(first: 501) { totalCount } }",
    text: `{ set(name: "${"x".repeat(100_000)}") { id } }`,
    comment: `#${"x".repeat(200_000)}\n{ setUpNeeded }`,
    list: `{ runs(filter: {kinds: [${list(1_950, () => "BACKUP")}]}) { totalCount } ${
      list(300, () => "setUpNeeded")
    } }`,
  };
  for (let round = 0; round < 3; round++) {
    for (const [name, query] of Object.entries(bombs)) {
      const { codes, status, text } = await stage.ask(query, {}, { token });
      assert.deepEqual([codes[0]], ["SG1041"], `${name}: ${status} ${text.slice(0, 300)}`);
    }
  }
  const large = await stage.post(new Uint8Array(10_000_000).fill(0x20), { token }).catch((error) => error);
  if (!(large instanceof Error)) assert.deepEqual([large.status, large.codes], [413, ["SG1041"]]);
  assert.deepEqual((await stage.ask("{ setUpNeeded }")).data, { setUpNeeded: false });
});

Deno.test("graphqlHandler: several requests in one, and bodies that are none, are refused [W11]", async () => {
  await using stage = await apiStage();
  const bodies = [
    `[{"query":"{ setUpNeeded }"},{"query":"{ setUpNeeded }"}]`,
    "",
    "null",
    "{",
    `{"query":1}`,
    `{"query":"{ setUpNeeded }","variables":[]}`,
    `{"query":"{ setUpNeeded }","operationName":{}}`,
    "[".repeat(200_000),
    new Uint8Array([0x7b, 0xff, 0x7d]),
  ];
  for (const body of bodies) {
    const { status, codes } = await stage.post(body);
    assert.deepEqual([status, codes], [400, ["SG1040"]], String(body).slice(0, 50));
  }
  const deep =
    `{"query":"mutation($v: JSON!) { updateSetting(key: \\"run.limit\\", value: $v) { setting { key } } }","variables":{"v":${
      "[".repeat(50_000)
    }${"]".repeat(50_000)}}}`;
  assert.deepEqual((await stage.post(deep)).codes, ["SG1040"]);
});
