// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { utf8, utf8Text } from "../../../mod/base/mod.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import { MemoryFileSystem } from "../../kit/memory_file_system.ts";
import { at, makeFolder, makeSymlink, paths, stat, text, write } from "./sight.ts";
import { file, folder, node, restoreNodes, sorted, ToyLanes, ToyStore } from "./toy_store.ts";

const codes = (problems: { code: string; path: Uint8Array }[]) =>
  problems.map(({ code, path }) => `${code} ${utf8Text(path)}`);

/** A file system with a target and, beside it, what must not be touched. */
function withOutside(): MemoryFileSystem {
  const fs = new MemoryFileSystem();
  makeFolder(fs, "/outside");
  write(fs, "/outside/canary", "alive");
  makeFolder(fs, "/t");
  return fs;
}

function assertOutsideUntouched(fs: MemoryFileSystem, before = stat(withOutside(), "/outside/canary")): void {
  assert.deepEqual(paths(fs, "/outside"), ["/outside/canary"]);
  assert.equal(text(fs, "/outside/canary"), "alive");
  const { permissions, uid, gid, links } = stat(fs, "/outside/canary");
  assert.deepEqual([permissions, uid, gid, links], [
    before.permissions,
    before.uid,
    before.gid,
    before.links,
  ]);
}

Deno.test("restoreTree refuses names that lead elsewhere, and restores the rest", async () => {
  const store = new ToyStore();
  const bad = ["", ".", "..", "a/b", "../outside/canary", "/outside/canary", "nul\0byte"];
  for (const name of bad) {
    const fs = withOutside();
    const nodes = [
      file(store, name, "evil"),
      folder(store, name, [file(store, "canary", "evil")]),
      node("symlink", name, { linkTarget: utf8("x") }),
      file(store, "good", "good"),
    ];
    const { problems } = await restoreNodes(fs, store, nodes, "/t");
    assert.deepEqual(problems.map(({ code }) => code), ["SG1013", "SG1013", "SG1013"], JSON.stringify(name));
    assert.deepEqual(paths(fs, "/t"), ["/t/good"]);
    assertOutsideUntouched(fs);
  }
});

Deno.test("restoreTree takes a name that is there twice only once, in any order", async () => {
  const fs = withOutside();
  const store = new ToyStore();
  const nodes = [
    node("symlink", "m", { linkTarget: utf8("/outside") }),
    folder(store, "m", [file(store, "canary", "evil")]),
    file(store, "z", "1"),
    file(store, "a", "1"),
    file(store, "m", "evil"),
    file(store, "a", "2"),
  ];
  const { problems } = await restoreNodes(fs, store, nodes, "/t");
  assert.deepEqual(codes(problems), ["SG1013 /m", "SG1013 /m", "SG1013 /a"]);
  assert.deepEqual(paths(fs, "/t"), ["/t/a", "/t/m", "/t/z"]);
  assert.equal(text(fs, "/t/a"), "1");
  assertOutsideUntouched(fs);
});

Deno.test("restoreTree refuses a tree that lies inside itself", async () => {
  const fs = withOutside();
  const store = new ToyStore();
  const inner = folder(store, "loop", []);
  const outer = folder(store, "outer", [inner, file(store, "f", "x")]);
  store.trees.set(inner.subtree!, store.trees.get(outer.subtree!)!);
  const { problems } = await restoreNodes(fs, store, [outer], "/t");
  assert.deepEqual(codes(problems).map((line) => line.slice(0, 6)), ["SG1005"]);
  assert.ok(paths(fs, "/t").includes("/t/outer/f"));
});

Deno.test("restoreTree tells a folder without a tree or with a lost one", async () => {
  const fs = withOutside();
  const store = new ToyStore();
  const lost = folder(store, "lost", [file(store, "f", "x")]);
  store.trees.delete(lost.subtree!);
  const { problems } = await restoreNodes(
    fs,
    store,
    [lost, node("dir", "none"), file(store, "ok", "x")],
    "/t",
  );
  assert.deepEqual(codes(problems), ["SG1028 /lost", "SG1005 /none"]);
  assert.deepEqual(paths(fs, "/t"), ["/t/ok"]);
});

