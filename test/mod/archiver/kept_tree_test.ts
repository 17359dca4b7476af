// Copyright the SpareGrid authors. Apache-2.0.
// Runs that rely on folder digests, beside runs that compare every entry: both must come to the same.
import assert from "node:assert/strict";
import { setImmediate } from "node:timers";
import fc from "fast-check";
import {
  Archiver,
  type ArchiveResult,
  type ArchiverOptions,
  FolderDigests,
  LooksAhead,
} from "../../../mod/archiver/mod.ts";
import { type BlobId, systemClock, utf8, utf8Text } from "../../../mod/base/mod.ts";
import { type ExcludeRuleOptions, ExcludeRules } from "../../../mod/source/mod.ts";
import { FakeClock } from "../../kit/fake_clock.ts";
import { MemoryTree } from "../../kit/memory_tree.ts";
import { ToyStore } from "./toy_store.ts";

interface Run {
  readonly paths?: readonly string[];
  readonly parent?: BlobId | undefined;
  readonly rules?: ExcludeRuleOptions;
  readonly options?: ArchiverOptions;
  /** What was seen before the run. */
  readonly ahead?: LooksAhead;
}

/** A disk and a repository in memory, and the digests of the last run. */
class House {
  readonly tree = new MemoryTree();
  readonly store = new ToyStore();
  digests = new FolderDigests();
  readonly problems: string[] = [];

  /** Backs up; relies on the digests of the last run unless told otherwise. */
  async backUp(run: Run = {}, digested = true): Promise<ArchiveResult> {
    const { store, tree: { fs } } = this;
    const digests = digested ? this.digests : undefined;
    store.digests = digests;
    store.treesLoaded.length = 0;
    const open = fs.openCount;
    const observer = {
      problem: ({ message }: { readonly message: string }) => void this.problems.push(message),
      note: () => {},
    };
    const options = { ...(run.parent ? { parentTree: run.parent } : {}), ...run.options };
    const needs = { ...store.needs(fs), ...(run.ahead ? { ahead: run.ahead } : {}) };
    const archiver = new Archiver({ fs, clock: systemClock }, needs, options, observer);
    const source = { kind: "files" as const, paths: pathsOf(run) };
    try {
      const result = await archiver.run(
        source,
        new ExcludeRules(run.rules ?? {}),
        new AbortController().signal,
      );
      if (digests) this.digests = new FolderDigests(digests.encode());
      return result;
    } finally {
      assert.equal(fs.openCount, open, "every descriptor is closed");
    }
  }

  /** Begins to look ahead of a run. */
  beginLooking(run: Run): LooksAhead {
    const { tree: { fs }, store } = this;
    return new LooksAhead({
      ...{ fs, clock: new FakeClock(), owners: store.needs(fs).owners, paths: pathsOf(run) },
      rules: new ExcludeRules(run.rules ?? {}),
      withAtime: run.options?.withAtime ?? false,
    });
  }

  /** Looks at everything ahead of a run; the clock stands still, so it is all seen at one go. */
  async lookAhead(run: Run): Promise<LooksAhead> {
    const ahead = this.beginLooking(run);
    await new Promise<void>((resolve) => setImmediate(resolve));
    return ahead;
  }

  /** The same with digests and without: the result of the first. */
  async backUpBothWays(run: Run): Promise<ArchiveResult> {
    const plain = await this.backUp(run, false);
    const loaded = this.store.treesLoaded.length;
    const digested = await this.backUp(run);
    const said = ({ tree, counts, problems }: ArchiveResult) => ({ tree, counts: { ...counts }, problems });
    assert.deepEqual(said(digested), said(plain));
    assert.ok(this.store.treesLoaded.length <= loaded, "none is read twice");
    using ahead = await this.lookAhead(run);
    assert.deepEqual(said(await this.backUp({ ...run, ahead })), said(plain), "seen ahead of the run");
    return digested;
  }
}

function pathsOf({ paths }: Run): Uint8Array[] {
  return (paths ?? ["/src"]).map((path) => utf8(path));
}

