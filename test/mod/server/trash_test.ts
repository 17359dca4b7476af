// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { isSgError } from "../../../mod/errors/mod.ts";
import { filesBelow, ServerStage, someBytes } from "../../kit/server_stage.ts";

const DAY = 86_400_000;
const HOME = { account: "pc", repository: "home" };
const never = new AbortController().signal;

async function assertRefused(act: Promise<unknown>, code: string): Promise<void> {
  await assert.rejects(act, (error) => isSgError(error) && error.code === code);
}

Deno.test("Trash: what is removed lies in the trash, counts, and is gone when its time is over", async () => {
  await using stage = await ServerStage.open();
  await stage.repository("pc", "home", { retentionLockDays: 5 });
  const pack = await stage.store("pc", "home", "data", someBytes(1_000));
  const snapshot = await stage.store("pc", "home", "snapshots", someBytes(300, 2));
  for (const path of [`data/${pack}`, `snapshots/${snapshot}`]) {
    assert.equal((await stage.ask("pc", "DELETE", `home/${path}`)).status, 200);
    assert.equal((await stage.ask("pc", "GET", `home/${path}`)).status, 404);
  }
  assert.deepEqual(await filesBelow(stage.folder), [
    [`trash/pc/home/data/${pack}`, 1_000],
    [`trash/pc/home/snapshots/${snapshot}`, 300],
  ]);
  assert.deepEqual(stage.stores.usageOf("pc"), { storedBytes: 0, trashBytes: 1_300 });
  // A shorter lock counts for what is removed from then on.
  await stage.rooms.accounts.update("pc", { retentionLockDays: 3 });
  stage.rooms.pass(5 * DAY - 1_000);
  assert.deepEqual(await stage.stores.purgeDue(never), { files: 0, bytes: 0 });
  stage.rooms.pass(2_000);
  assert.deepEqual(await stage.stores.purgeDue(never), { files: 2, bytes: 1_300 });
  assert.deepEqual(await filesBelow(stage.folder), []);
  assert.deepEqual(stage.stores.usageOf("pc"), { storedBytes: 0, trashBytes: 0 });
  const { events } = await stage.stores.since(HOME, 0);
  assert.deepEqual(events.map(({ file, removed }) => [file, removed]), [
    [`data/${pack}`, true],
    [`snapshots/${snapshot}`, true],
  ]);
});

Deno.test("Trash: locks are removed at once, by everybody, and leave no line", async () => {
  await using stage = await ServerStage.open();
  await stage.repository("pc", "home", { appendOnly: true });
  const lock = await stage.store("pc", "home", "locks", someBytes(200));
  assert.equal((await stage.ask("pc", "DELETE", `home/locks/${lock}`)).status, 200);
  assert.deepEqual(await filesBelow(stage.folder), []);
  assert.equal((await stage.stores.since(HOME, 0)).events.length, 0);
  assert.equal((await stage.ask("pc", "DELETE", `home/locks/${lock}`)).status, 404);
});

Deno.test("Trash: an append-only account removes nothing of any other type", async () => {
  await using stage = await ServerStage.open();
  await stage.repository("pc", "home", { appendOnly: true });
  for (const type of ["data", "index", "keys", "snapshots"]) {
    const name = await stage.store("pc", "home", type, someBytes(200));
    const answer = await stage.ask("pc", "DELETE", `home/${type}/${name}`);
    assert.deepEqual([answer.status, answer.code], [403, "SG1045"], type);
    assert.equal((await stage.ask("pc", "GET", `home/${type}/${name}`)).status, 200);
  }
});

Deno.test("Trash: at 100 % everything can still be removed", async () => {
  await using stage = await ServerStage.open();
  await stage.repository("pc", "home", { quotaBytes: 1_000 });
  const pack = await stage.store("pc", "home", "data", someBytes(1_000));
  const refused = await stage.ask("pc", "POST", `home/data/${"0".repeat(64)}`, { body: someBytes(1) });
  assert.deepEqual([refused.status, refused.code], [507, "SG0178"]);
  const lock = await stage.store("pc", "home", "locks", someBytes(200, 3));
  const index = await stage.store("pc", "home", "index", someBytes(500, 4));
  for (const path of [`data/${pack}`, `index/${index}`, `locks/${lock}`]) {
    assert.equal((await stage.ask("pc", "DELETE", `home/${path}`)).status, 200, path);
  }
});