Deno.test("restoreTree does not follow links that stand in the target", async () => {
  const store = new ToyStore();
  const nodes = sorted([
    folder(store, "dir", [file(store, "canary", "evil")]),
    file(store, "file", "fresh"),
    node("symlink", "link", { linkTarget: utf8("new") }),
    node("fifo", "pipe"),
  ]);
  for (const replace of [false, true]) {
    const fs = withOutside();
    makeSymlink(fs, "/t/dir", "/outside");
    makeSymlink(fs, "/t/file", "/outside/canary");
    makeSymlink(fs, "/t/link", "/outside/canary");
    makeSymlink(fs, "/t/pipe", "/outside/canary");
    const { problems } = await restoreNodes(fs, store, nodes, "/t", { delete: replace });
    assert.deepEqual(codes(problems), replace ? [] : ["SG1013 /dir"]);
    assert.equal(text(fs, "/t/file"), "fresh");
    assert.equal(stat(fs, "/t/file").kind, "file");
    assert.equal(stat(fs, "/t/pipe").kind, "fifo");
    assert.equal(utf8Text(at(fs, "/t/link", (dir, name) => fs.readSymlink(dir, name))), "new");
    assert.equal(stat(fs, "/t/dir").kind, replace ? "dir" : "symlink");
    assertOutsideUntouched(fs);
    assert.equal(paths(fs, "/t").filter((path) => path.includes(".sparegrid")).length, 0);
  }
});

Deno.test("restoreTree does not touch a file outside that is hard linked into the target", async () => {
  const store = new ToyStore();
  for (const value of ["alive", "other"]) {
    const fs = withOutside();
    at(
      fs,
      "/outside/canary",
      (from, name) => at(fs, "/t/f", (to, link) => fs.makeHardLink(from, name, to, link)),
    );
    const before = stat(fs, "/outside/canary");
    const nodes = [file(store, "f", value, { permissions: 0o4777, uid: 1, gid: 1, mtime: 7n })];
    const { problems } = await restoreNodes(fs, store, nodes, "/t");
    assert.deepEqual(problems, []);
    assert.equal(text(fs, "/t/f"), value);
    assert.equal(stat(fs, "/t/f").permissions, 0o4777);
    const after = stat(fs, "/outside/canary");
    assert.equal(text(fs, "/outside/canary"), "alive");
    assert.deepEqual(
      [after.ino, after.permissions, after.uid, after.mtime],
      [before.ino, before.permissions, before.uid, before.mtime],
    );
    assert.notEqual(stat(fs, "/t/f").ino, after.ino);
  }
});

Deno.test("restoreTree is not led away by a folder exchanged for a link at any moment", async () => {
  const store = new ToyStore(50);
  const files = (from: string) =>
    Array.from({ length: 4 }, (_, i) => file(store, `${from}${i}`, `${from} content ${i}`));
  const nodes = [folder(
    store,
    "p",
    sorted([
      ...files("f"),
      file(store, "canary", crypto.getRandomValues(new Uint8Array(400)), { piece: 40 }),
      folder(store, "q", [...files("g"), node("symlink", "s", { linkTarget: utf8("f0") })]),
    ]),
  )];
  // Counts the calls of an undisturbed run, then disturbs after each of them in turn.
  const count = (fs: MemoryFileSystem, act: (number: number) => void) => {
    let calls = 0;
    return fs.failWhen(() => {
      act(++calls);
      return undefined;
    });
  };
  let total = 0;
  {
    const fs = withOutside();
    using _rule = count(fs, (number) => total = number);
    await restoreNodes(fs, store, nodes, "/t");
  }
  for (let moment = 1; moment <= total; moment += 3) {
    for (const [victim, by] of [["p", "link"], ["q", "link"], ["p", "folder"]]) {
      const fs = withOutside();
      let done = false;
      using _rule = count(fs, (number) => {
        if (done || number < moment) return;
        const path = victim === "p" ? "/t/p" : "/t/p/q";
        try {
          done = true;
          at(fs, path, (dir, name) => fs.rename(dir, name, dir, utf8("aside")));
          if (by === "link") makeSymlink(fs, path, "/outside");
          else {at(fs, path, (dir, name) =>
              at(fs, "/outside", (root, outside) =>
                fs.rename(root, outside, dir, name)));}
        } catch {
          done = false;
        }
      });
      const outside = fs.openRoot("/outside");
      await restoreNodes(fs, store, nodes, "/t");
      assert.deepEqual([...fs.names(outside)].flat().map(utf8Text), ["canary"]);
      const canary = fs.openRead(outside, utf8("canary"));
      assert.equal(fs.statFd(canary).size, "alive".length);
      fs.close(canary);
      fs.close(outside);
      // Inside `p` only its owner could put a folder, so `q` is exchanged for links alone.
      if (by === "link") assertOutsideUntouched(fs);
      assert.equal(fs.openCount, 0);
    }
  }
});

