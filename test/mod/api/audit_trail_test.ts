// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { SgError } from "../../../mod/errors/mod.ts";
import { type ApiStage, apiStage } from "../../kit/api_stage.ts";

/** The lines of the log, the first first: actor, action, subject, result. */
async function lines({ audit }: ApiStage): Promise<string[]> {
  const { nodes } = await audit.page({}, 100);
  return nodes.map(({ actor, action, subject, result }) => `${actor} ${action} ${subject} ${result}`)
    .reverse();
}

Deno.test("audit: what was done and what was refused has its line: who, what, to what, with what result [W19]", async () => {
  await using stage = await apiStage();
  const password = "gull lantern orbit quartz";
  const setUp = `mutation($code: String!, $password: String!) {
    setUp(input: {code: $code, userName: "anna", password: $password}) { me { csrf } }
  }`;
  await stage.ask(setUp, { code: "AAAA", password });
  await stage.ask(setUp, { code: await stage.people.setUpCode(), password });
  const signIn =
    `mutation($password: String!) { signIn(input: {userName: "anna", password: $password}) { me { csrf } } }`;
  await stage.ask(signIn, { password: "wrong wrong wrong" });
  await stage.ask(signIn, { password });
  await stage.people.add("bob", "operator");
  const bob = await stage.people.browser("bob");
  const { codes } = await stage.ask(`mutation { deleteUser(id: "x") { done } }`, {}, bob);
  assert.deepEqual(codes, ["SG1038"]);
  await stage.ask(
    `mutation { startRestore(input: {set: "set-1", target: "/tmp/there", paths: [{text: "/a"}]}) { run { id } } }`,
    {},
    bob,
  );
  await stage.ask(`mutation { stopRun(id: "99") { run { id } } }`, {}, bob);
  await stage.ask(`mutation { stopRun(id: "99") { run { id } } }`, {}, { cookie: bob.cookie });
  assert.deepEqual(await lines(stage), [
    "anonymous setUp anna SG1038",
    "user:anna setUp anna ok",
    "anonymous signIn anna SG1037",
    "user:anna signIn anna ok",
    "user:bob deleteUser x SG1038",
    "user:bob startRestore set-1 ok",
    "user:bob stopRun 99 SG1036",
    "user:bob stopRun 99 SG1038",
  ]);
  const { nodes } = await stage.audit.page({ action: "startRestore" }, 1);
  assert.deepEqual(JSON.parse(nodes[0]!.details), {
    snapshot: "latest",
    target: "/tmp/there",
    overwrite: "always",
    dryRun: false,
    paths: ["/a"],
    count: 1,
  });
  assert.equal(nodes[0]!.address, "127.0.0.1");
  assert.ok((await stage.audit.verify()).intact);
});

Deno.test("audit: a stranger cannot fill it [W19]", async () => {
  await using stage = await apiStage();
  await stage.people.add("anna", "administrator");
  for (let i = 0; i < 50; i++) {
    await stage.ask(`mutation { deleteUser(id: "x") { done } }`);
    await stage.ask(`mutation { signIn(input: {userName: "anna", password: "guess ${i}"}) { me { csrf } } }`);
  }
  const written = await lines(stage);
  assert.ok(written.length <= 10, `${written.length} lines`);
  assert.ok(stage.logged.filter((line) => line.includes("SG1039")).length >= 40);
  assert.ok(!stage.logged.some((line) => line.includes("guess")));
});

Deno.test("audit: passwords, codes and secrets that were sent are in no line and in no log [W19]", async () => {
  await using stage = await apiStage();
  await stage.people.add("anna", "administrator");
  const anna = await stage.people.browser("anna");
  const secret = "planted-secret-0123456789";
  const orders = [
    `createUser(input: {name: "x", role: VIEWER, password: "${secret}"}) { user { id } }`,
    `changePassword(input: {oldPassword: "${secret}", newPassword: "${secret}"}) { done }`,
    `createDestination(input: {name: "d", rest: {url: "https://u:${secret}@host/", user: "u", password: "${secret}"}}) { pending }`,
    `createDestination(input: {name: "d", invite: "${secret}"}) { pending }`,
    `updateDestination(input: {id: "dest-1", password: "${secret}"}) { pending }`,
    `createSet(input: {name: "s", sources: ["/"], destinations: [], password: "${secret}"}) { set { id } }`,
    `updateSetting(key: "run.limit", value: "${secret}") { setting { key } }`,
    `signIn(input: {userName: "anna", password: "${secret}"}) { me { csrf } }`,
  ];
  for (const order of orders) await stage.ask(`mutation { ${order} }`, {}, anna);
  const { nodes } = await stage.audit.page({}, 100);
  assert.ok(nodes.length >= orders.length);
  assert.doesNotMatch(JSON.stringify([nodes, stage.logged]), /planted-secret/);
});

Deno.test("audit: where the line cannot be written, the answer says so", async () => {
  await using real = await apiStage();
  const audit = {
    record: () => Promise.reject(new SgError("SG1034", "The catalog failed: disk full")),
    page: real.audit.page.bind(real.audit),
    verify: real.audit.verify.bind(real.audit),
  };
  await using stage = await apiStage({ audit });
  await stage.people.add("anna", "operator");
  const { codes, text } = await stage.ask(
    `mutation { startRun(input: {kind: CHECK, set: "set-1"}) { run { id } } }`,
    {},
    await stage.people.browser("anna"),
  );
  assert.deepEqual(codes, ["SG1034"]);
  assert.doesNotMatch(text, /disk full/);
});

Deno.test("audit: its lines are shown to administrators, page by page, and proved", async () => {
  await using stage = await apiStage();
  await stage.people.add("anna", "administrator");
  const token = await stage.people.issue("anna", ["READ", "ADMINISTER"]);
  for (let i = 0; i < 5; i++) {
    await stage.audit.record({ actor: "system", action: `step ${i}`, details: { i } });
  }
  const query = `query($after: String) {
    audit(first: 2, after: $after, filter: {actor: "system"}) { nodes { sequence action details } pageInfo { hasNextPage endCursor } }
  }`;
  const seen: unknown[] = [];
  let after: string | null = null;
  do {
    const { data } = await stage.ask(query, { after }, { token });
    seen.push(...data.audit.nodes);
    after = data.audit.pageInfo.hasNextPage ? data.audit.pageInfo.endCursor : null;
  } while (after !== null);
  assert.deepEqual(
    seen,
    [4, 3, 2, 1, 0].map((i) => ({ sequence: i + 1, action: `step ${i}`, details: { i } })),
  );
  const { data } = await stage.ask("{ verifyAudit { lines intact brokenAt reason } }", {}, { token });
  assert.deepEqual(data.verifyAudit, { lines: 5, intact: true, brokenAt: null, reason: null });
});
