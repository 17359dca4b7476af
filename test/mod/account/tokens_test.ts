// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { type Identity, type Right, RIGHTS, type UserRole } from "../../../mod/account/mod.ts";
import {
  type AccountStage,
  accountStage,
  GOOD_PASSWORD,
  refusal,
  STAGE_START_MS,
} from "../../kit/account_stage.ts";

async function signedIn(stage: AccountStage, name: string, role: UserRole): Promise<Identity> {
  await stage.users.create({ name, role, password: GOOD_PASSWORD });
  return (await stage.signIn.signIn({ userName: name, password: GOOD_PASSWORD, address: "::1", agent: "" }))
    .identity;
}

const rightsOf = ({ rights }: Identity) => [...rights];

Deno.test("Tokens: the text is shown once, and its hash is kept", async () => {
  await using stage = await accountStage();
  const ann = await signedIn(stage, "ann", "administrator");
  const { token, secret } = await stage.tokens.create(ann, {
    name: "nightly",
    scopes: ["READ", "READ", "OPERATE"],
  });
  assert.match(secret, /^sg_[A-Za-z0-9_-]{43}$/);
  assert.deepEqual([token.scopes, token.createdAt, token.expiresAt, token.usedAt], [
    ["READ", "OPERATE"],
    STAGE_START_MS,
    undefined,
    undefined,
  ]);
  const [row] = await stage.catalog.tokens.page(5);
  assert.ok(!JSON.stringify(row).includes(secret.slice(3)));
  const identity = await stage.tokens.identify(secret);
  assert.deepEqual([identity.kind, identity.actor, rightsOf(identity), identity.tokenId, identity.csrf], [
    ...["token", "token:ann/nightly", ["READ", "OPERATE"], token.id, undefined],
  ]);
});

Deno.test("Tokens.identify: unknown, expired, revoked, of disabled or removed users: one text", async () => {
  await using stage = await accountStage();
  const ann = await signedIn(stage, "ann", "administrator");
  const bob = await signedIn(stage, "bob", "operator");
  const texts = new Set<string>();
  const gone = async (text: string) =>
    void texts.add((await refusal(stage.tokens.identify(text), "SG1037")).text);
  for (const text of ["", "sg_", `sg_${"A".repeat(43)}`, `SG_${"A".repeat(43)}`, "x".repeat(1e6)]) {
    await gone(text);
  }
  const short = await stage.tokens.create(ann, { name: "short", scopes: ["READ"], expiresInMs: 60_000 });
  stage.pass(59_999);
  await stage.tokens.identify(short.secret);
  stage.pass(1);
  await gone(short.secret);
  const revoked = await stage.tokens.create(ann, { name: "revoked", scopes: ["READ"] });
  const held = await stage.tokens.identify(revoked.secret);
  const usedAt = async () =>
    (await stage.tokens.page(ann, { first: 10 })).nodes.find(({ name }) => name === "revoked")!.usedAt;
  const before = await usedAt();
  stage.pass(100_000);
  assert.equal(await stage.tokens.lives(held, revoked.secret), true);
  assert.equal(await usedAt(), before);
  await stage.tokens.identify(revoked.secret);
  assert.equal(await usedAt(), before! + 100_000);
  await stage.tokens.revoke(ann, revoked.token.id);
  assert.equal(await stage.tokens.lives(held, revoked.secret), false);
  await gone(revoked.secret);
  const bobs = await stage.tokens.create(bob, { name: "bob's", scopes: ["READ"] });
  await stage.users.update(bob.user.id, { enabled: false });
  await gone(bobs.secret);
  await stage.users.update(bob.user.id, { enabled: true });
  await stage.tokens.identify(bobs.secret);
  await stage.users.delete(bob.user.id);
  await gone(bobs.secret);
  assert.equal(texts.size, 1);
});

Deno.test("Tokens: never hold more than their user does now [W12]", async () => {
  await using stage = await accountStage();
  await signedIn(stage, "root", "administrator");
  const ann = await signedIn(stage, "ann", "administrator");
  const { secret } = await stage.tokens.create(ann, { name: "all", scopes: RIGHTS });
  assert.deepEqual(rightsOf(await stage.tokens.identify(secret)), RIGHTS);
  await stage.users.update(ann.user.id, { role: "viewer" });
  assert.deepEqual(rightsOf(await stage.tokens.identify(secret)), ["READ"]);
});

