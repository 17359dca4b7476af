// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { toHex } from "../../../mod/base/mod.ts";
import { INVITE_LIFE_MS, parseInvite } from "../../../mod/account/mod.ts";
import { type AccountStage, accountStage, refusal, STAGE_START_MS } from "../../kit/account_stage.ts";

const order = {
  ...{ address: "backup.example.org", tlsPort: 32_007, plainPort: 32_004, fingerprint: "5e".repeat(32) },
  ...{ retentionLockDays: 14, validForMs: INVITE_LIFE_MS },
};
const manual = { kind: "manual" } as const;

async function invited(stage: AccountStage, change: object = {}): Promise<{ id: string; code: string }> {
  const { invite, text } = await stage.invites.create({ ...order, ...change });
  return { id: invite.id, code: toHex(parseInvite(text).code) };
}

const redeem = (
  { invites }: Pick<AccountStage, "invites">,
  code: string,
  gridId = "pc-1",
  address = "192.0.2.1",
) => invites.redeem({ code, gridId, address });

Deno.test("Invites: one text makes an active account with the invite's terms, once", async () => {
  await using stage = await accountStage();
  const terms = { quotaBytes: 5_000, appendOnly: true, retentionLockDays: 30 };
  const { invite, text } = await stage.invites.create({ ...order, ...terms });
  assert.equal(invite.expiresAt, STAGE_START_MS + INVITE_LIFE_MS);
  const facts = parseInvite(text);
  assert.deepEqual([facts.address, facts.tlsPort, facts.fingerprint], [
    order.address,
    order.tlsPort,
    order.fingerprint,
  ]);
  const { account, secret } = await redeem(stage, toHex(facts.code));
  assert.deepEqual([
    account.id,
    account.state,
    account.quotaBytes,
    account.appendOnly,
    account.retentionLockDays,
  ], [
    ...["pc-1", "active", 5_000, true, 30],
  ]);
  assert.equal((await stage.accounts.withSecret("pc-1"))!.secret, secret);
  await refusal(redeem(stage, toHex(facts.code), "pc-2"), "SG1043");
  const [used] = (await stage.invites.page({ first: 5 })).nodes;
  assert.deepEqual([used!.redeemedAt, used!.redeemedBy], [STAGE_START_MS, "pc-1"]);
});

Deno.test("Invites: the catalog keeps no code", async () => {
  await using stage = await accountStage();
  const { code } = await invited(stage);
  assert.ok(!JSON.stringify(await stage.catalog.invites.page(5)).includes(code));
});

Deno.test("Invites.redeem: of ten at once one gets the account [W12]", async () => {
  await using stage = await accountStage();
  for (let round = 0; round < 5; round++) {
    const { code } = await invited(stage);
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, (_, i) => redeem(stage, code, `pc-${round}-${i}`, `10.0.0.${i}`)),
    );
    const won = results.filter(({ status }) => status === "fulfilled");
    assert.equal(won.length, 1);
    for (const result of results) {
      if (result.status === "rejected") assert.equal(result.reason.code, "SG1043");
    }
  }
  assert.equal((await stage.accounts.page({ first: 50 })).totalCount, 5);
});

Deno.test("Invites.redeem: unknown, expired and revoked ones have one text, and guessing is slowed down [W5]", async () => {
  await using stage = await accountStage();
  const { code: old } = await invited(stage, { validForMs: 60_000 });
  stage.pass(60_000);
  const { id, code: revoked } = await invited(stage);
  await stage.invites.revoke(id);
  const texts = new Set<string>();
  for (const code of [old, revoked, "0".repeat(32), "", "x".repeat(1e5)]) {
    texts.add((await refusal(redeem(stage, code), "SG1043")).text);
  }
  assert.equal(texts.size, 1);
  const { code } = await invited(stage);
  await refusal(redeem(stage, code), "SG1039");
  await redeem(stage, code, "pc-1", "192.0.2.2");
});

Deno.test("Invites.redeem: a Grid ID that is taken or malformed leaves the invite usable", async () => {
  await using stage = await accountStage();
  const { secret } = await stage.accounts.request({ id: "pc-1", address: "::1", approval: manual });
  const { code } = await invited(stage);
  for (let i = 0; i < 10; i++) await refusal(redeem(stage, code, "pc-1"), "SG1035");
  for (const gridId of ["", "../x", "PC", "x".repeat(65)]) {
    await refusal(redeem(stage, code, gridId), "SG1040");
  }
  assert.equal((await stage.accounts.withSecret("pc-1"))!.secret, secret);
  await redeem(stage, code, "pc-2");
});

Deno.test("Invites.redeem: an invite that names an account brings its client back: a new secret, all else as it was", async () => {
  await using stage = await accountStage();
  await redeem(stage, (await invited(stage, { quotaBytes: 7_000 })).code, "pc-1");
  await stage.accounts.setActive("pc-1", false);
  const before = await stage.accounts.withSecret("pc-1");
  const { code } = await invited(stage, { account: "pc-1", quotaBytes: 1 });
  const { account, secret } = await redeem(stage, code, "whatever it calls itself");
  assert.deepEqual([account.id, account.quotaBytes, account.state], ["pc-1", 7_000, "inactive"]);
  assert.notEqual(secret, before!.secret);
  assert.equal((await stage.accounts.withSecret("pc-1"))!.secret, secret);
});

Deno.test("Invites.redeem: an invite that names a waiting account lets it in", async () => {
  await using stage = await accountStage();
  await stage.accounts.request({ id: "pc-1", address: "::1", approval: manual });
  const { account } = await redeem(stage, (await invited(stage, { account: "pc-1", quotaBytes: 9 })).code);
  assert.deepEqual([account.state, account.quotaBytes], ["active", 9]);
});

Deno.test("Invites: are listed newest first, and revoked while nobody used them", async () => {
  await using stage = await accountStage();
  const made = [];
  for (let i = 0; i < 3; i++, stage.pass(1)) made.push(await invited(stage));
  const ids = made.map(({ id }) => id);
  const page = await stage.invites.page({ first: 2 });
  assert.deepEqual([page.nodes.map(({ id }) => id), page.totalCount], [[ids[2], ids[1]], 3]);
  const next = await stage.invites.page({ first: 2, after: page.endCursor! });
  assert.deepEqual(next.nodes.map(({ id }) => id), [ids[0]]);
  await redeem(stage, made[0]!.code);
  await refusal(stage.invites.revoke(ids[0]!), "SG1036");
  await stage.invites.revoke(ids[1]!);
  await refusal(stage.invites.revoke(ids[1]!), "SG1036");
});

Deno.test("Invites.create: what cannot be used is refused", async () => {
  await using stage = await accountStage();
  const bad = [
    { account: "../x" },
    { quotaBytes: -1 },
    { retentionLockDays: 1 },
    { validForMs: 0 },
    { validForMs: NaN },
    { validForMs: 1e15 },
    { address: "a b" },
  ];
  for (const change of bad) await refusal(stage.invites.create({ ...order, ...change }), "SG1040");
});
