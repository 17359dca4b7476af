// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { accountStage, GOOD_PASSWORD, refusal } from "../../kit/account_stage.ts";

Deno.test("openAccountRoom: what one room made, the next over the same folder knows", async () => {
  await using stage = await accountStage();
  const { id } = await stage.users.create({ name: "ann", role: "administrator", password: GOOD_PASSWORD });
  const order = { userName: "ann", password: GOOD_PASSWORD, address: "::1", agent: "" };
  const { cookie, identity } = await stage.signIn.signIn(order);
  const { secret } = await stage.tokens.create(identity, { name: "x", scopes: ["READ"] });
  const sealed = stage.vault.seal("p", new Uint8Array(3));
  const again = await stage.reopen();
  assert.equal((await again.sessions.identify(cookie)).user.id, id);
  assert.equal((await again.tokens.identify(secret)).user.id, id);
  assert.deepEqual(again.vault.open("p", sealed), new Uint8Array(3));
  assert.deepEqual(await again.setUpCode.begin(), { needed: false });
});

Deno.test("openAccountRoom: a data folder without its key file is refused, and no other key is made", async () => {
  await using stage = await accountStage();
  await Deno.remove(`${stage.folder}/installation.key`);
  await refusal(stage.reopen(), "SG0021");
  await assert.rejects(Deno.stat(`${stage.folder}/installation.key`), Deno.errors.NotFound);
});

Deno.test("openAccountRoom: no secret lies in the data folder in clear, but the two private files [W19]", async () => {
  await using stage = await accountStage();
  await stage.users.create({ name: "ann", role: "administrator", password: GOOD_PASSWORD });
  const { cookie, identity } = await stage.signIn.signIn({
    ...{ userName: "ann", password: GOOD_PASSWORD, address: "::1", agent: "" },
  });
  const { secret: token } = await stage.tokens.create(identity, { name: "x", scopes: ["READ"] });
  const { secret } = await stage.accounts.request({ id: "pc", address: "::1", approval: { kind: "manual" } });
  const planted = [GOOD_PASSWORD, cookie, identity.csrf!, token.slice(3), secret];
  for await (const { name } of Deno.readDir(stage.folder)) {
    if (name === "owner.token" || name === "installation.key") continue;
    const text = new TextDecoder("latin1").decode(await Deno.readFile(`${stage.folder}/${name}`));
    for (const value of planted) assert.ok(!text.includes(value), name);
  }
});
