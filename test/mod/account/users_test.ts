// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import {
  accountStage,
  GOOD_PASSWORD,
  OTHER_PASSWORD,
  refusal,
  STAGE_START_MS,
} from "../../kit/account_stage.ts";

const ann = { name: "Ann", role: "administrator", password: GOOD_PASSWORD } as const;
const bob = { name: "bob", role: "administrator", password: OTHER_PASSWORD } as const;

Deno.test("Users: are made, found, listed by name, changed and removed", async () => {
  await using stage = await accountStage();
  const { users } = stage;
  const made = await users.create(ann);
  assert.deepEqual(made, {
    ...{ id: made.id, name: "Ann", role: "administrator", enabled: true },
    ...{ createdAt: STAGE_START_MS, passwordChangedAt: STAGE_START_MS },
    ...{ secondFactorSince: null, recoveryCodesLeft: 0 },
  });
  assert.deepEqual(await users.get(made.id), made);
  const other = await users.create({ ...bob, role: "viewer" });
  stage.pass(1_000);
  const changed = await users.update(other.id, {
    role: "operator",
    password: "another long enough one",
    enabled: false,
  });
  assert.deepEqual([changed.role, changed.enabled, changed.passwordChangedAt], [
    "operator",
    false,
    STAGE_START_MS + 1_000,
  ]);
  assert.deepEqual(await users.update(other.id, {}), changed);
  assert.equal((await users.update(other.id, { enabled: true })).enabled, true);
  const page = await users.page({ first: 1 });
  assert.deepEqual([page.nodes.map(({ name }) => name), page.hasNextPage, page.totalCount], [
    ["Ann"],
    true,
    2,
  ]);
  const next = await users.page({ first: 1, after: page.endCursor! });
  assert.deepEqual([next.nodes.map(({ name }) => name), next.hasNextPage], [["bob"], false]);
  await users.delete(other.id);
  await refusal(users.get(other.id), "SG1036");
  await refusal(users.delete(other.id), "SG1036");
  await refusal(users.update(other.id, { enabled: false }), "SG1036");
});

Deno.test("Users.create: one name is one user, whatever its case", async () => {
  await using stage = await accountStage();
  await stage.users.create(ann);
  await refusal(stage.users.create({ ...bob, name: "ann" }), "SG1035");
  const both = await Promise.allSettled([
    stage.users.create(bob),
    stage.users.create({ ...bob, name: "BOB" }),
  ]);
  assert.deepEqual(both.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
});

const BAD_NAMES = [
  "",
  " ann",
  "ann ",
  "a\nb",
  "a\u0000",
  "a\u202eb",
  "\u200b",
  "a".repeat(65),
  "a\ud800",
  "\u2028",
];

Deno.test("Users.create: names that cannot be shown are refused", async () => {
  await using stage = await accountStage();
  for (const name of BAD_NAMES) await refusal(stage.users.create({ ...ann, name }), "SG1040");
  for (const name of ["a".repeat(64), "Zoë 😀", "名前", "o'brien <b>"]) {
    await stage.users.create({ ...ann, name });
  }
  await refusal(stage.users.create({ ...ann, name: "x", role: "root" as "viewer" }), "SG1040");
});

Deno.test("Users: the last administrator who can sign in cannot be removed, disabled or demoted [W12]", async () => {
  await using stage = await accountStage();
  const { users } = stage;
  const { id } = await users.create(ann);
  const { id: disabled } = await users.create(bob);
  await users.update(disabled, { enabled: false });
  await users.create({ ...ann, name: "viewer", role: "viewer" });
  await refusal(users.delete(id), "SG1049");
  await refusal(users.update(id, { enabled: false }), "SG1049");
  await refusal(users.update(id, { role: "operator" }), "SG1049");
  await refusal(users.update(id, { role: "viewer", enabled: false, password: OTHER_PASSWORD }), "SG1049");
  const kept = await users.get(id);
  assert.deepEqual([kept.role, kept.enabled, kept.passwordChangedAt], [
    "administrator",
    true,
    STAGE_START_MS,
  ]);
  await users.update(disabled, { enabled: true });
  await users.delete(id);
});

Deno.test("Users: of the last administrators who remove each other at once, one is left", async () => {
  await using stage = await accountStage();
  const { users } = stage;
  for (let round = 0; round < 10; round++) {
    const made = await Promise.all(
      Array.from({ length: 4 }, (_, i) => users.create({ ...ann, name: `admin ${round} ${i}` })),
    );
    const acts = made.map(({ id }, i) =>
      i % 3 === 0 ? users.delete(id) : users.update(id, i % 3 === 1 ? { enabled: false } : { role: "viewer" })
    );
    const results = await Promise.allSettled(acts);
    const failed = results.filter(({ status }) => status === "rejected") as PromiseRejectedResult[];
    // The one who was left by the round before may be taken away, once.
    assert.deepEqual(failed.map(({ reason }) => reason.code), round === 0 ? ["SG1049"] : []);
    const { nodes } = await users.page({ first: 500 });
    assert.ok(nodes.some(({ role, enabled }) => role === "administrator" && enabled));
  }
});

Deno.test("Users.update: a new password and disabling end the user's sessions, but for the kept one [W2]", async () => {
  await using stage = await accountStage();
  const { users, sessions } = stage;
  const { id } = await users.create(ann);
  await users.create(bob);
  const open = async () => await sessions.create(await users.row(id), "::1", "test");
  const [kept, gone] = [await open(), await open()];
  await users.update(id, { role: "operator" });
  assert.deepEqual([...(await sessions.identify(gone.cookie)).rights], ["READ", "OPERATE", "RESTORE"]);
  await users.update(id, { password: OTHER_PASSWORD }, kept.identity.sessionId);
  await sessions.identify(kept.cookie);
  await refusal(sessions.identify(gone.cookie), "SG1037");
  await users.update(id, { enabled: false });
  await refusal(sessions.identify(kept.cookie), "SG1037");
  await users.update(id, { enabled: true });
  await refusal(sessions.identify(kept.cookie), "SG1037");
});

Deno.test("Users.renewHash: a hash of other parameters is made anew, and the password stays", async () => {
  await using stage = await accountStage();
  const { users, catalog, signIn } = stage;
  const { id } = await users.create(ann);
  const { PasswordHasher } = await import("../../../mod/account/mod.ts");
  const old = await new PasswordHasher(stage.random, { N: 32, r: 1, p: 1 }).hash(GOOD_PASSWORD);
  await catalog.users.rehash(id, (await users.row(id)).passwordHash, old);
  const order = { userName: "ann", password: GOOD_PASSWORD, address: "::1", agent: "" };
  await signIn.signIn(order);
  assert.match((await users.row(id)).passwordHash, /^scrypt\$16\$1\$1\$/);
  await signIn.signIn(order);
});
