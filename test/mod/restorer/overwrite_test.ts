// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { equalBytes, utf8, utf8Text } from "../../../mod/base/mod.ts";
import { MemoryFileSystem } from "../../kit/memory_file_system.ts";
import { at, content, makeFolder, makeSymlink, patch, paths, setTimes, stat, text, write } from "./sight.ts";
import { file, folder, node, restoreNodes, sorted, T0, ToyStore } from "./toy_store.ts";

const MIB = 1 << 20;

Deno.test("restoreTree overwrites by the rule it is given", async () => {
  const cases = [
    { rule: "always", older: "snap!", newer: "snap!", sameTime: "snap!" },
    { rule: "if-changed", older: "snap!", newer: "snap!", sameTime: "other" },
    { rule: "if-newer", older: "snap!", newer: "other", sameTime: "other" },
    { rule: "never", older: "other", newer: "other", sameTime: "other" },
  ] as const;
  for (const { rule, ...expected } of cases) {
    const fs = new MemoryFileSystem();
    const store = new ToyStore();
    makeFolder(fs, "/t");
    for (const name of Object.keys(expected)) write(fs, `/t/${name}`, "other");
    setTimes(fs, "/t/older", T0 - 1n);
    setTimes(fs, "/t/newer", T0 + 1n);
    setTimes(fs, "/t/sameTime", T0);
    const nodes = sorted([...Object.keys(expected), "fresh"].map((name) => file(store, name, "snap!")));
    const { counters, problems } = await restoreNodes(fs, store, nodes, "/t", { overwrite: rule });
    assert.deepEqual(problems, []);
    for (const [name, value] of Object.entries(expected)) {
      assert.equal(text(fs, `/t/${name}`), value, `${rule} ${name}`);
    }
    const updated = Object.values(expected).filter((value) => value === "snap!").length;
    assert.deepEqual([counters.filesRestored, counters.filesUpdated, counters.filesKept], [
      1,
      updated,
      3 - updated,
    ]);
  }
});

Deno.test("restoreTree mends a large file where it differs and writes nothing else", async () => {
  const fs = new MemoryFileSystem();
  const store = new ToyStore(MIB);
  const big = new Uint8Array(6 * MIB + 77);
  for (let i = 0; i < big.length; i += 1000) big[i] = i % 251 + 1;
  const nodes = [file(store, "big", big, { piece: MIB / 2, permissions: 0o640, mtime: 9n })];
  await restoreNodes(fs, store, nodes, "/t");
  const { ino } = stat(fs, "/t/big");
  patch(fs, "/t/big", 3 * MIB + 5, utf8("damage"));
  patch(fs, "/t/big", big.length, utf8("too long"));
  const { counters, problems } = await restoreNodes(fs, store, nodes, "/t");
  assert.deepEqual(problems, []);
  assert.ok(equalBytes(content(fs, "/t/big"), big));
  assert.deepEqual([counters.filesUpdated, counters.bytesWritten], [1, MIB / 2]);
  const mended = stat(fs, "/t/big");
  assert.deepEqual([mended.ino, mended.permissions, mended.mtime], [ino, 0o640, 9n]);
  // All right now: nothing is written.
  const again = await restoreNodes(fs, store, nodes, "/t");
  assert.deepEqual([again.counters.filesKept, again.counters.bytesWritten], [1, 0]);
});

Deno.test("restoreTree writes a small file, or a large one of another owner or name, anew", async () => {
  const fs = new MemoryFileSystem();
  const store = new ToyStore(MIB);
  const big = crypto.getRandomValues(new Uint8Array(65_536));
  const wide = new Uint8Array(5 * MIB);
  for (let at = 0; at < wide.length; at += big.length) wide.set(big, at);
  const nodes = [
    file(store, "foreign", wide, { piece: 65_536, uid: 5 }),
    file(store, "linked", wide, { piece: 65_536 }),
    file(store, "small", big, { piece: 1000 }),
  ];
  makeFolder(fs, "/t");
  for (const { name } of nodes) write(fs, `/t/${utf8Text(name)}`, utf8Text(name) === "small" ? big : wide);
  for (const { name } of nodes) patch(fs, `/t/${utf8Text(name)}`, 3, utf8("x"));
  at(fs, "/t/linked", (dir, name) => fs.makeHardLink(dir, name, dir, utf8("elsewhere")));
  const before = nodes.map(({ name }) => stat(fs, `/t/${utf8Text(name)}`).ino);
  const { problems } = await restoreNodes(fs, store, nodes, "/t", { privileged: true });
  assert.deepEqual(problems, []);
  const after = nodes.map(({ name }) => stat(fs, `/t/${utf8Text(name)}`).ino);
  for (let i = 0; i < nodes.length; i++) assert.notEqual(after[i], before[i]);
  assert.equal(content(fs, "/t/elsewhere")[3], 0x78);
});