Deno.test("Trash: what was removed comes back, as long as the trash has it", async () => {
  await using stage = await ServerStage.open();
  await stage.repository();
  const [one, two] = [someBytes(1_000), someBytes(2_000, 2)];
  const first = await stage.store("pc", "home", "data", one);
  const second = await stage.store("pc", "home", "data", two);
  await stage.ask("pc", "DELETE", `home/data/${first}`);
  stage.rooms.pass(DAY);
  const since = Number(stage.rooms.clock.now() / 1_000_000n);
  await stage.ask("pc", "DELETE", `home/data/${second}`);
  assert.deepEqual(await stage.stores.undelete(HOME, since), { files: 1, bytes: 2_000 });
  assert.deepEqual((await stage.ask("pc", "GET", `home/data/${second}`)).body, two);
  assert.equal((await stage.ask("pc", "GET", `home/data/${first}`)).status, 404);
  assert.deepEqual(await stage.stores.undelete(HOME), { files: 1, bytes: 1_000 });
  assert.deepEqual((await stage.ask("pc", "GET", `home/data/${first}`)).body, one);
  assert.deepEqual(stage.stores.usageOf("pc"), { storedBytes: 3_000, trashBytes: 0 });
  await assertRefused(stage.stores.undelete(HOME), "SG1036");
  stage.rooms.pass(100 * DAY);
  assert.deepEqual(await stage.stores.purgeDue(never), { files: 0, bytes: 0 });
  assert.equal((await stage.stores.since(HOME, 0)).events.filter(({ removed }) => !removed).length, 2);
});

Deno.test("Trash: a file that is stored and removed again counts once, with its new time", async () => {
  await using stage = await ServerStage.open();
  await stage.repository();
  const bytes = someBytes(1_000);
  for (let i = 0; i < 3; i++) {
    const name = await stage.store("pc", "home", "data", bytes);
    await stage.ask("pc", "DELETE", `home/data/${name}`);
    assert.deepEqual(stage.stores.usageOf("pc"), { storedBytes: 0, trashBytes: 1_000 });
    stage.rooms.pass(10 * DAY);
  }
  assert.deepEqual(await stage.stores.purgeDue(never), { files: 0, bytes: 0 });
  stage.rooms.pass(4 * DAY + 1_000);
  assert.deepEqual(await stage.stores.purgeDue(never), { files: 1, bytes: 1_000 });
  assert.deepEqual(stage.stores.usageOf("pc"), { storedBytes: 0, trashBytes: 0 });
});

Deno.test("Trash: a pack that a backup under way may need is not removed, whoever asks", async () => {
  await using stage = await ServerStage.open();
  await stage.repository();
  const old = await stage.store("pc", "home", "data", someBytes(100));
  const lock = await stage.store("pc", "home", "locks", someBytes(200, 2));
  const young = await stage.store("pc", "home", "data", someBytes(100, 3));
  const refused = await stage.ask("pc", "DELETE", `home/data/${young}`);
  assert.deepEqual([refused.status, refused.code], [403, "SG1045"]);
  assert.equal((await stage.ask("pc", "DELETE", `home/data/${old}`)).status, 200);
  await assertRefused(stage.stores.removeRepository(HOME), "SG0290");
  // Another client takes the lock away, and the server is started anew: the backup may still go on.
  using other = Deno.createHttpClient({ http2: false });
  const secret = await stage.rooms.accounts.withSecret("pc");
  const gone = await fetch(`${stage.url}/pc/home/locks/${lock}`, {
    ...{ client: other, method: "DELETE" },
    headers: { Authorization: `Basic ${btoa(`pc:${secret!.secret}`)}` },
  });
  assert.equal(gone.status, 200);
  await gone.body?.cancel();
  assert.equal((await stage.ask("pc", "DELETE", `home/data/${young}`)).status, 403);
  await stage.stop();
  await stage.start();
  assert.equal((await stage.ask("pc", "DELETE", `home/data/${young}`)).status, 403);
  stage.rooms.pass(DAY);
  assert.equal((await stage.ask("pc", "DELETE", `home/data/${young}`)).status, 200);
});