function smallHouse(): House {
  const house = new House();
  house.tree.folder("/src", "/src/a", "/src/a/deep", "/src/a/deep/er", "/src/b", "/src/empty")
    .write("/src/one", "1").write("/src/a/two", "22").write("/src/a/deep/three", "333")
    .write("/src/a/deep/er/four", "4444").write("/src/b/five", "55555");
  return house;
}

Deno.test("Archiver.run with digests reads no tree of an unchanged folder but those above what was named", async () => {
  const house = smallHouse();
  const first = await house.backUp();
  const second = await house.backUp({ parent: first.tree });
  assert.equal(second.tree, first.tree);
  const { filesUnmodified, filesNew, filesChanged, dirsUnmodified, dirsNew, dirsChanged } = second.counts;
  assert.deepEqual([filesUnmodified, filesNew, filesChanged], [5, 0, 0]);
  assert.deepEqual([dirsUnmodified, dirsNew, dirsChanged], [6, 0, 0]);
  assert.equal(second.counts.bytes, 15);
  assert.deepEqual(house.store.treesLoaded, [first.tree]);
  await house.backUpBothWays({ parent: first.tree });
});

Deno.test("Archiver.run with digests reads no tree of an unchanged folder of very many entries", async () => {
  const house = smallHouse();
  house.tree.folder("/src/many");
  for (let i = 0; i < 50_001; i++) house.tree.write(`/src/many/${i}`, "");
  const first = await house.backUp();
  using ahead = await house.lookAhead({});
  assert.equal(ahead.take(utf8("/src/many")), undefined, "so large a folder is left to the run");
  const second = await house.backUp({ parent: first.tree });
  assert.equal(second.tree, first.tree);
  assert.equal(second.counts.filesUnmodified, 50_006);
  assert.deepEqual(house.store.treesLoaded, [first.tree]);
  house.tree.write("/src/many/7", "seven");
  const third = await house.backUp({ parent: second.tree });
  assert.deepEqual([third.counts.filesChanged, third.counts.filesUnmodified], [1, 50_005]);
});

Deno.test("Archiver.run ends the looking ahead of it, though it has no digests to compare with", async () => {
  const house = smallHouse();
  const first = await house.backUp();
  for (const digested of [true, false]) {
    house.digests = new FolderDigests();
    using ahead = house.beginLooking({});
    await house.backUp({ parent: first.tree, ahead }, digested);
    assert.equal(ahead.take(utf8("/src/a")), undefined, "nothing is looked at beside the run");
  }
});

Deno.test("Archiver.run with digests reads the trees on the way to what has changed", async () => {
  const house = smallHouse();
  const first = await house.backUp();
  house.tree.write("/src/a/deep/er/four", "FOUR");
  const second = await house.backUp({ parent: first.tree });
  // The root, /src, a, deep, er; not b and not empty.
  assert.equal(house.store.treesLoaded.length, 5);
  const node = house.store.node(second.tree, "src", "a", "deep", "er", "four");
  assert.equal(new TextDecoder().decode(house.store.content(node)), "FOUR");
  const { filesChanged, dirsChanged, dirsUnmodified } = second.counts;
  assert.deepEqual([filesChanged, dirsChanged, dirsUnmodified], [1, 4, 2]);
  assert.equal((await house.backUp({}, false)).tree, second.tree, "a first backup has the same tree");
});

