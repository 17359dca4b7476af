// Copyright the SpareGrid authors. Apache-2.0.
// After every kind of backup by SpareGrid the real restic finds the repository whole and restores the same tree.
import assert from "node:assert/strict";
import {
  assertResticAgrees,
  assertSameDiff,
  assertSameDump,
  assertSameListing,
  filesOf,
  lines,
  packBytes,
  sharedRepository,
  testWithRestic,
} from "../kit/both_programs.ts";
import { changeTree, makeResticTree, makeSmallTree, noise } from "../kit/restic_tree.ts";
import { accountOf } from "../kit/tree_oracle.ts";

testWithRestic("restic agrees with a first backup: check, restore, snapshots, ls and dump", async () => {
  await using both = await sharedRepository();
  const source = both.at("source");
  await makeResticTree(source);
  await both.init("sparegrid");
  const { snapshot_id } = await both.backup([source]);
  const id = String(snapshot_id);
  await assertResticAgrees(both, [{ id, trees: { [source]: source } }]);
  await assertSameListing(both, id);
  for (const name of ["sizes/s9000001", "sizes/s0", "names/case", 'names/"quoted"']) {
    await assertSameDump(both, id, `${source}/${name}`, await Deno.readFile(`${source}/${name}`));
  }
});

testWithRestic(
  "restic agrees with a backup after edits, renames, deletes and changes of type, and with diff",
  async () => {
    await using both = await sharedRepository();
    const source = both.at("source");
    await makeResticTree(source);
    await both.init("sparegrid");
    const first = String((await both.backup([source]))["snapshot_id"]);
    const before = await accountOf(source);
    await changeTree(source);
    const summary = await both.backup([source]);
    const second = String(summary["snapshot_id"]);
    assert.ok(Number(summary["files_unmodified"]) > 500 && Number(summary["files_changed"]) >= 4);
    await assertResticAgrees(both, [
      { id: first, trees: { [source]: before } },
      { id: second, trees: { [source]: source } },
    ]);
    const changes = await assertSameDiff(both, first, second);
    assert.deepEqual(new Set(changes.map((line) => line[0])), new Set("+-MTU"));
  },
);

testWithRestic(
  "restic agrees with a backup of an unchanged tree and with one that reads everything again",
  async () => {
    await using both = await sharedRepository();
    const source = both.at("source");
    await makeResticTree(source);
    await both.init("sparegrid");
    const first = await both.backup([source]);
    const files = first["files_new"];
    const second = await both.backup([source]);
    const third = await both.backup(["--full", source]);
    for (const summary of [second, third]) assert.ok(Number(summary["data_added"]) < 5000);
    assert.deepEqual([second["files_unmodified"], second["files_new"], second["files_changed"]], [
      files,
      0,
      0,
    ]);
    assert.equal(third["total_files_processed"], files);
    const ids = [first, second, third].map((summary) => String(summary["snapshot_id"]));
    await assertResticAgrees(both, ids.map((id) => ({ id, trees: { [source]: source } })));
  },
);

