// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { utf8 } from "../../../mod/base/mod.ts";
import { folderTree, resolveTree, selectBy, type SelectPatterns } from "../../../mod/job/select.ts";
import { DamagedStorage, namesOf } from "../../kit/damaged_storage.ts";
import { heardRun, JobStage } from "../../kit/job_stage.ts";
import { MemoryStorage } from "../../../mod/storage/mod.ts";

const run = heardRun();

Deno.test("resolveTree finds the tree of a folder by names, byte for byte", async () => {
  const stage = await JobStage.made();
  const odd = Uint8Array.of(...utf8("/src/a/"), 0xff);
  stage.tree.folder("/src", "/src/a").at(odd, (dir, name) => stage.tree.fs.makeFolder(dir, name, 0o755));
  stage.tree.write("/src/a/file", "x");
  const { snapshotId, tree } = await stage.backup();
  await using session = await stage.open();
  await using begun = await session.begin({ exclusive: false }, run);
  assert.equal((await resolveTree(begun, "latest", run)).treeId, tree);
  assert.equal((await resolveTree(begun, `${snapshotId!.slice(0, 8)}:/`, run)).treeId, tree);
  const deep = await resolveTree(begun, "latest:/src//a/", run);
  const { nodes } = await begun.repository.loadTree(deep.treeId);
  assert.deepEqual(nodes.map(({ type }) => type), ["file", "dir"]);
  assert.equal(await folderTree(begun, tree, odd, run.signal), nodes[1]!.subtree);
  for (
    const [name, why] of [["src/b", /nothing/], ["src/a/file", /no folder/], ["src/a/file/x", /no folder/]]
  ) {
    await assert.rejects(resolveTree(begun, `latest:${name}`, run), {
      code: "SG1011",
      message: why as RegExp,
    });
  }
});

Deno.test("resolveTree takes the latest of those that pass the filter", async () => {
  const stage = await JobStage.made();
  stage.tree.folder("/src");
  const wanted = await stage.backup({ hostname: "one" });
  await stage.backup({ hostname: "two" });
  await using session = await stage.open();
  await using begun = await session.begin({ exclusive: false }, run);
  assert.equal((await resolveTree(begun, "latest", run, { hosts: ["one"] })).id, wanted.snapshotId);
});

Deno.test("resolveTree goes on without an index file that is damaged, and names it", async () => {
  const storage = new DamagedStorage(new MemoryStorage());
  const stage = await JobStage.made({ storage });
  stage.tree.folder("/src").write("/src/a", "1");
  const first = await stage.backup();
  const [index] = await namesOf(storage, "index");
  stage.tree.write("/src/a", "2");
  const second = await stage.backup();
  storage.flip({ type: "index", name: index! }, 100);
  await using session = await stage.open();
  await using begun = await session.begin({ exclusive: false }, run);
  const heard = heardRun();
  assert.equal((await resolveTree(begun, second.snapshotId!, heard)).treeId, second.tree);
  assert.equal(heard.notes.length, 1);
  assert.match(heard.notes[0]!, new RegExp(`index/${index}: .*sparegrid repair index$`));
  await assert.rejects(begun.repository.loadTree(first.tree), { code: "SG1028" });
});

Deno.test("selectBy takes what an include fits and no exclude does", () => {
  const verdicts = (patterns: SelectPatterns) => {
    const select = selectBy(patterns);
    return ["/a", "/a/x.txt", "/a/B.TXT", "/b", "/b/x.txt"].map((path, at) =>
      select?.(utf8(path), at % 3 === 0)
    );
  };
  assert.equal(selectBy({}), undefined);
  assert.equal(selectBy({ includes: [], excludes: [] }), undefined);
  assert.deepEqual(verdicts({ excludes: ["b"] }), ["yes", "yes", "yes", "no", "no"]);
  assert.deepEqual(verdicts({ excludesIgnoringCase: ["*.txt"] }), ["yes", "no", "no", "yes", "no"]);
  assert.deepEqual(verdicts({ includes: ["/a"] }), ["yes", "yes", "yes", "no", "no"]);
  assert.deepEqual(verdicts({ includes: ["*.txt"] }), ["below", "yes", "no", "below", "yes"]);
  assert.deepEqual(verdicts({ includes: ["/b/x.txt"], includesIgnoringCase: ["/A/b.txt"] }), [
    "below",
    "no",
    "yes",
    "below",
    "yes",
  ]);
  assert.deepEqual(verdicts({ includes: ["*.txt"], excludes: ["/b"] }), ["below", "yes", "no", "no", "no"]);
});
