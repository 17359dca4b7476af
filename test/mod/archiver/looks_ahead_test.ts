// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { setImmediate } from "node:timers";
import { LooksAhead } from "../../../mod/archiver/mod.ts";
import { utf8, utf8Text } from "../../../mod/base/mod.ts";
import { type ExcludeRuleOptions, ExcludeRules } from "../../../mod/source/mod.ts";
import { FakeClock } from "../../kit/fake_clock.ts";
import { MemoryTree } from "../../kit/memory_tree.ts";

const owners = { user: () => undefined, group: () => undefined };
const breath = () => new Promise<void>((resolve) => setImmediate(resolve));

function looking(
  tree: MemoryTree,
  clock: FakeClock,
  rules: ExcludeRuleOptions = {},
  paths = ["/src"],
): LooksAhead {
  return new LooksAhead({
    ...{ fs: tree.fs, clock, owners, paths: paths.map(utf8) },
    rules: new ExcludeRules(rules),
    withAtime: false,
  });
}

function smallTree(): MemoryTree {
  return new MemoryTree().folder(
    "/src",
    "/src/a",
    "/src/a/deep",
    "/src/skip",
    "/src/tagged",
    "/src/tagged/in",
  )
    .write("/src/one", "1").write("/src/x.o", "12345").write("/src/a/two", "22").write("/src/tagged/.no", "")
    .write("/src/tagged/three", "333");
}

/** What was seen of a folder, in short. */
function said(ahead: LooksAhead, path: string) {
  const look = ahead.take(utf8(path))?.look;
  if (!look) return undefined;
  const folders = Array.from({ length: look.folders.count }, (_, i) => utf8Text(look.folders.name(i)));
  return { files: look.files, bytes: look.bytes, folders };
}

Deno.test("LooksAhead sees what the rules keep, gives each folder out once, and leaves nothing open", async () => {
  const tree = smallTree();
  const clock = new FakeClock({ start: 77n });
  using ahead = looking(tree, clock, { patterns: ["*.o", "skip"], ifPresent: [".no"] });
  assert.equal(ahead.since, 77n);
  await breath();
  assert.equal(tree.fs.openCount, 0);
  assert.deepEqual(said(ahead, "/src"), { files: 1, bytes: 1, folders: ["a", "tagged"] });
  assert.equal(said(ahead, "/src"), undefined);
  assert.deepEqual(said(ahead, "/src/a"), { files: 1, bytes: 2, folders: ["deep"] });
  assert.deepEqual(said(ahead, "/src/a/deep"), { files: 0, bytes: 0, folders: [] });
  assert.deepEqual(said(ahead, "/src/tagged"), { files: 1, bytes: 0, folders: [] });
  for (const left of ["/src/skip", "/src/tagged/in", "/none"]) assert.equal(said(ahead, left), undefined);
});

Deno.test("LooksAhead stops when it is told to, and at its end", async () => {
  for (const end of ["stop", "dispose"]) {
    const tree = smallTree();
    const ahead = looking(tree, new FakeClock());
    if (end === "stop") ahead.stop();
    else ahead[Symbol.dispose]();
    await breath();
    assert.equal(ahead.take(utf8("/src")), undefined);
    assert.equal(ahead.take(utf8("/src/a")), undefined);
    assert.equal(tree.fs.openCount, 0);
  }
});

Deno.test("LooksAhead gives nothing out that was seen over five seconds ago", async () => {
  const clock = new FakeClock();
  using ahead = looking(smallTree(), clock);
  await breath();
  clock.ms = 4_999;
  assert.equal(ahead.fresh, true);
  assert.ok(ahead.take(utf8("/src")));
  clock.ms = 5_000;
  assert.equal(ahead.fresh, false);
  assert.equal(ahead.take(utf8("/src/a")), undefined);
});

Deno.test("LooksAhead passes over what it cannot read", async () => {
  const tree = smallTree();
  using _rule = tree.fs.failWhen(({ call, name }) =>
    call === "openFolder" && name && utf8Text(name) === "a" ? "EACCES" : undefined
  );
  using ahead = looking(tree, new FakeClock(), {}, ["/none", "/src", "/src/one"]);
  await breath();
  assert.equal(ahead.take(utf8("/src/a")), undefined);
  assert.ok(ahead.take(utf8("/src/tagged/in")));
  assert.equal(tree.fs.openCount, 0);
});

Deno.test("LooksAhead counts what it meets; the count goes on where the looking ended", async () => {
  for (const stopFirst of [true, false]) {
    const tree = smallTree();
    const ahead = looking(tree, new FakeClock(), { patterns: ["*.o"] });
    if (!stopFirst) await breath();
    using counted = ahead.stop();
    assert.equal(counted.done, !stopFirst);
    await breath();
    assert.equal(counted.done, !stopFirst, "it goes on for whoever has it, and not by itself");
    while (!counted.done) counted.step();
    assert.deepEqual([counted.files, counted.bytes], [4, 6]);
    if (stopFirst) {
      assert.equal(ahead.take(utf8("/src")), undefined, "what is met behind the stop is not kept");
    }
    assert.equal(tree.fs.openCount, 0);
  }
});

Deno.test("LooksAhead that is told to only count keeps no folder", async () => {
  using ahead = looking(smallTree(), new FakeClock());
  ahead.onlyCount();
  await breath();
  assert.equal(ahead.take(utf8("/src")), undefined);
  assert.equal(ahead.stop().files, 5);
});
