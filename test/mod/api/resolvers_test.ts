// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import {
  buildSchema,
  getNamedType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from "graphql";
import { SCHEMA_TEXT } from "../../../mod/api/mod.ts";
import { apiStage } from "../../kit/api_stage.ts";

const schema = buildSchema(SCHEMA_TEXT);

/** All of a type, down to `depth`; a fragment cannot help, for lists within lists cost too much. */
function everything(type: GraphQLNamedType, depth: number): string {
  if (!isObjectType(type)) return "";
  const fields = Object.values(type.getFields()).flatMap((field) => {
    const named = getNamedType(field.type);
    if (!isObjectType(named)) return [field.name];
    const inner = depth > 1 ? everything(named, depth - 1) : "";
    const first = field.args.some(({ name }) => name === "first") ? "(first: 1)" : "";
    return inner === "" ? [] : [`${field.name}${first} ${inner}`];
  });
  return fields.length === 0 ? "" : `{ ${fields.join(" ")} }`;
}

/** Values that the stage's doubles know, by the argument's name. */
const KNOWN: Readonly<Record<string, unknown>> = {
  set: "set-1",
  destination: "dest-1",
  snapshot: "latest",
  from: "ab",
  to: "cd",
  first: 2,
  path: { text: "/home" },
  pattern: "*",
  key: "run.limit",
  since: "2026-01-01T00:00:00Z",
  until: "2036-01-01T00:00:00Z",
  sources: ["/home"],
};

function sample(type: GraphQLInputType, name: string): unknown {
  if (name in KNOWN) return KNOWN[name];
  if (isNonNullType(type)) return sample(type.ofType, name);
  if (isListType(type)) return [sample(type.ofType, name)];
  if (isInputObjectType(type)) {
    const required = Object.values(type.getFields()).filter((field) => isNonNullType(field.type));
    return Object.fromEntries(required.map((field) => [field.name, sample(field.type, field.name)]));
  }
  if (isEnumType(type)) return type.getValues()[0]!.name;
  return { Boolean: true, Int: 14, Size: 10, Duration: "1d" }[type.name] ?? "x";
}

function request(operation: string, field: GraphQLField<unknown, unknown>, known: Record<string, unknown>) {
  const args = field.args.filter(({ type, name }) =>
    isNonNullType(type) || name in known || name === "until"
  );
  const variables = Object.fromEntries(
    args.map(({ name, type }) => [name, known[name] ?? sample(type, name)]),
  );
  const declared = args.map(({ name, type }) => `$${name}: ${type}`).join(", ");
  const passed = args.map(({ name }) => `${name}: $${name}`).join(", ");
  const selection = everything(getNamedType(field.type), 4);
  return {
    query: `${operation}${declared && `(${declared})`} { ${field.name}${
      passed && `(${passed})`
    } ${selection} }`,
    variables,
  };
}

Deno.test("resolvers: every query answers all that the schema promises", async () => {
  await using stage = await apiStage();
  await stage.people.add("anna", "administrator");
  const anna = await stage.people.browser("anna");
  await stage.people.issue("anna", ["READ"]);
  await stage.account.accounts.request({ id: "laptop", address: "192.0.2.1", approval: { kind: "manual" } });
  await stage.account.invites.create({
    address: "pc",
    tlsPort: 1,
    plainPort: 0,
    fingerprint: "0".repeat(64),
    retentionLockDays: 14,
    validForMs: 3_600_000,
  });
  await stage.audit.record({ actor: "system", action: "test" });
  stage.server.used.set("laptop", 1_000);
  stage.runs.put({
    id: "1",
    setId: "set-1",
    destinationId: "dest-1",
    code: "SG0191",
    report: { filesStored: 1 },
  });
  const ids: Record<string, Record<string, unknown>> = {
    destination: { id: "dest-1" },
    set: { id: "set-1" },
    run: { id: "1" },
    account: { id: "laptop" },
  };
  for (const field of Object.values(schema.getQueryType()!.getFields())) {
    const { query, variables } = request("query", field, ids[field.name] ?? {});
    const { codes, data, text } = await stage.ask(query, variables, anna);
    assert.deepEqual(codes, [], `${query} ${text.slice(0, 500)}`);
    assert.ok(
      data[field.name] !== null && data[field.name] !== undefined,
      `${field.name}: ${text.slice(0, 300)}`,
    );
    if (data[field.name].nodes) {
      assert.ok(data[field.name].nodes.length > 0 || field.name === "diff", field.name);
    }
  }
});

