// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import {
  buildSchema,
  getNamedType,
  type GraphQLField,
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isScalarType,
} from "graphql";
import { SCHEMA_TEXT } from "../../../mod/api/mod.ts";
import { SAID } from "../../../mod/api/audit_trail.ts";
import { needOf, needsProof } from "../../../mod/api/rights.ts";
import { RESOLVERS } from "../../../mod/api/resolvers.ts";
import { type ApiStage, apiStage, type Sender } from "../../kit/api_stage.ts";
import { FakeClock } from "../../kit/fake_clock.ts";

const schema = buildSchema(SCHEMA_TEXT);
const ROOTS = {
  query: schema.getQueryType()!,
  mutation: schema.getMutationType()!,
  subscription: schema.getSubscriptionType()!,
};
type Operation = keyof typeof ROOTS;

/** What each kind of caller holds. */
const CALLERS = {
  nobody: [],
  viewer: ["READ"],
  operator: ["READ", "OPERATE", "RESTORE"],
  administrator: ["READ", "OPERATE", "RESTORE", "ADMINISTER"],
  "token to read": ["READ"],
  "token to operate": ["OPERATE"],
  "viewer's token with all scopes": ["READ"],
} as const;

function fields(): { operation: Operation; field: GraphQLField<unknown, unknown> }[] {
  return (Object.keys(ROOTS) as Operation[]).flatMap((operation) =>
    Object.values(ROOTS[operation].getFields()).map((field) => ({ operation, field }))
  );
}

Deno.test("schema: every field of Query, Mutation and Subscription says what right it takes [W12]", () => {
  assert.ok(fields().length > 60);
  for (const { field } of fields()) {
    assert.match(needOf(field), /^(READ|OPERATE|RESTORE|ADMINISTER|NOBODY)$/, field.name);
  }
  const open = fields().filter(({ field }) => needOf(field) === "NOBODY").map(({ field }) => field.name);
  assert.deepEqual(open, ["me", "setUpNeeded", "setUp", "signIn"]);
});

Deno.test("schema: every type, field, argument-bearing field and value that it names is described", () => {
  const bare = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith("__")).flatMap(
    (type) => {
      if (isScalarType(type) && ["String", "Int", "Float", "Boolean", "ID"].includes(type.name)) return [];
      const parts = "getFields" in type
        ? Object.values(type.getFields()).map(({ name, description }) => ({
          name: `${type.name}.${name}`,
          description,
        }))
        : [];
      const values = isEnumType(type)
        ? type.getValues().map(({ name, description }) => ({ name: `${type.name}.${name}`, description }))
        : [];
      return [type, ...parts, ...values].filter(({ description }) => !description).map(({ name }) => name);
    },
  );
  assert.deepEqual(bare, []);
});

Deno.test("resolvers: each field of a root type has one, and none is extra", () => {
  for (
    const [name, type] of [["Query", ROOTS.query], ["Mutation", ROOTS.mutation], [
      "Subscription",
      ROOTS.subscription,
    ]] as const
  ) {
    assert.deepEqual(Object.keys(RESOLVERS[name]).sort(), Object.keys(type.getFields()).sort());
  }
});

Deno.test("audit trail: each mutation says what its line tells, and no line tells a secret [W19]", () => {
  assert.deepEqual(Object.keys(SAID).sort(), Object.keys(ROOTS.mutation.getFields()).sort());
  for (const field of Object.values(ROOTS.mutation.getFields())) {
    const args = Object.fromEntries(field.args.map(({ name, type }) => [name, sample(type, name)]));
    const said = JSON.stringify((SAID as Record<string, (args: unknown) => unknown>)[field.name]!(args));
    assert.doesNotMatch(said, /SECRET/, `${field.name}: ${said}`);
  }
});

Deno.test("rights: each caller reaches the fields of its rights, and no other [W12, W21]", async () => {
  await using stage = await apiStage();
  const senders = await sendersOn(stage);
  const before = await stateOf(stage);
  let tried = 0;
  for (const [caller, rights] of Object.entries(CALLERS)) {
    for (const { operation, field } of fields()) {
      const need = needOf(field);
      const allowed = need === "NOBODY" || (rights as readonly string[]).includes(need);
      if (allowed) continue; // what it then does has tests of its own
      const sender = senders[caller as keyof typeof CALLERS];
      const { codes, data } = await stage.ask(document(operation, field), variables(field), {
        ...sender,
        headers: operation === "subscription" ? { accept: "text/event-stream" } : {},
      }).catch((error) => ({ codes: [String(error)], data: undefined }));
      if (operation !== "subscription") {
        assert.deepEqual(codes, [caller === "nobody" ? "SG1037" : "SG1038"], `${caller}: ${field.name}`);
        assert.ok(data === undefined || Object.values(data).every((value) => value === null));
      }
      tried++;
    }
  }
  assert.ok(tried > 200, `${tried}`);
  assert.deepEqual(await stateOf(stage), before);
});

