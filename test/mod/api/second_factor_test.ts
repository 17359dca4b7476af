// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { apiStage, type Sender } from "../../kit/api_stage.ts";
import { authenticatorCode } from "../../kit/authenticator.ts";
import { FakeClock } from "../../kit/fake_clock.ts";

const SIGN_IN = "mutation($i: SignInInput!) { signIn(input: $i) { me { user { name } recoveryCodesLeft } } }";
const CONFIRM = "mutation($c: String!) { confirmSecondFactor(code: $c) { recoveryCodes } }";
const BEGIN = "mutation { beginSecondFactor { secret address qrCode } }";
const PROVE = "mutation($i: ConfirmPasswordInput!) { confirmPassword(input: $i) { done } }";

const stageAt = async () => {
  const clock = new FakeClock({ auto: false, start: 1_800_000_000_000n * 1_000_000n });
  const stage = await apiStage({}, clock);
  await stage.people.add("anna", "administrator");
  const now = () => Number(clock.now() / 1_000_000n);
  return { stage, clock, now, [Symbol.asyncDispose]: () => stage[Symbol.asyncDispose]() };
};

Deno.test("second factor: begun and confirmed in a browser; from then on signing in takes its code [W6]", async () => {
  await using place = await stageAt();
  const { stage, clock, now } = place;
  const anna = await stage.people.browser("anna");
  const begun = (await stage.ask(BEGIN, {}, anna)).data.beginSecondFactor;
  assert.match(begun.address, /^otpauth:\/\/totp\/SpareGrid%20[\w-]+:anna\?secret=[A-Z2-7]{32}&/);
  assert.ok(begun.qrCode.every((row: string) => /^[01]+$/.test(row) && row.length === begun.qrCode.length));
  assert.deepEqual((await stage.ask(CONFIRM, { c: "000" }, anna)).codes, ["SG1040"]);
  const confirmed = await stage.ask(CONFIRM, { c: authenticatorCode(begun.secret, now()) }, anna);
  const { recoveryCodes } = confirmed.data.confirmSecondFactor;
  assert.equal(recoveryCodes.length, 10);
  const me = await stage.ask("{ me { recoveryCodesLeft user { secondFactorSince } } }", {}, anna);
  assert.deepEqual(me.data.me, {
    recoveryCodesLeft: 10,
    user: { secondFactorSince: "2027-01-15T08:00:00.000Z" },
  });
  const i = { userName: "anna", password: stage.people.passwordOf("anna") };
  const without = await stage.ask(SIGN_IN, { i });
  assert.deepEqual([without.codes, without.headers.get("set-cookie")], [["SG1052"], null]);
  clock.ms += 30_000;
  const code = authenticatorCode(begun.secret, now());
  assert.deepEqual((await stage.ask(SIGN_IN, { i: { ...i, code } })).data.signIn.me.user.name, "anna");
  assert.deepEqual((await stage.ask(SIGN_IN, { i: { ...i, code } })).codes, ["SG1037"]);
  const byRecovery = await stage.ask(SIGN_IN, { i: { ...i, code: recoveryCodes[0] } });
  assert.equal(byRecovery.data.signIn.me.recoveryCodesLeft, 9);
  // Who looks at logs and audit learns that it was done, and no code.
  const lines = JSON.stringify([stage.logged, await stage.audit.page({}, 50)]);
  assert.match(lines, /confirmSecondFactor/);
  for (const secret of [begun.secret, code, ...recoveryCodes]) assert.ok(!lines.includes(secret));
});

Deno.test("second factor: an administrator takes away another's, nobody else does; a token is no person [W6, W12]", async () => {
  await using place = await stageAt();
  const { stage, now } = place;
  const bobId = (await stage.people.add("bob", "viewer")).id;
  const bob = await stage.people.browser("bob");
  const { secret } = (await stage.ask(BEGIN, {}, bob)).data.beginSecondFactor;
  await stage.ask(CONFIRM, { c: authenticatorCode(secret, now()) }, bob);
  const remove = (sender: Sender, user?: string) =>
    stage.ask("mutation($u: ID) { removeSecondFactor(user: $u) { done } }", { u: user }, sender);
  await stage.people.add("eve", "operator");
  assert.deepEqual((await remove(await stage.people.browser("eve"), bobId)).codes, ["SG1038"]);
  const token = await stage.people.issue("bob", ["READ"]);
  for (
    const order of [
      BEGIN,
      'mutation { confirmSecondFactor(code: "1") { recoveryCodes } }',
      "mutation { renewRecoveryCodes { recoveryCodes } }",
      "mutation { removeSecondFactor { done } }",
      'mutation { confirmPassword(input: {password: "x"}) { done } }',
    ]
  ) assert.deepEqual((await stage.ask(order, {}, { token })).codes, ["SG1038"], order);
  const anna = await stage.people.browser("anna");
  assert.deepEqual((await remove(anna, bobId)).data, { removeSecondFactor: { done: true } });
  assert.deepEqual((await remove(anna, "none")).codes, ["SG1036"]);
  const i = { userName: "bob", password: stage.people.passwordOf("bob") };
  assert.equal((await stage.ask(SIGN_IN, { i })).codes.length, 0);
});

Deno.test("proof: a quarter of an hour after the password, what is dangerous is refused until it is given again [W3]", async () => {
  await using place = await stageAt();
  const { stage, clock } = place;
  const anna = await stage.people.browser("anna");
  const add = (name: string) =>
    stage.ask("mutation($i: CreateUserInput!) { createUser(input: $i) { user { id } } }", {
      i: { name, role: "VIEWER", password: stage.people.passwordOf(name) },
    }, anna);
  assert.deepEqual((await add("one")).codes, []);
  clock.ms += 15 * 60_000;
  const late = await add("two");
  assert.deepEqual(late.codes, ["SG1053"]);
  assert.match(late.text, /confirm with your password/);
  assert.equal((await stage.ask("{ settings { key } }", {}, anna)).status, 200, "reading goes on");
  assert.equal(await stage.people.count(), 2);
  const prove = (password: string) => stage.ask(PROVE, { i: { password } }, anna);
  assert.deepEqual((await prove("wrong")).codes, ["SG1037"]);
  assert.deepEqual((await add("two")).codes, ["SG1053"]);
  assert.deepEqual((await prove(stage.people.passwordOf("anna"))).codes, []);
  assert.deepEqual((await add("two")).codes, []);
  const { nodes } = await stage.audit.page({}, 50);
  assert.ok(nodes.some(({ action, result }) => action === "createUser" && result === "SG1053"));
  assert.ok(nodes.some(({ action, result }) => action === "confirmPassword" && result === "SG1037"));
});