Deno.test("Trash: an administrator removes a whole repository, and brings it back", async () => {
  await using stage = await ServerStage.open();
  await stage.repository();
  const config = someBytes(155);
  await stage.ask("pc", "POST", "home/config", { body: config });
  for (const type of ["data", "index", "keys", "snapshots"]) {
    await stage.store("pc", "home", type, someBytes(100));
  }
  await stage.store("pc", "home", "locks", someBytes(50));
  const before = (await filesBelow(`${stage.folder}/store`)).filter(([path]) => !path.includes("/locks/"));
  assert.deepEqual(await stage.stores.removeRepository(HOME), { files: 5, bytes: 555 });
  assert.equal((await stage.ask("pc", "GET", "home/config")).code, "SG1002");
  assert.deepEqual(await filesBelow(`${stage.folder}/store`), []);
  assert.deepEqual([...Deno.readDirSync(`${stage.folder}/store`)].map(({ name }) => name).sort(), [
    ".incoming",
    ".sparegrid-store",
  ]);
  assert.deepEqual(stage.stores.usageOf("pc"), { storedBytes: 0, trashBytes: 555 });
  // The account can go now; a restart knows of the trash all the same.
  await stage.stop();
  await stage.start();
  assert.deepEqual(stage.stores.recovery, { temporaries: 0, added: 0, missing: 0, trashed: 0 });
  assert.deepEqual(stage.stores.usageOf("pc"), { storedBytes: 0, trashBytes: 555 });
  assert.deepEqual(await stage.stores.undelete(HOME), { files: 5, bytes: 555 });
  assert.deepEqual(await filesBelow(`${stage.folder}/store`), before);
  assert.deepEqual((await stage.ask("pc", "GET", "home/config")).body, config);
});

Deno.test("Trash: a repository that is made anew under an old name leaves the old one's config alone", async () => {
  await using stage = await ServerStage.open();
  await stage.repository();
  await stage.ask("pc", "POST", "home/config", { body: someBytes(100, 1) });
  await stage.stores.removeRepository(HOME);
  await stage.ask("pc", "POST", "home/?create=true");
  await stage.ask("pc", "POST", "home/config", { body: someBytes(100, 2) });
  await stage.stores.removeRepository(HOME);
  const names = (await filesBelow(`${stage.folder}/trash`)).map(([path]) => path);
  assert.equal(names.length, 2);
  const numbers = (await stage.rooms.catalog.removedFiles.inTrash("pc", "home", 10)).map((row) =>
    row.sequence
  );
  assert.equal(new Set(numbers).size, 2);
  stage.rooms.pass(15 * DAY);
  assert.deepEqual(await stage.stores.purgeDue(never), { files: 2, bytes: 200 });
  assert.deepEqual(await stage.stores.repositories("pc"), []);
  assert.deepEqual(await filesBelow(stage.folder), []);
});

Deno.test("Trash: a clock that leaps by years empties nothing", async () => {
  await using stage = await ServerStage.open();
  await stage.repository();
  const pack = await stage.store("pc", "home", "data", someBytes(1_000));
  await stage.ask("pc", "DELETE", `home/data/${pack}`);
  await stage.stores.purgeDue(never);
  stage.rooms.setClock(1000 * DAY);
  assert.deepEqual(await stage.stores.purgeDue(never), { files: 0, bytes: 0 });
  assert.match(stage.log.text, /clock leapt forward/);
  stage.rooms.setClock(-1000 * DAY);
  assert.deepEqual(await stage.stores.purgeDue(never), { files: 0, bytes: 0 });
});

Deno.test("Trash: a server that starts with a clock that is years ahead empties nothing", async () => {
  await using stage = await ServerStage.open();
  await stage.repository();
  const pack = await stage.store("pc", "home", "data", someBytes(1_000));
  await stage.ask("pc", "DELETE", `home/data/${pack}`);
  await stage.stores.purgeDue(never);
  await stage.stop();
  stage.rooms.setClock(1000 * DAY);
  await stage.start();
  assert.deepEqual(await stage.stores.purgeDue(never), { files: 0, bytes: 0 });
  stage.rooms.pass(DAY);
  assert.deepEqual(
    await stage.stores.purgeDue(never),
    { files: 1, bytes: 1_000 },
    "a day later it is believed",
  );
});
