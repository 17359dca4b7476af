// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { SESSION_IDLE_MS, SESSION_LIFE_MS } from "../../../mod/account/mod.ts";
import { type AccountStage, accountStage, GOOD_PASSWORD, refusal } from "../../kit/account_stage.ts";

async function withUser(
  act: (
    stage: AccountStage,
    open: () => ReturnType<AccountStage["sessions"]["create"]>,
    id: string,
  ) => Promise<void>,
) {
  await using stage = await accountStage();
  const { id } = await stage.users.create({ name: "ann", role: "administrator", password: GOOD_PASSWORD });
  const open = async () => await stage.sessions.create(await stage.users.row(id), "192.0.2.1", "a browser");
  await act(stage, open, id);
}

Deno.test("Sessions: the cookie has 256 random bits, and the catalog holds neither it nor its CSRF value [W2]", async () => {
  await withUser(async (stage, open, id) => {
    const [one, two] = [await open(), await open()];
    assert.match(one.cookie, /^[A-Za-z0-9_-]{43}$/);
    assert.notEqual(one.cookie, two.cookie);
    assert.notEqual(one.identity.csrf, two.identity.csrf);
    const rows = JSON.stringify(await stage.catalog.sessions.ofUser(id));
    for (const { cookie, identity } of [one, two]) {
      assert.ok(!rows.includes(cookie) && !rows.includes(identity.csrf!));
    }
    const identity = await stage.sessions.identify(one.cookie);
    assert.deepEqual(identity, one.identity);
    assert.deepEqual([identity.actor, identity.kind, [...identity.rights].length], [
      "user:ann",
      "session",
      4,
    ]);
  });
});

Deno.test("Sessions.identify: what is no cookie of a living session is refused, with one text [W2]", async () => {
  await withUser(async ({ sessions }, open, id) => {
    const { cookie, identity } = await open();
    const { text } = await refusal(sessions.identify(""), "SG1037");
    const bad = [
      "x",
      `${cookie} `,
      cookie.slice(1),
      `${cookie}A`,
      "A".repeat(43),
      "x".repeat(100_000),
      "' OR 1=1 --",
    ];
    for (const other of bad) assert.equal((await refusal(sessions.identify(other), "SG1037")).text, text);
    await sessions.end(identity.sessionId!, id);
    assert.equal((await refusal(sessions.identify(cookie), "SG1037")).text, text);
  });
});

Deno.test("Sessions: end after 30 idle minutes, and used ones after 12 hours [W3]", async () => {
  await withUser(async (stage, open) => {
    const { cookie } = await open();
    stage.pass(SESSION_IDLE_MS - 1);
    await stage.sessions.identify(cookie);
    stage.pass(SESSION_IDLE_MS);
    await refusal(stage.sessions.identify(cookie), "SG1037");

    const used = await open();
    for (let at = 0; at < SESSION_LIFE_MS; at += 20 * 60_000) {
      await stage.sessions.identify(used.cookie);
      stage.pass(20 * 60_000);
    }
    await refusal(stage.sessions.identify(used.cookie), "SG1037");
  });
});

Deno.test("Sessions: a clock that was set back makes none live longer [W3]", async () => {
  await withUser(async (stage, open) => {
    stage.pass(86_400_000);
    const { cookie } = await open();
    stage.setClock(-60_000);
    await stage.sessions.identify(cookie);
    stage.setClock(-86_000_000);
    await refusal(stage.sessions.identify(cookie), "SG1037");
  });
});

Deno.test("Sessions: are listed, and ended one by one or all but one [W3]", async () => {
  await withUser(async ({ sessions, users, ...stage }, open, id) => {
    const made = [];
    for (let i = 0; i < 3; i++, stage.pass(1_000)) made.push(await open());
    const ids = made.map(({ identity }) => identity.sessionId!);
    const list = await sessions.list(id);
    assert.deepEqual(list.map((session) => session.id), ids);
    assert.deepEqual([list[0]!.address, list[0]!.agent], ["192.0.2.1", "a browser"]);
    const other = await users.create({ name: "bob", role: "viewer", password: GOOD_PASSWORD });
    await refusal(sessions.end(ids[0]!, other.id), "SG1036");
    await sessions.end(ids[0]!, id);
    await refusal(sessions.end(ids[0]!, id), "SG1036");
    assert.deepEqual(await sessions.endAll(id, ids[2]), [ids[1]]);
    assert.deepEqual((await sessions.list(id)).map((session) => session.id), [ids[2]]);
    assert.equal(await sessions.lives(made[2]!.identity), true);
    assert.equal(await sessions.lives(made[1]!.identity), false);
  });
});

Deno.test("Sessions.requireCsrf: takes the session's own value only [W9]", async () => {
  await withUser(async ({ sessions }, open) => {
    const [one, two] = [(await open()).identity, (await open()).identity];
    sessions.requireCsrf(one, one.csrf);
    for (
      const given of [undefined, null, "", two.csrf, `${one.csrf}x`, one.csrf!.slice(1), "x".repeat(1e6)]
    ) {
      assert.throws(() => sessions.requireCsrf(one, given), { code: "SG1038" });
    }
    const { csrf: _, ...without } = one;
    assert.throws(() => sessions.requireCsrf(without, ""), { code: "SG1038" });
  });
});

Deno.test("Sessions.create: a user who was changed since the password was verified gets none", async () => {
  await withUser(async ({ sessions, users, catalog }, _, id) => {
    const verified = await users.row(id);
    await users.create({ name: "bob", role: "administrator", password: GOOD_PASSWORD });
    await users.update(id, { password: "quite another password" });
    await refusal(sessions.create(verified, "", ""), "SG1037");
    const again = await users.row(id);
    await users.update(id, { enabled: false });
    await refusal(sessions.create(again, "", ""), "SG1037");
    await users.delete(id);
    await refusal(sessions.create(again, "", ""), "SG1037");
    assert.deepEqual(await catalog.sessions.ofUser(id), []);
  });
});

Deno.test("Sessions: a user has a hundred at most, hostile texts are cut, and what is over is removed", async () => {
  await withUser(async (stage, open, id) => {
    const first = await open();
    for (let i = 0; i < 100; i++) {
      stage.pass(1);
      await open();
    }
    assert.equal((await stage.catalog.sessions.ofUser(id)).length, 100);
    await refusal(stage.sessions.identify(first.cookie), "SG1037");
    stage.pass(SESSION_IDLE_MS + 1);
    await stage.sessions.create(await stage.users.row(id), "x".repeat(1_000), "y".repeat(299) + "😀");
    const [left, ...more] = await stage.catalog.sessions.ofUser(id);
    assert.deepEqual([left!.address.length, left!.agent.length, more.length], [100, 300, 0]);
  });
});