Deno.test("rights: what takes a proof is refused a quarter of an hour after the password, each such field [W3]", async () => {
  const clock = new FakeClock({ auto: false, start: 1_800_000_000_000n * 1_000_000n });
  await using stage = await apiStage({}, clock);
  const sender = (await sendersOn(stage)).administrator;
  clock.ms += 15 * 60_000;
  const before = await stateOf(stage);
  const proved = fields().filter(({ field }) => needsProof(field));
  for (const { operation, field } of proved) {
    assert.equal(operation, "mutation", `${field.name}: a proof is asked for where something is changed`);
    const { codes } = await stage.ask(document(operation, field), variables(field), sender);
    assert.deepEqual(codes, ["SG1053"], field.name);
  }
  assert.ok(proved.length > 10, `${proved.length}`);
  assert.deepEqual(await stateOf(stage), before);
});

Deno.test("rights: a subscription that is not allowed ends with the refusal [W10, W12]", async () => {
  await using stage = await apiStage();
  const senders = await sendersOn(stage);
  for (const [sender, code] of [[{}, "SG1037"], [senders["token to operate"], "SG1038"]] as const) {
    const events = [];
    for await (const event of stage.subscribe("subscription { runs { id } }", sender)) events.push(event);
    assert.deepEqual(events.map(({ errors }) => errors[0].extensions.code), [code]);
  }
  assert.equal(stage.runs.watchers.count, 0);
});

Deno.test("rights: what is not there and what is another's is told with the same words [W12]", async () => {
  await using stage = await apiStage();
  const senders = await sendersOn(stage);
  const [foreign] = await stage.people.sessions("operator");
  const end = (id: string) =>
    stage.ask("mutation($id: ID!) { endSession(id: $id) { done } }", { id }, senders.viewer);
  const [absent, other] = [await end("0".repeat(32)), await end(foreign!.id)];
  assert.deepEqual(absent.codes, ["SG1036"]);
  assert.equal(other.text, absent.text);
});

/** A stage's callers: users of each role by cookie, and tokens. */
async function sendersOn({ people }: ApiStage): Promise<Record<keyof typeof CALLERS, Sender>> {
  for (const role of ["viewer", "operator", "administrator"] as const) await people.add(role, role);
  return {
    nobody: {},
    viewer: await people.browser("viewer"),
    operator: await people.browser("operator"),
    administrator: await people.browser("administrator"),
    "token to read": { token: await people.issue("administrator", ["READ"]) },
    "token to operate": { token: await people.issue("administrator", ["OPERATE"]) },
    "viewer's token with all scopes": {
      token: await people.issue("viewer", ["READ", "OPERATE", "RESTORE", "ADMINISTER"]),
    },
  };
}

async function stateOf({ runs, catalog }: ApiStage): Promise<unknown> {
  const { users, settings, tokens } = catalog;
  return [[...runs.rows], await users.count(), await settings.all(), await tokens.count(undefined)];
}

function document(operation: Operation, field: GraphQLField<unknown, unknown>): string {
  const declared = field.args.map(({ name, type }) => `$${name}: ${type}`).join(", ");
  const passed = field.args.map(({ name }) => `${name}: $${name}`).join(", ");
  const named = getNamedType(field.type);
  const selection = "getFields" in named ? "{ __typename }" : "";
  return `${operation}${declared && `(${declared})`} { ${field.name}${
    passed && `(${passed})`
  } ${selection} }`;
}

function variables(field: GraphQLField<unknown, unknown>): Record<string, unknown> {
  return Object.fromEntries(field.args.map(({ name, type }) => [name, sample(type, name)]));
}

/** A value that fits; secrets say so. */
function sample(type: GraphQLInputType, name: string): unknown {
  if (isNonNullType(type)) return sample(type.ofType, name);
  if (isListType(type)) return [sample(type.ofType, name)];
  if (isInputObjectType(type)) {
    return Object.fromEntries(
      Object.values(type.getFields()).map((field) => [field.name, sample(field.type, field.name)]),
    );
  }
  if (isEnumType(type)) return type.getValues()[0]!.name;
  const secret = /password|code|invite/i.test(name);
  return { Boolean: false, Int: 10, Size: 10, DateTime: "2026-01-01T00:00:00Z", Duration: "1d" }[type.name] ??
    (secret ? "SECRET" : name === "url" ? "https://user:SECRET@host/" : name === "value" ? "SECRET" : "x");
}
