// Copyright the SpareGrid authors. Apache-2.0.
// What anybody may send to the API: bodies, documents and variables.
import assert from "node:assert/strict";
import { buildSchema, GraphQLError, validate } from "graphql";
import { orderIn } from "../../mod/api/body.ts";
import { cookieIn, SCHEMA_TEXT } from "../../mod/api/mod.ts";
import { prepare } from "../../mod/api/prepared.ts";
import { utf8, utf8Text } from "../../mod/base/mod.ts";
import { apiStage } from "../kit/api_stage.ts";
import { Dice, mutateBytes, mutateJson } from "../kit/mutator.ts";
import { fuzz } from "./campaign.ts";

const schema = buildSchema(SCHEMA_TEXT);

const BODIES = [
  { query: "{ setUpNeeded me { user { name } csrf } }" },
  {
    query:
      "query Q($n: Int! = 5, $f: RunFilter) { runs(first: $n, filter: $f) { nodes { ...R problems(first: 2) { nodes { code } } } pageInfo { endCursor } } } fragment R on Run { id kind set { name lastRun { id } } }",
    variables: { n: 3, f: { kinds: ["BACKUP"], since: "2026-01-01T00:00:00Z" } },
    operationName: "Q",
  },
  {
    query: "mutation($i: CreateSetInput!) { createSet(input: $i) { set { id } } }",
    variables: {
      i: {
        name: "s",
        sources: ["/"],
        destinations: [{ destination: "d" }],
        options: { keep: { last: 3, within: "3d" } },
      },
    },
  },
  {
    query: 'mutation($v: JSON!) { updateSetting(key: "run.limit", value: $v) { setting { value } } }',
    variables: { v: { a: [1, null] } },
  },
  {
    query:
      '{ entries(set: "set-1", snapshot: "latest", path: {base64: "L/8="}, after: "x") { nodes { name @include(if: true) ... on Entry { path } } } }',
  },
  { query: "subscription { run(id: 1) { state } }" },
  { query: '{ __schema { types { name } } __type(name: "Run") { name } }' },
].map((body) => JSON.stringify(body));

function body(dice: Dice): Uint8Array<ArrayBuffer> {
  return dice.once(2) ? mutateJson(BODIES, dice) : mutateBytes(BODIES.map(utf8), dice);
}

fuzz({
  name: "api_request",
  says: "prepare takes any body, and refuses what it cannot use or what is too much, at once",
  cases: 6_000,
  input: body,
  feed(bytes) {
    try {
      const { document } = prepare(schema, orderIn(bytes), false);
      validate(schema, document, undefined, { maxErrors: 10 });
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
    }
  },
});

fuzz({
  name: "api_cookie",
  says: "cookieIn finds one value that a cookie may have, or none, in any header",
  cases: 3_000,
  input: (dice) => mutateBytes(["a=1; __Host-sid=abc; b=2", "sid=x; sid=y", "__Host-sid=;"].map(utf8), dice),
  feed(bytes) {
    for (const secure of [true, false]) {
      const value = cookieIn(utf8Text(bytes), secure);
      assert.ok(value === undefined || (value.length > 0 && value.length <= 256 && !value.includes(";")));
    }
  },
});

Deno.test("graphqlHandler: whatever is sent, the answer is JSON with data or a code, and nothing goes wrong inside", async () => {
  await using stage = await apiStage();
  await stage.people.add("anna", "administrator");
  const anna = await stage.people.browser("anna");
  for (let n = 0; n < 400; n++) {
    const bytes = body(new Dice(Deno.env.get("SPAREGRID_FUZZ_SEED") ?? "1", "api_handler", n));
    const sender = n % 3 === 0 ? {} : anna;
    const { status, text, codes, data } = await stage.post(bytes, sender);
    assert.ok([200, 400, 401, 403, 413].includes(status), `case ${n}: ${status} ${text.slice(0, 300)}`);
    assert.ok(data !== undefined || codes.length > 0, `case ${n}`);
    assert.ok(
      !codes.includes("SG1023") && !codes.includes("SG1034"),
      `case ${n}: ${text.slice(0, 300)}\n${utf8Text(bytes)}\n${stage.logged.at(-1)}`,
    );
  }
});