Deno.test("restoreTree refuses a target that is a file or cannot be made", async () => {
  const fs = withOutside();
  const store = new ToyStore();
  const refused = (error: unknown) => isSgError(error, "SG1012");
  await assert.rejects(restoreNodes(fs, store, [], "/outside/canary"), refused);
  await assert.rejects(restoreNodes(fs, store, [], "/outside/canary/below"), refused);
  assert.equal(fs.openCount, 0);
});

Deno.test("restoreTree fails when a lane fails, and cleans up", async () => {
  const fs = withOutside();
  const store = new ToyStore(50);
  const lanes = new ToyLanes(fs);
  lanes.onJob = () => {
    if (lanes.jobs === 3) throw new Error("the lane broke");
  };
  const nodes = [file(store, "f", crypto.getRandomValues(new Uint8Array(1000)), { piece: 30 })];
  await assert.rejects(restoreNodes(fs, store, nodes, "/t", { lanes }), /the lane broke/);
  assert.deepEqual([paths(fs, "/t"), fs.openCount], [[], 0]);
});

Deno.test("restoreTree does not write into a file that took the place of the one it mends or makes", async () => {
  const store = new ToyStore(1 << 20);
  const big = new Uint8Array(5 << 20);
  for (let i = 0; i < big.length; i += 999) big[i] = i % 250 + 1;
  for (const existing of [true, false]) {
    const fs = withOutside();
    const damaged = big.slice();
    damaged[3 << 20] = 255;
    if (existing) write(fs, "/t/big", damaged);
    let swapped = false;
    store.onLoad = () => {
      const [unfinished] = paths(fs, "/t");
      if (swapped || !unfinished) return;
      swapped = true;
      at(fs, unfinished, (dir, name) => {
        fs.rename(dir, name, dir, utf8("aside"));
        at(fs, "/outside/canary", (from, canary) => fs.makeHardLink(from, canary, dir, name));
      });
    };
    const nodes = [file(store, "big", big, { piece: 1 << 18 })];
    const { problems } = await restoreNodes(fs, store, nodes, "/t");
    assert.ok(swapped);
    assert.deepEqual(codes(problems), ["SG1013 /big"]);
    assert.equal(text(fs, "/outside/canary"), "alive");
    assert.equal(stat(fs, "/outside/canary").permissions, 0o644);
  }
});

Deno.test("restoreTree makes no hard link to a file that took the place of its own", async () => {
  const fs = withOutside();
  const store = new ToyStore();
  const shared = { inode: 1n, links: 2n };
  const nodes = [file(store, "a", "x", shared), file(store, "b", "x", shared)];
  using _rule = fs.failWhen(({ call, name }) => {
    if (call !== "makeHardLink" || !name || !utf8Text(name).startsWith(".sparegrid")) return undefined;
    at(fs, "/t/a", (dir, a) => {
      fs.removeFile(dir, a);
      at(fs, "/outside/canary", (from, canary) => fs.makeHardLink(from, canary, dir, a));
    });
    return undefined;
  });
  const { problems } = await restoreNodes(fs, store, nodes, "/t");
  assert.deepEqual(codes(problems), ["SG1013 /b"]);
  assert.deepEqual(paths(fs, "/t"), ["/t/a"]);
});

