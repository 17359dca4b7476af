// Copyright the SpareGrid authors. Apache-2.0.
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { utf8Text } from "../../../mod/base/mod.ts";
import { repairIndex, repairSnapshots } from "../../../mod/repository/mod.ts";
import { MemoryStorage } from "../../../mod/storage/mod.ts";
import { DamagedStorage } from "../../kit/damaged_storage.ts";
import { errorsOf, filledRepository, openPlain } from "../../kit/damaged_repository.ts";
import { DraftSaver, initRepository, reopen } from "../../kit/repository.ts";

Deno.test("repairSnapshots takes lost content out of files and leaves whole snapshots alone", async () => {
  const storage = await filledRepository();
  const [first, second] = await (await openPlain(storage)).listSnapshots();
  const whole = await reopen(storage);
  const [needed] = (await whole.loadTree(first!.snapshot.tree)).nodes[0]!.content!;
  await storage.remove({ type: "data", name: whole.packs.id(whole.locate("data", needed!)!.pack) });
  await repairIndex(await openPlain(storage));
  const dry = await repairSnapshots(await openPlain(storage), { dryRun: true, forget: true });
  deepStrictEqual(dry, [{ id: first!.id, removed: false }]);
  const changes: string[] = [];
  const [done, ...rest] = await repairSnapshots(await openPlain(storage), {
    forget: true,
    onChange: ({ path, change }) => changes.push(`${path} ${change}`),
  });
  deepStrictEqual(rest, []);
  deepStrictEqual(changes, ["/a content removed"]);
  deepStrictEqual(await errorsOf(storage), []);
  const again = await reopen(storage);
  const left = await again.listSnapshots();
  deepStrictEqual(left.map(({ id }) => id).sort(), [done!.repaired!, second!.id].sort());
  const repaired = left.find(({ id }) => id === done!.repaired)!.snapshot;
  strictEqual(repaired.original, first!.id);
  deepStrictEqual(repaired.tags, ["repaired"]);
  strictEqual(repaired.time, first!.snapshot.time);
  const [file] = (await again.loadTree(repaired.tree)).nodes;
  strictEqual(file!.size, BigInt(9_000 * file!.content!.length));
  ok(file!.content!.length < 5);
  deepStrictEqual(await repairSnapshots(await openPlain(storage)), []);
});

Deno.test("repairSnapshots empties folders that cannot be read, and keeps the old snapshot unless told", async () => {
  const storage = new DamagedStorage(new MemoryStorage());
  const repository = await initRepository(storage);
  const saver = new DraftSaver(repository);
  const lost = await saver.tree({ deep: { d: "e" } });
  await repository.flush();
  const id = await saver.snapshot({ a: "x", b: { deep: { d: "e" } } });
  const again = await reopen(storage);
  const entry = again.table.findHex("tree", lost);
  const name = again.packs.id(again.table.packOf(entry));
  storage.flip({ type: "data", name }, again.table.offsetOf(entry) + 17);
  const [result] = await repairSnapshots(await openPlain(storage));
  strictEqual(result!.id, id);
  strictEqual(result!.removed, false);
  const after = await reopen(storage);
  strictEqual((await after.listSnapshots()).length, 2);
  const root = await after.loadTree((await after.findSnapshot(result!.repaired!)).snapshot.tree);
  deepStrictEqual(root.nodes.map((each) => utf8Text(each.name)), ["a", "b"]);
  deepStrictEqual((await after.loadTree(root.nodes[1]!.subtree!)).nodes, []);
});
