// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { utf8 } from "../../../mod/base/mod.ts";
import { sha256Hex } from "../../../mod/crypto/mod.ts";
import { addKey, changePassword, listKeys, removeKey, unlock } from "../../../mod/job/mod.ts";
import { DamagedStorage, namesOf } from "../../kit/damaged_storage.ts";
import { heardRun, JobStage } from "../../kit/job_stage.ts";
import { MemoryStorage } from "../../../mod/storage/mod.ts";
import { CHEAP_KDF, PASSWORD } from "../../kit/repository.ts";

const SECOND = { password: "second", kdf: CHEAP_KDF };

/** True when the password opens the stage's repository. */
async function opens(stage: JobStage, password: string): Promise<boolean> {
  try {
    await using _session = await stage.open({ password });
    return true;
  } catch (error) {
    assert.equal((error as { code?: string }).code, "SG1001");
    return false;
  }
}

Deno.test("addKey adds a password; listKeys shows all, the one in use marked", async () => {
  const stage = await JobStage.made();
  await using session = await stage.open();
  const label = { username: "ada", hostname: "desk" };
  const id = await addKey(session, { ...SECOND, ...label }, heardRun());
  const keys = await listKeys(session, heardRun());
  assert.deepEqual(keys.map(({ current }) => current).sort(), [false, true]);
  const added = keys.find((key) => key.id === id)!;
  assert.deepEqual([added.username, added.hostname, added.current], ["ada", "desk", false]);
  assert.deepEqual([await opens(stage, "second"), await opens(stage, PASSWORD)], [true, true]);
  assert.equal(await stage.count("locks"), 0);
});

Deno.test("removeKey removes the key that is meant, and neither the one in use nor one of several", async () => {
  const stage = await JobStage.made();
  await using session = await stage.open();
  const id = await addKey(session, SECOND, heardRun());
  const { id: own } = (await listKeys(session, heardRun())).find(({ current }) => current)!;
  await assert.rejects(removeKey(session, own, heardRun()), { code: "SG1029" });
  await assert.rejects(removeKey(session, "", heardRun()), { code: "SG1031" });
  await assert.rejects(removeKey(session, "no-such-key", heardRun()), { code: "SG1031" });
  assert.equal(await removeKey(session, id.slice(0, 12), heardRun()), id);
  assert.equal(await opens(stage, "second"), false);
});

Deno.test("changePassword replaces the password in use, and no other", async () => {
  const stage = await JobStage.made();
  await using session = await stage.open();
  await addKey(session, SECOND, heardRun());
  const id = await changePassword(session, "third", heardRun());
  const found = await Promise.all([PASSWORD, "second", "third"].map((word) => opens(stage, word)));
  assert.deepEqual(found, [false, true, true]);
  assert.equal((await listKeys(session, heardRun())).find(({ current }) => current)?.id, id);
});

Deno.test("removeKey and changePassword need the repository for themselves", async () => {
  const stage = await JobStage.made();
  await using session = await stage.open();
  const id = await addKey(session, SECOND, heardRun());
  await using other = await stage.open();
  await using _lock = await other.begin({ exclusive: false }, heardRun());
  await assert.rejects(removeKey(session, id, heardRun()), { code: "SG1003" });
  await assert.rejects(changePassword(session, "x", heardRun()), { code: "SG1003" });
  assert.equal((await listKeys(session, heardRun())).length, 2);
});

Deno.test("unlock removes what nobody holds any more, and living locks only when told", async () => {
  const stage = await JobStage.made();
  await using session = await stage.open();
  await using other = await stage.open();
  await using _lock = await other.begin({ exclusive: false }, heardRun());
  assert.equal(await unlock(session, { all: false }, heardRun()), 0);
  assert.equal((await namesOf(stage.storage, "locks")).length, 1);
  assert.equal(await unlock(session, { all: true }, heardRun()), 1);
  assert.equal(await stage.count("locks"), 0);
});

Deno.test("listKeys lists the keys that can be read and says which are damaged", async () => {
  const storage = new DamagedStorage(new MemoryStorage());
  const stage = await JobStage.made({ storage });
  await using session = await stage.open();
  const damaged = await addKey(session, SECOND, heardRun());
  storage.flip({ type: "keys", name: damaged }, 20);
  const foreign = utf8("no key at all");
  const name = sha256Hex(foreign);
  await storage.save({ type: "keys", name }, foreign);
  const run = heardRun();
  const keys = await listKeys(session, run);
  assert.deepEqual(keys.map(({ current }) => current), [true]);
  assert.deepEqual(run.problems.map(({ code }) => code), ["SG1005", "SG1005"]);
  for (const id of [damaged, name]) assert.ok(run.problems.some(({ message }) => message.includes(id)), id);
  // What cannot be read can be removed all the same.
  await removeKey(session, name, heardRun());
  assert.deepEqual([await opens(stage, "second"), await opens(stage, PASSWORD)], [false, true]);
});