testWithRestic(
  "restic agrees with several sources, tags, host and time, and lists what the same excludes leave",
  async () => {
    await using both = await sharedRepository();
    await using byRestic = await sharedRepository();
    const [one, two, file] = [both.at("one"), both.at("two/below"), both.at("single file")];
    await makeSmallTree(one, 1);
    for (const name of ["keep", "keep/cache", "node_modules/x", "a/b/c", "marked", "cached"]) {
      await Deno.mkdir(`${two}/${name}`, { recursive: true });
    }
    const files = [
      "x.tmp",
      "keep/y.tmp",
      "keep/z.txt",
      "keep/cache/c",
      "node_modules/x/y",
      "a/b/c/d",
      "UPPER.TMP",
    ];
    for (const name of files) await Deno.writeTextFile(`${two}/${name}`, name);
    await Deno.writeTextFile(`${two}/marked/.nobackup`, "");
    await Deno.writeTextFile(`${two}/marked/inside`, "");
    await Deno.writeTextFile(`${two}/cached/CACHEDIR.TAG`, "Signature: 8a477f597d28d172789f06886806bc55\n");
    await Deno.writeTextFile(`${two}/cached/inside`, "");
    await Deno.writeFile(`${two}/large`, noise(1, 200_000));
    await Deno.writeTextFile(file, "single");
    await both.init("sparegrid");
    const labels = [
      "--tag",
      "red,green",
      "--tag",
      "blue",
      "--host",
      "elsewhere",
      "--time",
      "2020-02-03 04:05:06",
    ];
    const { snapshot_id } = await both.backup([...labels, one, both.at("two"), file]);
    const trees = { [one]: one, [both.at("two")]: both.at("two") };
    await assertResticAgrees(both, [{ id: String(snapshot_id), trees }]);
    const [listed] = await both.resticSnapshots();
    assert.deepEqual([listed!["tags"], listed!["hostname"]], [["red", "green", "blue"], "elsewhere"]);
    assert.match(String(listed!["time"]), /^2020-02-03T04:05:06/);
    await assertSameDump(both, String(snapshot_id), file, new TextEncoder().encode("single"));

    const excludes = [
      "--exclude",
      "*.tmp",
      "--iexclude",
      "upper.*",
      "--exclude",
      "node_modules",
      "--exclude",
      "a/b/*",
    ];
    excludes.push("--exclude", `${two}/keep/cache`, "--exclude-if-present", ".nobackup", "--exclude-caches");
    excludes.push("--exclude-larger-than", "100K");
    await byRestic.init("restic");
    await byRestic.restic(["backup", ...excludes, two]);
    const ours = await both.backup([...excludes, two]);
    const names = (text: string) =>
      lines(text).flatMap((node) => node["path"] === undefined ? [] : [node["path"]]);
    const expected = names((await byRestic.restic(["ls", "--json", "latest"])).out);
    assert.deepEqual(names((await both.restic(["ls", "--json", String(ours["snapshot_id"])])).out), expected);
    assert.ok(expected.includes(`${two}/keep/z.txt`) && !expected.includes(`${two}/large`));
    await assertResticAgrees(both, []);
  },
);

testWithRestic("restic agrees with backups of standard input and of a command's output", async () => {
  await using both = await sharedRepository();
  await both.init("sparegrid");
  const input = noise(2, 5_000_000);
  const first = await both.backup(["--stdin", "--stdin-filename", "in put"], { input });
  const second = await both.backup([
    ...["--stdin-from-command", "--stdin-filename", "deep/out", "--", "printf", "%s", "out of a command"],
  ]);
  const third = await both.backup(["--stdin"], { input: "" });
  await assertSameDump(both, String(first["snapshot_id"]), "/in put", input);
  const text = new TextEncoder().encode("out of a command");
  await assertSameDump(both, String(second["snapshot_id"]), "/deep/out", text);
  await assertSameDump(both, String(third["snapshot_id"]), "/stdin", new Uint8Array());
  await assertResticAgrees(both, []);
});

testWithRestic("restic agrees with every compression, and each has its effect", async () => {
  await using both = await sharedRepository();
  await both.init("sparegrid");
  const expected = [];
  const added: Record<string, number> = {};
  for (const mode of ["off", "fastest", "auto", "max"]) {
    const source = both.at(mode);
    await makeSmallTree(source, 100 + expected.length * 2);
    const before = await packBytes(both.location).catch(() => 0);
    const { snapshot_id } = await both.backup(["--compression", mode, source]);
    added[mode] = await packBytes(both.location) - before;
    expected.push({ id: String(snapshot_id), trees: { [source]: source } });
  }
  assert.ok(added["off"]! > 2_000_000, `off: ${added["off"]}`);
  for (const mode of ["fastest", "auto", "max"]) {
    assert.ok(added[mode]! < 1_400_000, `${mode}: ${added[mode]}`);
  }
  await assertResticAgrees(both, expected);
});

testWithRestic("a dry run leaves nothing behind", async () => {
  await using both = await sharedRepository();
  await Deno.mkdir(both.at("source"));
  await Deno.writeFile(both.at("source/file"), noise(3, 100_000));
  await both.init("sparegrid");
  const before = await filesOf(both.location);
  const summary = await both.backup(["--dry-run", both.at("source")]);
  assert.ok(Number(summary["data_added"]) >= 100_000);
  assert.deepEqual(await filesOf(both.location), before);
  assert.deepEqual(await both.resticSnapshots(), []);
  // Nor does it make the next run believe that something is stored already.
  const { snapshot_id } = await both.backup([both.at("source")]);
  await assertResticAgrees(both, [{
    id: String(snapshot_id),
    trees: { [both.at("source")]: both.at("source") },
  }]);
});
