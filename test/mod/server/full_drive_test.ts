// Copyright the SpareGrid authors. Apache-2.0.
// A drive that is full (F9): told as SG0200, nothing is lost, and it goes on when there is room.
import assert from "node:assert/strict";
import { mayMount } from "../../kit/loop_drive.ts";
import { ran } from "../../kit/ran.ts";
import { filesBelow, nameOf, ServerStage, someBytes } from "../../kit/server_stage.ts";
import { scratch } from "../../kit/scratch.ts";

/** A drive of so many bytes. */
async function smallDrive(bytes: number): Promise<AsyncDisposable & { readonly path: string }> {
  const folder = await scratch();
  await ran("mount", "-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", folder.path);
  return {
    path: folder.path,
    [Symbol.asyncDispose]: async () => {
      await ran("umount", folder.path);
      await folder[Symbol.asyncDispose]();
    },
  };
}

Deno.test({
  name:
    "backupPort: a full drive is SG0200, and what was stored is whole; when there is room again it goes on",
  ignore: !mayMount(),
  fn: async () => {
    await using drive = await smallDrive(8_000_000);
    await using stage = await ServerStage.open({ folder: drive.path });
    await stage.repository();
    const names: string[] = [];
    const store = async (seed: number) => {
      const bytes = someBytes(1_000_000, seed);
      const answer = await stage.ask("pc", "POST", `home/data/${nameOf(bytes)}`, { body: bytes });
      if (answer.status === 200) names.push(nameOf(bytes));
      return `${answer.status} ${answer.code}`;
    };
    const answers = await Promise.all(Array.from({ length: 12 }, (_, i) => store(i + 1)));
    assert.ok(answers.includes("507 SG0200"), answers.join());
    assert.deepEqual([...new Set(answers)].sort(), ["200 null", "507 SG0200"]);
    assert.ok(names.length >= 6 && names.length <= 8, answers.join());
    for (const name of names) {
      assert.equal(nameOf((await stage.ask("pc", "GET", `home/data/${name}`)).body), name);
    }
    assert.equal((await filesBelow(drive.path)).length, names.length);
    assert.equal(stage.stores.usageOf("pc").storedBytes, names.length * 1_000_000);

    // Filled by somebody else, behind the server's back: the write itself fails then.
    const before = names.length;
    const size = stage.stores.storage().freeBytes;
    const filler = `${drive.path}/filler`;
    await Deno.writeFile(filler, new Uint8Array(Math.max(0, size - 4096)));
    assert.equal(await store(99), "507 SG0200");
    const lock = someBytes(20_000, 500);
    const locked = await stage.ask("pc", "POST", `home/locks/${nameOf(lock)}`, { body: lock });
    assert.deepEqual([locked.status, locked.code], [507, "SG0200"]);
    // Removing works on a full drive, and so does reading.
    assert.equal((await stage.ask("pc", "DELETE", `home/data/${names[0]}`)).status, 200);
    assert.equal((await stage.ask("pc", "GET", `home/data/${names[1]}`)).status, 200);
    await Deno.remove(filler);
    await stage.stores.undelete({ account: "pc", repository: "home" });
    assert.equal(stage.stores.usageOf("pc").storedBytes, before * 1_000_000);
    await stage.stop();
    await stage.start();
    assert.deepEqual(stage.stores.recovery, { temporaries: 0, added: 0, missing: 0, trashed: 0 });
  },
});

Deno.test({
  name:
    "backupPort: a drive that fills up in the middle of an upload ends it with SG0200, and nothing of it stays",
  ignore: !mayMount(),
  fn: async () => {
    await using drive = await smallDrive(8_000_000);
    await using stage = await ServerStage.open({ folder: drive.path });
    await stage.repository();
    const bytes = someBytes(5_000_000);
    const filled = Promise.withResolvers<void>();
    const body = new ReadableStream<Uint8Array>({
      async start(controller) {
        controller.enqueue(bytes.slice(0, 1_500_000));
        while ((await filesBelow(drive.path)).every(([, size]) => size < 500_000)) {
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
        await Deno.writeFile(`${drive.path}/filler`, new Uint8Array(stage.stores.storage().freeBytes));
        filled.resolve();
        controller.enqueue(bytes.slice(1_500_000));
        controller.close();
      },
    });
    const answer = await stage.ask("pc", "POST", `home/data/${nameOf(bytes)}`, { body });
    await filled.promise;
    assert.deepEqual([answer.status, answer.code], [507, "SG0200"]);
    assert.deepEqual((await filesBelow(drive.path)).map(([path]) => path), ["filler"]);
    await Deno.remove(`${drive.path}/filler`);
    await stage.store("pc", "home", "data", bytes);
  },
});
