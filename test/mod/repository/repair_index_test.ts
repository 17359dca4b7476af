// Copyright the SpareGrid authors. Apache-2.0.
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { type PackId } from "../../../mod/base/mod.ts";
import { repairIndex } from "../../../mod/repository/mod.ts";
import { namesOf } from "../../kit/damaged_storage.ts";
import { errorsOf, filledRepository, openPlain, somePack } from "../../kit/damaged_repository.ts";
import { reopen } from "../../kit/repository.ts";

Deno.test("repairIndex makes a whole index out of the packs, whatever became of the old one", async () => {
  for (const damage of ["none left", "one gone", "one damaged"] as const) {
    const storage = await filledRepository();
    const names = await namesOf(storage, "index");
    if (damage === "none left") { for (const name of names) await storage.remove({ type: "index", name }); }
    if (damage === "one gone") await storage.remove({ type: "index", name: names[0]! });
    if (damage === "one damaged") storage.flip({ type: "index", name: names[0]! }, 50);
    ok((await errorsOf(storage)).length > 0);
    const dry = await repairIndex(await openPlain(storage), { dryRun: true });
    ok(dry.relistedPacks.length > 0);
    ok((await errorsOf(storage)).length > 0);
    storage.changes.length = 0;
    await repairIndex(await openPlain(storage));
    deepStrictEqual(storage.changes.filter((step, i, all) => step !== all[i - 1]).slice(0, 2), [
      "save index",
      ...(damage === "one damaged" ? ["remove index"] : []),
    ]);
    deepStrictEqual(await errorsOf(storage), []);
  }
});

Deno.test("repairIndex leaves a sound repository alone", async () => {
  const storage = await filledRepository();
  storage.changes.length = 0;
  const report = await repairIndex(await openPlain(storage), { readAllPacks: true });
  deepStrictEqual([report.relistedPacks, report.missingPacks, report.indexesWritten], [[], [], 0]);
  deepStrictEqual(storage.changes, []);
});

Deno.test("repairIndex no longer lists packs that are gone, and keeps what may be saved", async () => {
  const storage = await filledRepository();
  const gone = await somePack(storage, "data");
  await storage.remove({ type: "data", name: gone });
  const cut = (await namesOf(storage, "data")).find((name) => name !== gone)!;
  const { size } = await storage.stat({ type: "data", name: cut });
  storage.cut({ type: "data", name: cut }, size - 10);
  const report = await repairIndex(await openPlain(storage));
  deepStrictEqual(report.missingPacks, [gone]);
  deepStrictEqual(report.unreadablePacks.map(({ id }) => id), [cut]);
  const again = await reopen(storage);
  strictEqual(again.packs.find(gone), -1);
  ok(again.packs.find(cut as PackId) >= 0);
});