Deno.test("restoreTree refreshes the metadata of a file whose content is right", async () => {
  const fs = new MemoryFileSystem();
  const store = new ToyStore();
  makeFolder(fs, "/t");
  write(fs, "/t/f", "same");
  at(fs, "/t/f", (dir, name) => fs.setXattrOf(dir, name, "user.old", utf8("1")));
  const nodes = [
    file(store, "f", "same", {
      permissions: 0o600,
      uid: 3,
      mtime: 1n,
      xattrs: [{ name: "user.new", value: utf8("2") }],
    }),
  ];
  const { counters } = await restoreNodes(fs, store, nodes, "/t");
  assert.deepEqual([counters.filesKept, counters.bytesWritten], [1, 0]);
  const { permissions, uid, mtime } = stat(fs, "/t/f");
  assert.deepEqual([permissions, uid, mtime], [0o600, 3, 1n]);
  assert.deepEqual(at(fs, "/t/f", (dir, name) => fs.xattrsOf(dir, name)).map((x) => x.name), ["user.new"]);
});

Deno.test("restoreTree leaves a folder in the way of a file alone, unless it may delete", async () => {
  for (const mayDelete of [false, true]) {
    const fs = new MemoryFileSystem();
    const store = new ToyStore();
    makeFolder(fs, "/t");
    makeFolder(fs, "/t/f");
    write(fs, "/t/f/precious", "p");
    makeFolder(fs, "/t/l");
    const nodes = [file(store, "f", "x"), node("symlink", "l", { linkTarget: utf8("f") })];
    const { problems } = await restoreNodes(fs, store, nodes, "/t", { delete: mayDelete });
    assert.deepEqual(problems.map(({ code }) => code), mayDelete ? [] : ["SG1012", "SG1012"]);
    assert.deepEqual(paths(fs, "/t"), mayDelete ? ["/t/f", "/t/l"] : ["/t/f", "/t/f/precious", "/t/l"]);
  }
});

Deno.test("restoreTree removes extras in restored folders only, and nothing that is left out", async () => {
  const fs = new MemoryFileSystem();
  const store = new ToyStore();
  makeFolder(fs, "/outside");
  write(fs, "/outside/canary", "alive");
  for (const path of ["/t", "/t/a", "/t/a/extra", "/t/a/extra/sub", "/t/b", "/t/skip"]) makeFolder(fs, path);
  for (
    const path of [
      "/t/a/keep",
      "/t/a/extra/x",
      "/t/a/extra/sub/y",
      "/t/a/z.keep",
      "/t/b/extra",
      "/t/skip/x",
      "/t/top",
    ]
  ) {
    write(fs, path, "old");
  }
  makeSymlink(fs, "/t/a/out", "/outside");
  const nodes = sorted([
    folder(store, "a", [file(store, "keep", "new")]),
    folder(store, "b", []),
    folder(store, "skip", []),
  ]);
  const options = {
    delete: true,
    deleteBelow: [utf8("/a"), utf8("/skip")],
    select: (path: Uint8Array) => /\.keep$|^\/skip/.test(utf8Text(path)) ? "no" as const : "yes" as const,
  };
  const dry = await restoreNodes(fs, store, nodes, "/t", { ...options, dryRun: true });
  const before = paths(fs, "/t");
  const { counters, problems } = await restoreNodes(fs, store, nodes, "/t", options);
  assert.deepEqual(problems, []);
  assert.equal(dry.counters.filesDeleted, counters.filesDeleted);
  assert.equal(before.length, 13);
  assert.deepEqual(paths(fs, "/t"), [
    "/t/a",
    "/t/a/keep",
    "/t/a/z.keep",
    "/t/b",
    "/t/b/extra",
    "/t/skip",
    "/t/skip/x",
    "/t/top",
  ]);
  assert.equal(text(fs, "/outside/canary"), "alive");
});

Deno.test("restoreTree with delete leaves a link above what was backed up in its place", async () => {
  const fs = new MemoryFileSystem();
  const store = new ToyStore();
  makeFolder(fs, "/outside");
  makeFolder(fs, "/t");
  makeSymlink(fs, "/t/home", "/outside");
  const nodes = [folder(store, "home", [folder(store, "ada", [file(store, "f", "x")])])];
  const { problems } = await restoreNodes(fs, store, nodes, "/t", {
    delete: true,
    deleteBelow: [utf8("/home/ada")],
  });
  assert.deepEqual(problems.map(({ code, path }) => `${code} ${utf8Text(path)}`), ["SG1013 /home"]);
  assert.deepEqual(paths(fs, "/outside"), []);
  assert.equal(stat(fs, "/t/home").kind, "symlink");
});