Deno.test("resolvers: every mutation answers all that the schema promises, or refuses with a reason", async () => {
  await using stage = await apiStage();
  await stage.people.add("anna", "administrator");
  stage.runs.put({ id: "1", setId: "set-1", destinationId: "dest-1" });
  await stage.account.accounts.request({ id: "laptop", address: "192.0.2.1", approval: { kind: "manual" } });
  const refused: Record<string, string> = {
    setUp: "SG1038", // there are users
    signIn: "SG1037",
    changePassword: "SG1037",
    confirmPassword: "SG1037",
    confirmSecondFactor: "SG1040",
    renewRecoveryCodes: "SG1036", // there is no second factor
    createUser: "SG1040", // a password of one character
    endSession: "SG1036",
    updateUser: "SG1036",
    deleteUser: "SG1036",
    revokeToken: "SG1036",
    revokeInvite: "SG1036",
    createDestination: "SG1040", // no place
    undelete: "SG1036",
    deleteStored: "",
  };
  const known: Record<string, Record<string, unknown>> = {
    suspendRun: { id: "1" },
    resumeRun: { id: "1" },
    stopRun: { id: "1" },
    deleteDestination: { id: "dest-1" },
    testDestination: { id: "dest-1" },
    setAccountActive: { id: "laptop" },
    resetAccountSecret: { id: "laptop" },
    suspendAccount: { id: "laptop" },
    approveAccount: { input: { id: "laptop", quota: 1_000 } },
    updateAccount: { input: { id: "laptop", label: "her laptop", quota: 2_000, uploadBytesPerSecond: 0 } },
    startRun: { input: { kind: "BACKUP", set: "set-1" } },
    deleteSet: { input: { id: "set-1" } },
    deleteStored: { input: { account: "laptop" } },
    updateSet: {
      input: {
        id: "set-1",
        paused: true,
        excludes: { caches: true },
        options: { keep: { last: 3, within: "7d" } },
      },
    },
    createToken: { input: { name: "t", scopes: ["READ"], expiresIn: "1d" } },
  };
  for (const field of Object.values(schema.getMutationType()!.getFields())) {
    const sender = await stage.people.browser("anna");
    const { query, variables } = request("mutation", field, known[field.name] ?? {});
    const { codes, data, text } = await stage.ask(query, variables, sender);
    const expected = refused[field.name] ?? "";
    assert.deepEqual(
      codes,
      expected === "" ? [] : [expected],
      `${query} ${JSON.stringify(variables)} ${text.slice(0, 500)}`,
    );
    if (expected === "") assert.ok(data[field.name] !== null);
  }
});

Deno.test("resolvers: names that are not UTF-8 are shown, and their bytes given, too", async () => {
  await using stage = await apiStage();
  await stage.people.add("anna", "operator");
  const anna = await stage.people.browser("anna");
  const query = `query($path: PathInput!) {
    entries(set: "set-1", snapshot: "latest", path: $path) { nodes { name path pathBase64 } totalCount }
  }`;
  const { data } = await stage.ask(query, { path: { base64: "L/8=" } }, anna);
  assert.deepEqual(data.entries, {
    nodes: [
      { name: "note.txt", path: "/home/anna/note.txt", pathBase64: null },
      { name: "\uFFFDA", path: "/\uFFFDA", pathBase64: "L/9B" },
    ],
    totalCount: 2,
  });
  for (
    const path of [{}, { text: "" }, { text: "home" }, { text: "/a\0b" }, { base64: "x" }, { base64: "YQ==" }]
  ) {
    assert.deepEqual((await stage.ask(query, { path }, anna)).codes, ["SG1040"], JSON.stringify(path));
  }
});

Deno.test("resolvers: a role that the service does not have is told as nothing of it", async () => {
  await using stage = await apiStage({ client: undefined, server: undefined });
  await stage.people.add("anna", "administrator");
  const anna = await stage.people.browser("anna");
  const asked = [
    "{ sets { totalCount } }",
    "{ destinations { totalCount } }",
    "{ accounts { totalCount } }",
    "{ storage { folder } }",
    `mutation { startRun(input: {kind: SCRUB}) { run { id } } }`,
  ];
  for (const query of asked) assert.deepEqual((await stage.ask(query, {}, anna)).codes, ["SG1036"], query);
  assert.deepEqual((await stage.ask("{ runs { totalCount } }", {}, anna)).codes, []);
});

Deno.test("resolvers: accounts are followed: those there are, then changes of them and of what they take", async () => {
  await using stage = await apiStage();
  await stage.people.add("anna", "administrator");
  const token = await stage.people.issue("anna", ["READ"]);
  const { accounts } = stage.account;
  for (const id of ["desk", "laptop"]) {
    await accounts.request({ id, address: "192.0.2.1", approval: { kind: "manual" } });
  }
  const seen = stage.subscribe("subscription { accounts { id state used } }", { token });
  const next = async () => (await seen.next()).value.data.accounts;
  assert.deepEqual(await next(), { id: "desk", state: "PENDING", used: 0 });
  assert.deepEqual(await next(), { id: "laptop", state: "PENDING", used: 0 });
  await accounts.approve("laptop", 1_000);
  assert.deepEqual(await next(), { id: "laptop", state: "ACTIVE", used: 0 });
  stage.server.used.set("laptop", 700);
  assert.deepEqual(await next(), { id: "laptop", state: "ACTIVE", used: 700 });
  await seen.return(undefined);
});