Deno.test("Archiver.run with digests does what it does without, whatever changes, run after run", async () => {
  const folders = ["/src", "/src/a", "/src/a/deep", "/src/a/deep/er", "/src/b", "/src/empty"];
  const name = fc.constantFrom("one", "two", "x", "y.tmp", "sub");
  const edit = fc.record({
    folder: fc.constantFrom(...folders),
    name,
    act: fc.constantFrom("write", "remove", "rename", "mode", "xattr", "folder", "link", "folder mode"),
    text: fc.string({ maxLength: 5 }),
  });
  const run = fc.record({
    edits: fc.array(edit, { maxLength: 3 }),
    late: fc.array(edit, { maxLength: 2 }),
    rules: fc.constantFrom<ExcludeRuleOptions>({}, {}, { patterns: ["*.tmp"] }, { patterns: ["deep/er"] }),
    paths: fc.constantFrom(["/src"], ["/src"], ["/src", "/src/a/two"], ["/src/a", "/src/b"]),
    options: fc.constantFrom<ArchiverOptions>({}, {}, {}, { withAtime: true }, { full: true }, {
      ignoreCtime: true,
    }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(run, { minLength: 2, maxLength: 5 }), async (runs) => {
      const house = smallHouse();
      let parent: BlobId | undefined;
      for (const { edits, late, rules, paths, options } of runs) {
        for (const one of edits) apply(house.tree, one);
        ({ tree: parent } = await house.backUpBothWays({ paths, rules, options, parent }));
        using ahead = await house.lookAhead({ paths, rules, options });
        // What changes behind the look is this run's or the next one's, but never nobody's.
        for (const one of late) apply(house.tree, one);
        ({ tree: parent } = await house.backUp({ paths, rules, options, parent, ahead }));
        const next = await house.backUpBothWays({ paths, rules, options, parent });
        if (options.ignoreCtime) continue;
        assert.equal(next.tree, (await house.backUp({ paths, rules, options }, false)).tree);
      }
    }),
    { numRuns: 150 },
  );
});

Deno.test("Archiver.run with digests keeps what the user named within a folder, whatever the rules say", async () => {
  const house = smallHouse();
  house.tree.write("/src/a/x.tmp", "x");
  const rules = { patterns: ["*.tmp"] };
  const first = await house.backUp({ rules });
  const named = { rules, paths: ["/src", "/src/a/x.tmp"], parent: first.tree };
  const second = await house.backUpBothWays(named);
  assert.ok(house.store.node(second.tree, "src", "a", "x.tmp"));
});

Deno.test("Archiver.run with digests reports again what cannot be read, and leaves a folder out that is gone", async () => {
  const house = smallHouse();
  const first = await house.backUp();
  const { fs } = house.tree;
  {
    using _rule = fs.failWhen(({ call, name }) =>
      call === "openFolder" && name && utf8Text(name) === "deep" ? "EACCES" : undefined
    );
    const second = await house.backUp({ parent: first.tree });
    assert.deepEqual([second.complete, house.problems.length], [false, 1]);
    assert.equal(house.store.node(second.tree, "src", "a", "deep"), undefined);
    const third = await house.backUp({ parent: second.tree });
    assert.deepEqual([third.tree, third.complete, house.problems.length], [second.tree, false, 2]);
  }
  assert.equal((await house.backUp({ parent: first.tree })).tree, first.tree);
});

Deno.test("Archiver.run says that digests have misled it when a tree they stood for cannot be read after all", async () => {
  const house = smallHouse();
  const first = await house.backUp();
  house.tree.write("/src/a/deep/three", "drei");
  const kept = house.store.node(first.tree, "src", "a")!.subtree!;
  house.store.blobs.delete(kept);
  const { digests } = house;
  await assert.rejects(house.backUp({ parent: first.tree }));
  assert.equal(digests.misled, true);
  house.digests = new FolderDigests();
  const second = await house.backUp({ parent: first.tree });
  assert.equal((await house.backUp({}, false)).tree, second.tree);
});

interface Edit {
  readonly folder: string;
  readonly name: string;
  readonly act: string;
  readonly text: string;
}

/** Makes an edit, where it can be made. */
function apply(tree: MemoryTree, { folder, name, act, text }: Edit): void {
  const path = `${folder}/${name}`;
  const { fs } = tree;
  try {
    if (act === "write") tree.write(path, text);
    else if (act === "remove") tree.remove(path);
    else if (act === "rename") tree.rename(path, `${name}2`);
    else if (act === "folder") tree.folder(path);
    else if (act === "mode") {
      tree.at(path, (dir, entry) => fs.setPermissionsOf(dir, entry, 0o600 + text.length));
    } else if (act === "xattr") {
      tree.at(path, (dir, entry) => fs.setXattrOf(dir, entry, "user.x", utf8(text)));
    } else if (act === "link") tree.at(path, (dir, entry) => fs.makeSymlink(dir, entry, utf8(`l${text}`)));
    else tree.at(folder, (dir, entry) => fs.setPermissionsOf(dir, entry, 0o700 + text.length));
  } catch {
    // Nothing there, or something in its place.
  }
}
