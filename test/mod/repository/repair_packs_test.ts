// Copyright the SpareGrid authors. Apache-2.0.
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { type BlobId, type PackId } from "../../../mod/base/mod.ts";
import { repairPacks } from "../../../mod/repository/mod.ts";
import { filledRepository, openPlain, somePack } from "../../kit/damaged_repository.ts";
import { reopen } from "../../kit/repository.ts";

Deno.test("repairPacks saves every blob that can be read and drops the damaged pack", async () => {
  const storage = await filledRepository();
  const pack = await somePack(storage, "data");
  const before = await reopen(storage);
  const ids: BlobId[] = [];
  let firstLength = 0;
  before.table.eachEntry((entry) => {
    if (before.packs.id(before.table.packOf(entry)) !== pack) return;
    ids.push(before.table.idOf(entry));
    if (before.table.offsetOf(entry) === 0) firstLength = before.table.lengthOf(entry);
  });
  storage.flip({ type: "data", name: pack }, firstLength - 1);
  const kept: string[] = [];
  const report = await repairPacks(await openPlain(storage), [pack], {
    onDamagedPack: (id) => void kept.push(id),
  });
  deepStrictEqual(kept, [pack]);
  strictEqual(report.savedBlobs, ids.length - 1);
  strictEqual(report.lostBlobs.length, 1);
  const after = await reopen(storage);
  strictEqual(after.packs.find(pack), -1);
  for (const id of ids) {
    if (id === report.lostBlobs[0]) strictEqual(after.locate("data", id), undefined);
    else await after.loadBlob("data", id);
  }
});

Deno.test("repairPacks saves what lies before the end of a cut pack", async () => {
  const storage = await filledRepository();
  const pack = await somePack(storage, "data");
  const { size } = await storage.stat({ type: "data", name: pack });
  storage.cut({ type: "data", name: pack }, Math.floor(size / 2));
  const report = await repairPacks(await openPlain(storage), [pack]);
  ok(report.savedBlobs > 0 && report.lostBlobs.length > 0);
  await rejects(repairPacks(await openPlain(storage), ["d".repeat(64) as PackId]), { code: "SG1006" });
});

Deno.test("repairPacks passes over packs that an earlier repair removed before it was stopped", async () => {
  const storage = await filledRepository();
  const [data, tree] = [await somePack(storage, "data"), await somePack(storage, "tree")];
  await repairPacks(await openPlain(storage), [data]);
  const report = await repairPacks(await openPlain(storage), [data, tree]);
  deepStrictEqual(report.removedPacks, [tree]);
  await rejects(repairPacks(await openPlain(storage), [data, tree]), { code: "SG1006" });
  const after = await reopen(storage);
  deepStrictEqual([after.packs.find(data), after.packs.find(tree)], [-1, -1]);
});