Deno.test("Tokens.create: who asks cannot give more than they hold, nor a token outlive its maker [W12]", async () => {
  await using stage = await accountStage();
  const ann = await signedIn(stage, "ann", "administrator");
  const viewer = await signedIn(stage, "viewer", "viewer");
  await refusal(stage.tokens.create(viewer, { name: "x", scopes: ["READ", "ADMINISTER"] }), "SG1038");
  const weak = await stage.tokens.create(ann, { name: "weak", scopes: ["READ"], expiresInMs: 3_600_000 });
  const maker = await stage.tokens.identify(weak.secret);
  await refusal(stage.tokens.create(maker, { name: "x", scopes: ["ADMINISTER"] }), "SG1038");
  const child = await stage.tokens.create(maker, { name: "child", scopes: ["READ"] });
  assert.equal(child.token.expiresAt, STAGE_START_MS + 3_600_000);
  await refusal(stage.tokens.create(await ownerOf(stage), { name: "x", scopes: ["READ"] }), "SG1038");
});

async function ownerOf({ folder, ownerToken }: AccountStage): Promise<Identity> {
  return ownerToken.identify((await Deno.readTextFile(`${folder}/owner.token`)).trim(), "127.0.0.1");
}

Deno.test("Tokens.create: what cannot be used is refused", async () => {
  await using stage = await accountStage();
  const ann = await signedIn(stage, "ann", "administrator");
  const good = { name: "x", scopes: ["READ"] as Right[] };
  const bad = [
    { name: "" },
    { name: "a\nb" },
    { name: "x".repeat(101) },
    { scopes: [] },
    { scopes: ["NOBODY" as Right] },
    { expiresInMs: 0 },
    { expiresInMs: -1 },
    { expiresInMs: NaN },
    { expiresInMs: Infinity },
  ];
  for (const change of bad) await refusal(stage.tokens.create(ann, { ...good, ...change }), "SG1040");
  for (let i = 0; i < 200; i++) await stage.tokens.create(ann, good);
  await refusal(stage.tokens.create(ann, good), "SG1041");
});

Deno.test("Tokens: the last use is noted once a minute", async () => {
  await using stage = await accountStage();
  const ann = await signedIn(stage, "ann", "administrator");
  const { secret } = await stage.tokens.create(ann, { name: "x", scopes: ["READ"] });
  const used = async () => (await stage.tokens.page(ann, { first: 1 })).nodes[0]!.usedAt;
  await stage.tokens.identify(secret);
  assert.equal(await used(), STAGE_START_MS);
  stage.pass(59_999);
  await stage.tokens.identify(secret);
  assert.equal(await used(), STAGE_START_MS);
  stage.pass(1);
  await stage.tokens.identify(secret);
  assert.equal(await used(), STAGE_START_MS + 60_000);
});

Deno.test("Tokens: others see and revoke their own only, administrators all [W12]", async () => {
  await using stage = await accountStage();
  const ann = await signedIn(stage, "ann", "administrator");
  const bob = await signedIn(stage, "bob", "viewer");
  const made = [];
  for (const [who, name] of [[ann, "a1"], [bob, "b1"], [ann, "a2"]] as const) {
    stage.pass(1);
    made.push((await stage.tokens.create(who, { name, scopes: ["READ"] })).token);
  }
  const names = async (who: Identity, first: number, after?: string) => {
    const page = await stage.tokens.page(who, { first, ...(after === undefined ? {} : { after }) });
    return { names: page.nodes.map(({ name }) => name), next: page.endCursor, total: page.totalCount };
  };
  const page = await names(ann, 2);
  assert.deepEqual([page.names, page.total], [["a2", "b1"], 3]);
  assert.deepEqual((await names(ann, 2, page.next)).names, ["a1"]);
  const own = await names(bob, 9);
  assert.deepEqual([own.names, own.total], [["b1"], 1]);
  await refusal(stage.tokens.revoke(bob, made[0]!.id), "SG1036");
  await stage.tokens.revoke(bob, made[1]!.id);
  await stage.tokens.revoke(ann, made[0]!.id);
  await refusal(stage.tokens.page(ann, { first: 1, after: "nonsense" }), "SG1040");
});
