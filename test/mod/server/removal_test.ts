// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { removeStored } from "../../../mod/server/mod.ts";
import { ServerStage, someBytes } from "../../kit/server_stage.ts";

const roomsOf = (stage: ServerStage) => ({ stores: stage.stores, accounts: stage.rooms.accounts });

Deno.test("removeStored: one repository goes to the trash, the account's others stay", async () => {
  await using stage = await ServerStage.open();
  await stage.repository("pc", "home");
  await stage.ask("pc", "POST", "work/?create=true");
  await stage.store("pc", "home", "keys", someBytes(300));
  await stage.store("pc", "work", "keys", someBytes(200, 2));
  stage.rooms.pass(3_600_000);
  const removed = await removeStored(roomsOf(stage), "pc", "home");
  assert.deepEqual(removed, { movedFiles: 1, movedBytes: 300, refused: [] });
  assert.equal((await stage.rooms.accounts.get("pc")).state, "active");
  const facts = await stage.stores.repositories("pc");
  assert.deepEqual(facts.map(({ repository, files, trashFiles }) => [repository, files, trashFiles]), [
    ["home", 0, 1],
    ["work", 1, 0],
  ]);
  const again = await removeStored(roomsOf(stage), "pc", "home");
  assert.deepEqual(again.refused.map(({ repository, code }) => [repository, code]), [["home", "SG1002"]]);
});

Deno.test("removeStored: an account is kept out, and all that it has goes to the trash; it is forgotten when nothing is left", async () => {
  await using stage = await ServerStage.open();
  await stage.repository("pc", "home");
  await stage.store("pc", "home", "keys", someBytes(300));
  await stage.addAccount("empty");
  stage.rooms.pass(3_600_000);
  assert.deepEqual(await removeStored(roomsOf(stage), "pc"), { movedFiles: 1, movedBytes: 300, refused: [] });
  assert.equal((await stage.rooms.accounts.get("pc")).state, "inactive");
  assert.equal((await stage.ask("pc", "GET", "home/keys/")).code, "SG1042");
  // What is in the trash is moved no further, and refuses nothing.
  assert.deepEqual(await removeStored(roomsOf(stage), "pc"), { movedFiles: 0, movedBytes: 0, refused: [] });
  await removeStored(roomsOf(stage), "empty");
  await assert.rejects(stage.rooms.accounts.get("empty"), { code: "SG1036" });
  await assert.rejects(removeStored(roomsOf(stage), "nobody"), { code: "SG1036" });
});

Deno.test("removeStored: a repository that a backup is writing to stays, and is named with the reason", async () => {
  await using stage = await ServerStage.open();
  await stage.repository("pc", "home");
  await stage.store("pc", "home", "locks", someBytes(200));
  await stage.store("pc", "home", "data", someBytes(1_000));
  const { refused, movedFiles } = await removeStored(roomsOf(stage), "pc", "home");
  assert.deepEqual([movedFiles, refused.map(({ code }) => code)], [0, ["SG0290"]]);
  assert.match(refused[0]!.message, /backup/);
});
