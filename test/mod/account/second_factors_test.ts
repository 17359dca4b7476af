// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { type AccountStage, accountStage, GOOD_PASSWORD, refusal } from "../../kit/account_stage.ts";
import { authenticatorCode } from "../../kit/authenticator.ts";

const HALF_MINUTE = 30_000;

interface Ann {
  readonly id: string;
  /** A code that was not used yet. */
  code(): string;
  signIn(code?: string, address?: string): ReturnType<AccountStage["signIn"]["signIn"]>;
  readonly recoveryCodes: readonly string[];
  readonly secret: string;
}

/** A stage on which ann has a second factor, put in force from a session of hers. */
async function withFactor(act: (stage: AccountStage, ann: Ann) => Promise<void>): Promise<void> {
  await using stage = await accountStage();
  const user = await stage.users.create({ name: "ann", role: "administrator", password: GOOD_PASSWORD });
  const signIn = (code?: string, address = "192.0.2.1") =>
    stage.signIn.signIn({
      ...{ userName: "ann", password: GOOD_PASSWORD, address, agent: "" },
      ...(code === undefined ? {} : { code }),
    });
  const { identity } = await signIn();
  const { secret } = await stage.secondFactors.begin(user, "SpareGrid pc");
  const code = () => {
    stage.pass(HALF_MINUTE);
    return authenticatorCode(secret, Number(stage.clock.now() / 1_000_000n));
  };
  const recoveryCodes = await stage.secondFactors.confirm(user.id, code(), identity.sessionId!);
  await act(stage, { id: user.id, code, signIn, recoveryCodes, secret });
}

Deno.test("SecondFactors: in force once confirmed with a code of the app; the other sessions end [W6]", async () => {
  await using stage = await accountStage();
  const user = await stage.users.create({ name: "ann", role: "viewer", password: GOOD_PASSWORD });
  const signIn = () =>
    stage.signIn.signIn({ userName: "ann", password: GOOD_PASSWORD, address: "::1", agent: "" });
  const [kept, other] = [await signIn(), await signIn()];
  await refusal(stage.secondFactors.confirm(user.id, "000000", kept.identity.sessionId!), "SG1036");
  const begun = await stage.secondFactors.begin(user, "SpareGrid pc");
  assert.match(begun.secret, /^[A-Z2-7]{32}$/);
  assert.ok(begun.address.includes(`secret=${begun.secret}`));
  await refusal(stage.secondFactors.confirm(user.id, "12345", kept.identity.sessionId!), "SG1040");
  await signIn(); // nothing is asked for yet
  const again = await stage.secondFactors.begin(user, "SpareGrid pc");
  assert.notEqual(again.secret, begun.secret);
  const code = authenticatorCode(again.secret, Number(stage.clock.now() / 1_000_000n));
  const codes = await stage.secondFactors.confirm(user.id, code, kept.identity.sessionId!);
  assert.equal(new Set(codes).size, 10);
  for (const recovery of codes) assert.match(recovery, /^(?:[0-9A-Z]{4}-){6}[0-9A-Z]{2}$/); // 128 bits
  await stage.sessions.identify(kept.cookie);
  await refusal(stage.sessions.identify(other.cookie), "SG1037");
  await refusal(signIn(), "SG1052");
  await refusal(stage.secondFactors.begin(user, "SpareGrid pc"), "SG1035");
  const now = await stage.users.get(user.id);
  assert.deepEqual([now.secondFactorSince !== null, now.recoveryCodesLeft], [true, 10]);
});

Deno.test("SecondFactors: the catalog holds neither key nor recovery codes in clear [W6]", async () => {
  await withFactor(async (stage, { id, recoveryCodes, secret }) => {
    const text = JSON.stringify(await stage.users.row(id));
    assert.ok(!text.includes(secret));
    for (const code of recoveryCodes) assert.ok(!text.includes(code));
  });
});

