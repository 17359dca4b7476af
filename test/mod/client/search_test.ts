// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { utf8, utf8Text } from "../../../mod/base/mod.ts";
import { ClientStage } from "../../kit/client_stage.ts";

Deno.test("Search: what backups stored is found by name; sets are kept apart; what is forgotten leaves, also with its set", async () => {
  await using stage = await ClientStage.open();
  const { search, index } = stage.client;
  const one = await stage.set("one", { "deep/report.odt": "1", "Report.ODT": "2" });
  const two = await stage.set("two", { "report.odt": "3" });
  const first = await stage.backUp(one);
  await stage.backUp(two);
  await index.settled();
  const find = async (pattern: string, set?: string, ignoreCase = false) => {
    const order = { pattern, ignoreCase, ...(set ? { set } : {}) };
    return (await search.search(order, { limit: 10 }, stage.signal)).rows;
  };
  const paths = async (...order: Parameters<typeof find>) =>
    (await find(...order)).map(({ path }) => utf8Text(path).slice(stage.folder.length)).sort();
  assert.deepEqual(await paths("report.odt"), ["/src-one/deep/report.odt", "/src-two/report.odt"]);
  assert.deepEqual(await paths("REPORT.*", one, true), ["/src-one/Report.ODT", "/src-one/deep/report.odt"]);
  assert.deepEqual(await paths("deep", one), ["/src-one/deep", "/src-one/deep/report.odt"]);

  await Deno.writeTextFile(`${stage.folder}/src-one/deep/report.odt`, "changed");
  const second = await stage.backUp(one);
  await index.settled();
  const [old, now] = await find("report.odt", one);
  assert.deepEqual([old!.firstSnapshot.id, old!.lastSnapshot.id], [first.snapshotId, first.snapshotId]);
  assert.deepEqual([now!.firstSnapshot.id, now!.size, now!.kind], [second.snapshotId, 7, "file"]);
  const history = await search.history({ set: one, path: now!.path }, { limit: 10 }, stage.signal);
  assert.deepEqual(history.rows.map(({ size }) => size), [7, 1]);
  const none = await search.history({ set: one, path: utf8("/") }, { limit: 10 }, stage.signal);
  assert.deepEqual(none, { rows: [], cursors: [], more: false });

  await stage.sets.update({
    id: one,
    options: { compression: "auto", tags: [], skipIfUnchanged: false, keep: { last: 1 } },
  });
  const [forget] = await stage.runs.start({ kind: "forget", set: one, orderedBy: "ann" });
  assert.equal((await stage.until(forget!.id, "done", "failed")).state, "done");
  assert.deepEqual((await find("report.odt", one)).map(({ size }) => size), [7]);
  await stage.runs.removeSet(one, false, "ann");
  assert.deepEqual(await paths("*.odt", undefined, true), ["/src-two/report.odt"]);
  await index.settled();
  assert.equal((await stage.catalog.search.size()).names, utf8Text(utf8(stage.folder)).split("/").length + 1);
});

Deno.test("Search: a catalog that was made anew is filled again from the repositories", async () => {
  await using stage = await ClientStage.open();
  const set = await stage.set("one", { "report.odt": "1" });
  await stage.backUp(set);
  await stage.client.index.settled();
  const { destinations, ...before } = await stage.sets.get(set);
  const password = await stage.sets.password(set);
  await stage.runs.removeSet(set, false, "ann");
  const again = await stage.sets.create({
    ...{ name: before.name, sources: before.sources, password },
    destinations: destinations.map(({ destinationId, repository }) => ({
      destination: destinationId,
      repository,
    })),
  });
  await stage.client.refresh(again.id, stage.signal);
  await stage.client.index.settled();
  const found = await stage.client.search.search(
    { pattern: "report*", set: again.id },
    { limit: 9 },
    stage.signal,
  );
  assert.equal(found.rows.length, 1);
  assert.deepEqual(await stage.catalog.searchLines.behind(), []);
});

Deno.test("openClient: a catalog that knows a set's repository and none of its snapshots finds them by itself", async () => {
  await using stage = await ClientStage.open();
  const set = await stage.set("one", { "report.odt": "1" });
  const { destinationId } = (await stage.sets.get(set)).destinations[0]!;
  await stage.backUp(set);
  await stage.client.index.settled();
  await stage.stop();
  await stage.start(async () => {
    const { snapshots } = stage.catalog;
    await snapshots.sync(set, destinationId, [], await snapshots.ids(set, destinationId));
    assert.equal(await snapshots.count(set), 0);
  });
  const find = () => stage.client.search.search({ pattern: "report*" }, { limit: 9 }, stage.signal);
  while ((await find()).rows.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(await stage.client.snapshots.count(set, undefined), 1);
});