Deno.test("restoreTree makes no hard link to what took the place of its own symlink or fifo", async () => {
  for (const type of ["symlink", "fifo"] as const) {
    for (const moment of ["before", "while"]) {
      const fs = withOutside();
      const store = new ToyStore();
      const shared = { inode: 1n, links: 2n, ...(type === "symlink" ? { linkTarget: utf8("x") } : {}) };
      const nodes = [node(type, "a", shared), node(type, "b", shared)];
      let swapped = false;
      using _rule = fs.failWhen(({ call, name }) => {
        if (swapped || !name) return undefined;
        const isMoment = moment === "while"
          ? call === "makeHardLink"
          : call === "stat" && utf8Text(name) === "b";
        if (!isMoment) return undefined;
        swapped = true;
        at(fs, "/t/a", (dir, a) => {
          fs.removeFile(dir, a);
          at(fs, "/outside/canary", (from, canary) => fs.makeHardLink(from, canary, dir, a));
        });
        return undefined;
      });
      const { problems } = await restoreNodes(fs, store, nodes, "/t");
      assert.ok(swapped);
      assert.deepEqual(codes(problems), ["SG1013 /b"], `${type} ${moment}`);
      assert.deepEqual(paths(fs, "/t"), ["/t/a"], `${type} ${moment}`);
    }
  }
});

Deno.test("restoreTree sets no set-id bits where it may not give the file away", async () => {
  for (const privileged of [false, true]) {
    const fs = withOutside();
    const store = new ToyStore();
    using _rule = fs.failWhen(({ call }) => call.startsWith("setOwner") ? "EPERM" : undefined);
    const nodes = [
      file(store, "f", "x", { permissions: 0o6755 }),
      folder(store, "g", [], { permissions: 0o2775 }),
    ];
    const { problems } = await restoreNodes(fs, store, nodes, "/t", { privileged });
    assert.deepEqual(codes(problems).sort(), privileged ? ["SG1025 /f", "SG1025 /g"] : []);
    assert.equal(stat(fs, "/t/f").permissions, 0o755);
    assert.equal(stat(fs, "/t/g").permissions, 0o775);
  }
});

Deno.test("restoreTree with delete leaves other file systems alone", async () => {
  const inner = withOutside();
  makeFolder(inner, "/t/mount");
  write(inner, "/t/mount/x", "precious");
  write(inner, "/t/extra", "x");
  const fs = new Proxy(inner, {
    get(target, key) {
      if (key === "stat") {
        return (dir: number, name: Uint8Array) => {
          const seen = target.stat(dir, name);
          return utf8Text(name) === "mount" ? { ...seen, dev: 99n } : seen;
        };
      }
      const value = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  await restoreNodes(fs, new ToyStore(), [], "/t", { delete: true });
  assert.deepEqual(paths(inner, "/t"), ["/t/mount", "/t/mount/x"]);
});

Deno.test("restoreTree gives no file the bytes of another blob that the index puts at the same place", async () => {
  const fs = withOutside();
  const store = new ToyStore();
  const nodes = [file(store, "a", "alpha"), file(store, "b", "beta"), file(store, "c", "beta")];
  const [a] = nodes[0]!.content!, [b] = nodes[1]!.content!;
  store.places.set(b!, store.places.get(a!)!);
  const { problems } = await restoreNodes(fs, store, nodes, "/t");
  assert.deepEqual(codes(problems), ["SG1005 /b", "SG1005 /c"]);
  assert.deepEqual(paths(fs, "/t"), ["/t/a"]);
});
