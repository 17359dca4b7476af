// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { OWNER, OwnerToken, readOwnerToken, RIGHTS } from "../../../mod/account/mod.ts";
import { accountStage, refusal } from "../../kit/account_stage.ts";

Deno.test("OwnerToken: who can read the file is the owner, from this machine only", async () => {
  await using stage = await accountStage();
  const text = (await readOwnerToken(stage.fs, stage.folder))!;
  assert.match(text, /^sgo_[A-Za-z0-9_-]{43}$/);
  assert.ok(OwnerToken.isForm(text));
  assert.equal((await Deno.stat(`${stage.folder}/owner.token`)).mode! & 0o777, 0o600);
  for (const address of ["127.0.0.1", "::1", "::ffff:127.0.0.1"]) {
    const { user, rights, actor } = stage.ownerToken.identify(text, address);
    assert.deepEqual([user, [...rights], actor], [OWNER, RIGHTS, "owner"]);
  }
  for (
    const [given, address] of [[text, "192.0.2.1"], [`${text}x`, "::1"], ["", "::1"], [text.slice(1), "::1"]]
  ) {
    assert.throws(() => stage.ownerToken.identify(given!, address!), { code: "SG1037" });
  }
});

Deno.test("OwnerToken: each start makes a new one, and the old one is nothing then", async () => {
  await using stage = await accountStage();
  const old = (await readOwnerToken(stage.fs, stage.folder))!;
  const again = await stage.reopen();
  const text = (await readOwnerToken(stage.fs, stage.folder))!;
  assert.notEqual(text, old);
  again.ownerToken.identify(text, "::1");
  assert.throws(() => again.ownerToken.identify(old, "::1"), { code: "SG1037" });
});

Deno.test("OwnerToken: what a killed start left half-written is swept away", async () => {
  await using stage = await accountStage();
  await Deno.writeTextFile(`${stage.folder}/.owner.token.new`, "sgo_ha");
  const again = await stage.reopen();
  again.ownerToken.identify((await readOwnerToken(stage.fs, stage.folder))!, "::1");
  await assert.rejects(Deno.stat(`${stage.folder}/.owner.token.new`), Deno.errors.NotFound);
});

Deno.test("readOwnerToken: a file that is missing, open to others or damaged", async () => {
  await using stage = await accountStage();
  const path = `${stage.folder}/owner.token`;
  await Deno.chmod(path, 0o644);
  await refusal(readOwnerToken(stage.fs, stage.folder), "SG0021");
  await Deno.chmod(path, 0o600);
  await Deno.writeTextFile(path, "sgo_short\n");
  await refusal(readOwnerToken(stage.fs, stage.folder), "SG0021");
  await Deno.remove(path);
  assert.equal(await readOwnerToken(stage.fs, stage.folder), undefined);
});
