// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { isSgError } from "../../../mod/errors/mod.ts";
import { nameOf, ServerStage, someBytes } from "../../kit/server_stage.ts";

const HOME = { account: "pc", repository: "home" };
const NOTHING = { temporaries: 0, added: 0, missing: 0, trashed: 0 };

Deno.test("Stores: a start finds what is there, and the catalog follows the disk", async () => {
  await using stage = await ServerStage.open();
  await stage.repository();
  await stage.ask("pc", "POST", "home/config", { body: someBytes(155) });
  const kept = await stage.store("pc", "home", "data", someBytes(1_000));
  const lost = await stage.store("pc", "home", "data", someBytes(1_000, 2));
  const cut = await stage.store("pc", "home", "index", someBytes(500, 3));
  await stage.stop();

  const repository = `${stage.folder}/store/pc/home`;
  const put = async (type: string, bytes: Uint8Array) => {
    const name = nameOf(bytes);
    await Deno.writeFile(
      `${repository}/${type === "data" ? `data/${name.slice(0, 2)}` : type}/${name}`,
      bytes,
    );
    return name;
  };
  // A crash left a temporary, and an upload whose line was not written yet.
  await Deno.writeFile(`${stage.folder}/store/.incoming/${"1".repeat(32)}`, someBytes(10));
  const unknown = await put("data", someBytes(2_000, 4));
  // One is gone, one was cut short by the drive, one was half-way to the trash.
  await Deno.remove(`${repository}/data/${lost.slice(0, 2)}/${lost}`);
  await Deno.chmod(`${repository}/index/${cut}`, 0o600);
  await Deno.truncate(`${repository}/index/${cut}`, 400);
  const removed = await put("snapshots", someBytes(300, 5));
  await Deno.mkdir(`${stage.folder}/trash/pc/home/snapshots`, { recursive: true });
  await Deno.rename(
    `${repository}/snapshots/${removed}`,
    `${stage.folder}/trash/pc/home/snapshots/${removed}`,
  );
  // And what is none of ours is left alone.
  await Deno.writeTextFile(`${repository}/data/notes.txt`, "mine");

  await stage.start();
  assert.deepEqual(stage.stores.recovery, { temporaries: 1, added: 2, missing: 1, trashed: 1 });
  const [facts] = await stage.stores.repositories("pc");
  assert.deepEqual(
    { ...facts, createdAt: 0, verifiedAt: null },
    {
      ...HOME,
      ...{ files: 4, bytes: 155 + 1_000 + 2_000 + 400, trashFiles: 1, trashBytes: 300 },
      ...{ createdAt: 0, verifiedAt: null, damaged: [`data/${lost}`] },
    },
  );
  assert.deepEqual(stage.stores.usageOf("pc"), { storedBytes: 3_555, trashBytes: 300 });
  const { events } = await stage.stores.since(HOME, 4);
  assert.deepEqual(
    events.map(({ file, size, removed }) => [file, size, removed]).sort(),
    [[`data/${unknown}`, 2_000, false], [`index/${cut}`, 400, false], [`snapshots/${removed}`, 300, true]]
      .sort(),
  );
  assert.equal((await stage.ask("pc", "GET", `home/data/${kept}`)).status, 200);

  await stage.stop();
  await stage.start();
  assert.deepEqual(stage.stores.recovery, { ...NOTHING, missing: 1 });
  // A client that still has it brings it back.
  await stage.store("pc", "home", "data", someBytes(1_000, 2));
  await stage.stop();
  await stage.start();
  assert.deepEqual(stage.stores.recovery, NOTHING);
  assert.deepEqual((await stage.stores.repositories("pc"))[0]!.damaged, []);
  assert.equal((await stage.stores.undelete(HOME)).files, 1);
});

Deno.test("Stores: folders of accounts that the catalog lost are kept, counted, and nobody's until an administrator decides", async () => {
  await using stage = await ServerStage.open();
  await stage.repository();
  const name = await stage.store("pc", "home", "data", someBytes(1_000));
  await stage.stop();
  await Deno.rename(`${stage.folder}/store/pc`, `${stage.folder}/store/stranger`);
  await Deno.mkdir(`${stage.folder}/store/Not A Name/x`, { recursive: true });
  await stage.start();
  assert.equal(stage.stores.recovery.added, 1);
  assert.deepEqual(stage.stores.usageOf("stranger"), { storedBytes: 1_000, trashBytes: 0 });
  assert.equal((await stage.rooms.accounts.get("stranger")).state, "inactive");
  assert.deepEqual((await stage.stores.repositories("pc"))[0]!.damaged, [`data/${name}`]);
});

Deno.test("Stores: a store whose drive is not mounted is SG0021, and no new one is begun", async () => {
  await using stage = await ServerStage.open();
  await stage.repository();
  await stage.store("pc", "home", "data", someBytes(1_000));
  await stage.stop();
  await Deno.rename(stage.folder, `${stage.folder}-elsewhere`);
  await assert.rejects(
    stage.start(),
    (error) => isSgError(error, "SG0021") && /Mount its drive/.test(error.remedy),
  );
  await Deno.remove(stage.folder, { recursive: true });
  await Deno.rename(`${stage.folder}-elsewhere`, stage.folder);
  await stage.start();
  assert.deepEqual(stage.stores.recovery, NOTHING);
});

Deno.test("Stores: a folder that cannot be used is SG0021", async () => {
  await using stage = await ServerStage.open();
  await stage.stop();
  await Deno.remove(stage.folder, { recursive: true });
  await Deno.writeTextFile(stage.folder, "a file");
  await assert.rejects(stage.start(), (error) => isSgError(error, "SG0021"));
});

Deno.test("Stores: storage and freeFor tell the space of the server and of an account", async () => {
  await using stage = await ServerStage.open();
  await stage.repository("pc", "home", { quotaBytes: 5_000 });
  await stage.repository("other", "work");
  await stage.store("pc", "home", "data", someBytes(1_000));
  const gone = await stage.store("other", "work", "data", someBytes(3_000));
  await stage.ask("other", "DELETE", `work/data/${gone}`);
  const { freeBytes, ...facts } = stage.stores.storage();
  assert.ok(freeBytes > 0);
  assert.deepEqual(facts, {
    ...{ folder: stage.folder, files: 1, damagedFiles: 0, storedBytes: 1_000, trashBytes: 3_000 },
  });
  assert.equal(stage.stores.freeFor(await stage.accounts.get("pc")), 4_000);
});

Deno.test("Stores: making a repository twice, also at once, makes one", async () => {
  await using stage = await ServerStage.open();
  await stage.addAccount("pc");
  const answers = await Promise.all([1, 2, 3].map(() => stage.ask("pc", "POST", "home/?create=true")));
  assert.deepEqual(answers.map(({ status }) => status), [200, 200, 200]);
  await stage.store("pc", "home", "data", someBytes(1_000));
  assert.equal((await stage.ask("pc", "POST", "home/?create=true")).status, 200);
  assert.equal((await stage.stores.repositories("pc"))[0]!.files, 1);
});
