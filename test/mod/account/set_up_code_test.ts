// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { SET_UP_CODE_LIFE_MS, SetUpCode } from "../../../mod/account/mod.ts";
import {
  type AccountStage,
  accountStage,
  GOOD_PASSWORD,
  refusal,
  STAGE_START_MS,
} from "../../kit/account_stage.ts";

const setUp = (stage: Pick<AccountStage, "setUpCode">, code: string, change: object = {}) =>
  stage.setUpCode.redeem({
    ...{ code, userName: "ann", password: GOOD_PASSWORD, address: "127.0.0.1", agent: "" },
    ...change,
  });

Deno.test("SetUpCode: makes the first administrator, signed in, once [W7]", async () => {
  await using stage = await accountStage();
  const { needed, code, usableUntil } = await stage.setUpCode.begin();
  assert.deepEqual([needed, usableUntil], [true, STAGE_START_MS + SET_UP_CODE_LIFE_MS]);
  assert.match(code!, /^([0-9A-Z]{4}-){7}[0-9A-Z]{4}$/);
  assert.equal(await stage.setUpCode.isNeeded(), true);
  const { cookie } = await setUp(stage, ` ${code!.toLowerCase().replaceAll("-", "")} `);
  assert.equal((await stage.sessions.identify(cookie)).user.role, "administrator");
  assert.equal(await stage.setUpCode.isNeeded(), false);
  await refusal(setUp(stage, code!, { userName: "eve" }), "SG1038");
  assert.deepEqual(await stage.setUpCode.begin(), { needed: false });
  await refusal(stage.setUpCode.renew(), "SG1038");
});

Deno.test("SetUpCode: survives restarts as a hash; each start prints one more [W7]", async () => {
  await using stage = await accountStage();
  const first = (await stage.setUpCode.begin()).code!;
  assert.ok(!JSON.stringify(await stage.catalog.settings.all()).includes(first.replaceAll("-", "")));
  const again = await stage.reopen();
  const second = (await again.setUpCode.begin()).code!;
  assert.notEqual(second, first);
  await setUp(again, first);
  await refusal(setUp(again, second, { userName: "eve" }), "SG1038");
});

Deno.test("SetUpCode: of many starts, the last five codes are usable [W7]", async () => {
  await using stage = await accountStage();
  const codes = [];
  for (let i = 0; i < 7; i++) codes.push((await stage.setUpCode.begin()).code!);
  await refusal(setUp(stage, codes[1]!), "SG1038");
  await setUp(stage, codes[2]!);
});

Deno.test("SetUpCode: ends after half an hour, or when its owner makes another [W7]", async () => {
  await using stage = await accountStage();
  const first = (await stage.setUpCode.begin()).code!;
  const second = (await stage.setUpCode.renew()).code!;
  await refusal(setUp(stage, first), "SG1038");
  stage.pass(SET_UP_CODE_LIFE_MS);
  await refusal(setUp(stage, second), "SG1038");
  const third = (await stage.setUpCode.begin()).code!;
  stage.setClock(-3_600_000); // a clock set back keeps no code alive
  await refusal(setUp(stage, third), "SG1038");
});

Deno.test("SetUpCode: a code that its owner replaced while it was redeemed makes nobody administrator", async () => {
  await using stage = await accountStage();
  const { code } = await stage.setUpCode.begin();
  const createFirst: typeof stage.catalog.users.createFirst = async (...args) => {
    await stage.setUpCode.renew();
    return await stage.catalog.users.createFirst(...args);
  };
  const catalog = { ...stage.catalog, users: { ...stage.catalog.users, createFirst } };
  await refusal(setUp({ setUpCode: new SetUpCode({ ...stage, catalog }) }, code!), "SG1038");
  assert.equal(await stage.setUpCode.isNeeded(), true);
});

Deno.test("SetUpCode: a bad name or password leaves the code usable", async () => {
  await using stage = await accountStage();
  const { code } = await stage.setUpCode.begin();
  for (let i = 0; i < 10; i++) await refusal(setUp(stage, code!, { password: "short" }), "SG1040");
  await refusal(setUp(stage, code!, { userName: "\n" }), "SG1040");
  await setUp(stage, code!);
});

Deno.test("SetUpCode: of two at once one becomes administrator [W7]", async () => {
  await using stage = await accountStage();
  const { code } = await stage.setUpCode.begin();
  const results = await Promise.allSettled(
    ["ann", "eve", "bob"].map((userName) => setUp(stage, code!, { userName })),
  );
  assert.deepEqual(results.map(({ status }) => status).sort(), ["fulfilled", "rejected", "rejected"]);
  assert.equal((await stage.users.page({ first: 5 })).totalCount, 1);
});

Deno.test("SetUpCode: guessing is slowed down by address [W5, W7]", async () => {
  await using stage = await accountStage();
  const { code } = await stage.setUpCode.begin();
  const guesses = ["", "x", "0000-0000-0000-0000-0000-0000-0000-0000", code!.slice(1), "U".repeat(32)];
  for (const guess of guesses) await refusal(setUp(stage, guess), "SG1038");
  await refusal(setUp(stage, code!), "SG1039");
  await setUp(stage, code!, { address: "::1" });
});

Deno.test("SetUpCode: where there are users, no code makes another", async () => {
  await using stage = await accountStage();
  const { code } = await stage.setUpCode.begin();
  await stage.users.create({ name: "ann", role: "administrator", password: GOOD_PASSWORD });
  await refusal(setUp(stage, code!, { userName: "eve" }), "SG1038");
});