Deno.test("SignIn: with a second factor a code is asked for, and each is good once [W6]", async () => {
  await withFactor(async (stage, { code, signIn, secret }) => {
    await refusal(signIn(), "SG1052");
    await refusal(signIn(" "), "SG1052");
    const first = code();
    await signIn(`${first.slice(0, 3)} ${first.slice(3)}`);
    await refusal(signIn(first), "SG1037"); // seen over the shoulder, or caught on its way
    await signIn(code());
    const past = Number(stage.clock.now() / 1_000_000n) - HALF_MINUTE;
    await refusal(signIn(authenticatorCode(secret, past)), "SG1037"); // one of before, though not used
    await refusal(signIn("not a code"), "SG1037");
  });
});

Deno.test("SignIn: a code is used once, however many come with it at the same time [W6]", async () => {
  await withFactor(async (_stage, { code, signIn, recoveryCodes }) => {
    for (const one of [code(), recoveryCodes[0]!]) {
      const tries = await Promise.allSettled(Array.from({ length: 4 }, () => signIn(one)));
      assert.equal(tries.filter(({ status }) => status === "fulfilled").length, 1, one);
    }
  });
});

Deno.test("SignIn: a recovery code gets in once, however it is typed; other ones take the place of all [W6]", async () => {
  await withFactor(async (stage, { id, code, signIn, recoveryCodes }) => {
    await signIn(recoveryCodes[0]!.toLowerCase().replaceAll("-", " "));
    await refusal(signIn(recoveryCodes[0]), "SG1037");
    assert.equal((await stage.users.get(id)).recoveryCodesLeft, 9);
    const renewed = await stage.secondFactors.renewRecoveryCodes(id);
    stage.pass(900_000);
    await refusal(signIn(recoveryCodes[1]), "SG1037");
    await signIn(renewed[9]);
    await stage.secondFactors.remove(id);
    await refusal(stage.secondFactors.renewRecoveryCodes(id), "SG1036");
    await signIn();
    assert.equal((await stage.users.get(id)).secondFactorSince, null);
    assert.ok(code());
  });
});

Deno.test("SignIn: who knows the password guesses few codes, from however many addresses; a recovery code still gets in [W5, W6]", async () => {
  await withFactor(async (stage, { signIn, code, recoveryCodes }) => {
    let looked = 0;
    for (let i = 0; i < 200; i++) {
      const refused = await signIn("000000", `198.51.100.${i}`).catch((error: { code: string }) =>
        error.code
      );
      if (refused === "SG1037") looked++;
      else assert.equal(refused, "SG1039");
    }
    assert.equal(looked, 10);
    await refusal(signIn(code(), "203.0.113.7"), "SG1039");
    await signIn(recoveryCodes[3], "203.0.113.7");
    await signIn(code()); // from where ann signed in before
    stage.pass(86_400_000);
    await signIn(code(), "203.0.113.8");
  });
});

Deno.test("SignIn: a session that began without the factor that was put in force meanwhile is refused [W6]", async () => {
  await withFactor(async (stage, { id }) => {
    const before = { ...await stage.users.row(id), factorSince: null };
    await refusal(stage.sessions.create(before, "::1", ""), "SG1037");
  });
});

Deno.test("SignIn.confirm: what is dangerous takes the password of the last quarter of an hour, and the code [W3, W6]", async () => {
  await withFactor(async (stage, { id, code, signIn }) => {
    const { cookie, identity } = await signIn(code());
    stage.sessions.requireProof(identity);
    stage.pass(15 * 60_000);
    const late = await stage.sessions.identify(cookie);
    assert.throws(() => stage.sessions.requireProof(late), /SG1053|confirm with your password/);
    const order = {
      userId: id,
      sessionId: identity.sessionId!,
      password: GOOD_PASSWORD,
      address: "192.0.2.1",
    };
    await refusal(stage.signIn.confirm(order), "SG1052");
    await refusal(stage.signIn.confirm({ ...order, password: "wrong", code: code() }), "SG1037");
    assert.throws(() => stage.sessions.requireProof(late));
    await stage.signIn.confirm({ ...order, code: code() });
    stage.sessions.requireProof(await stage.sessions.identify(cookie));
    stage.sessions.requireProof({ ...late, kind: "token" });
    stage.setClock(-86_400_000); // a clock that was set back makes no proof last longer
    assert.throws(() => stage.sessions.requireProof({ ...late, provedAt: Number.MAX_SAFE_INTEGER }));
  });
});
