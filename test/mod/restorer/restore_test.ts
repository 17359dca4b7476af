// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { equalBytes, utf8, utf8Text } from "../../../mod/base/mod.ts";
import { isSgError, SgError } from "../../../mod/errors/mod.ts";
import type { Node, NodeType } from "../../../mod/format/mod.ts";
import { MemoryFileSystem } from "../../kit/memory_file_system.ts";
import { at, content, paths, stat } from "./sight.ts";
import { file, folder, node, type NodeFacts, restoreNodes, sorted, T0, ToyStore } from "./toy_store.ts";

Deno.test("restoreTree brings files, folders, links and metadata back", async () => {
  const fs = new MemoryFileSystem();
  const store = new ToyStore();
  const big = crypto.getRandomValues(new Uint8Array(50_000));
  const nodes = sorted([
    file(store, "a", "hello", { permissions: 0o4751, uid: 7, gid: 8, mtime: -5n, atime: 3n }),
    file(store, "big", big, { piece: 1000 }),
    file(store, "empty", ""),
    node("symlink", "link", { linkTarget: utf8("a"), permissions: 0o777, uid: 4 }),
    node("fifo", "pipe", { permissions: 0o620 }),
    node("chardev", "null", { device: 259n }),
    folder(store, "sub", [
      file(store, "b", "bee", { xattrs: [{ name: "user.x", value: utf8("y") }] }),
      folder(store, "empty", []),
    ], { permissions: 0o555, mtime: 42n }),
  ]);
  const { counters, problems } = await restoreNodes(fs, store, nodes, "/target/here");
  assert.deepEqual(problems, []);
  assert.equal(fs.openCount, 0);
  assert.equal(utf8Text(content(fs, "/target/here/a")), "hello");
  assert.ok(equalBytes(content(fs, "/target/here/big"), big));
  const a = stat(fs, "/target/here/a");
  assert.deepEqual([a.permissions, a.uid, a.gid, a.mtime, a.atime], [0o4751, 7, 8, -5n, 3n]);
  const sub = stat(fs, "/target/here/sub");
  assert.deepEqual([sub.kind, sub.permissions, sub.mtime], ["dir", 0o555, 42n]);
  const link = stat(fs, "/target/here/link");
  assert.deepEqual([link.kind, link.uid, link.mtime], ["symlink", 4, T0]);
  assert.equal(stat(fs, "/target/here/pipe").permissions, 0o620);
  assert.equal(stat(fs, "/target/here/null").rdev, 259n);
  assert.equal(paths(fs, "/target/here").length, 9);
  assert.deepEqual(
    at(fs, "/target/here/sub/b", (dir, name) => fs.xattrsOf(dir, name)).map((x) => x.name),
    ["user.x"],
  );
  assert.equal(counters.filesRestored, 4);
  assert.equal(counters.foldersRestored, 2);
  assert.equal(counters.othersRestored, 3);
  assert.equal(counters.bytesWritten, 50_008);
});

Deno.test("restoreTree brings runs of zeros back, in one job or many", async () => {
  const fs = new MemoryFileSystem();
  const store = new ToyStore();
  const sparse = new Uint8Array(300_000);
  sparse[150_000] = 1;
  const nodes = [file(store, "one", sparse), file(store, "parts", sparse, { piece: 7000 })];
  // A pack of its own for each few blobs, so that the second file is written by several jobs.
  const { problems } = await restoreNodes(fs, store, nodes, "/t");
  assert.deepEqual(problems, []);
  for (const name of ["/t/one", "/t/parts"]) {
    assert.ok(equalBytes(content(fs, name), sparse), name);
  }
});

Deno.test("restoreTree links names of one file, whichever comes first, and only those", async () => {
  const fs = new MemoryFileSystem();
  const store = new ToyStore(100);
  const shared = { inode: 77n, deviceId: 3n, links: 3n };
  const big = crypto.getRandomValues(new Uint8Array(5000));
  const nodes = sorted([
    file(store, "a", big, { ...shared, piece: 100 }),
    file(store, "b", big, { ...shared, piece: 100 }),
    file(store, "other", "x", { inode: 77n, deviceId: 4n, links: 2n }),
    file(store, "single", "x", { inode: 77n, deviceId: 3n }),
    folder(store, "sub", [file(store, "c", big, { ...shared, piece: 100 })]),
  ]);
  const { counters, problems } = await restoreNodes(fs, store, nodes, "/t");
  assert.deepEqual(problems, []);
  const inode = stat(fs, "/t/a").ino;
  assert.equal(stat(fs, "/t/b").ino, inode);
  assert.equal(stat(fs, "/t/sub/c").ino, inode);
  assert.equal(stat(fs, "/t/a").links, 3);
  assert.notEqual(stat(fs, "/t/other").ino, inode);
  assert.notEqual(stat(fs, "/t/single").ino, inode);
  assert.equal(counters.filesRestored, 5);
  const again = await restoreNodes(fs, store, nodes, "/t");
  assert.deepEqual(again.problems, []);
  assert.deepEqual([again.counters.filesKept, again.counters.bytesWritten], [5, 0]);
  assert.equal(stat(fs, "/t/a").links, 3);
});

/** One symlink, fifo, socket and device, each with names in two folders, and what only looks like one of them. */
function linkedOthers(store: ToyStore): Node[] {
  const names = (type: NodeType, inode: bigint, facts: NodeFacts = {}) => (name: string) =>
    node(type, `${type}-${name}`, { inode, deviceId: 3n, links: 3n, ...facts });
  const kinds = [
    names("symlink", 1n, { linkTarget: utf8("nowhere") }),
    names("fifo", 2n),
    names("socket", 3n),
    names("chardev", 4n, { device: 259n }),
  ];
  return sorted([
    ...kinds.map((kind) => kind("b")),
    folder(store, "a", sorted(kinds.map((kind) => kind("a"))), { permissions: 0o555 }),
    folder(store, "c", sorted(kinds.map((kind) => kind("c")))),
    node("symlink", "other", { inode: 1n, deviceId: 3n, links: 3n, linkTarget: utf8("elsewhere") }),
    node("fifo", "single", { inode: 2n, deviceId: 3n }),
    node("fifo", "stranger", { inode: 2n, deviceId: 4n, links: 3n }),
  ]);
}

Deno.test("restoreTree links names of one symlink, fifo, socket or device, and only those", async () => {
  const fs = new MemoryFileSystem();
  const store = new ToyStore();
  const nodes = linkedOthers(store);
  for (const round of ["new", "again"]) {
    const { counters, problems } = await restoreNodes(fs, store, nodes, "/t");
    assert.deepEqual(problems, [], round);
    assert.equal(counters.othersRestored, 15);
    for (const type of ["symlink", "fifo", "socket", "chardev"]) {
      const seen = [`a/${type}-a`, `${type}-b`, `c/${type}-c`].map((name) => stat(fs, `/t/${name}`));
      assert.equal(new Set(seen.map(({ ino }) => ino)).size, 1, `${round}: ${type}`);
      assert.deepEqual([seen[0]!.kind, seen[0]!.links, seen[0]!.mtime], [type, 3, T0], `${round}: ${type}`);
    }
    for (const name of ["other", "single", "stranger"]) assert.equal(stat(fs, `/t/${name}`).links, 1, name);
  }
});

Deno.test("restoreTree makes names of one fifo apart, and says so, where the system does not link it", async () => {
  const fs = new MemoryFileSystem();
  const store = new ToyStore();
  const shared = { inode: 1n, links: 2n };
  using _rule = fs.failWhen(({ call }) => call === "makeHardLink" ? "EPERM" : undefined);
  const nodes = [node("fifo", "a", shared), node("fifo", "b", shared)];
  const { problems } = await restoreNodes(fs, store, nodes, "/t");
  assert.deepEqual(problems.map(({ code, path }) => [code, utf8Text(path)]), [["SG1025", "/b"]]);
  assert.equal(stat(fs, "/t/b").kind, "fifo");
});

Deno.test("restoreTree restores what is selected, and folders on the way only when needed", async () => {
  const fs = new MemoryFileSystem();
  const store = new ToyStore();
  const nodes = sorted([
    folder(store, "empty", [folder(store, "deep", [file(store, "no", "n")])]),
    folder(store, "way", [folder(store, "deep", [file(store, "yes", "y"), file(store, "no", "n")])], {
      mtime: 5n,
    }),
    file(store, "no", "n"),
  ]);
  const { counters } = await restoreNodes(fs, store, nodes, "/t", {
    select: (path, isFolder) => utf8Text(path).endsWith("/yes") ? "yes" : isFolder ? "below" : "no",
  });
  assert.deepEqual(paths(fs, "/t"), ["/t/way", "/t/way/deep", "/t/way/deep/yes"]);
  assert.equal(stat(fs, "/t/way").mtime, 5n);
  assert.equal(counters.filesFound, 1);
});

Deno.test("restoreTree changes nothing in a dry run, and says what it would do", async () => {
  const fs = new MemoryFileSystem();
  const store = new ToyStore();
  const nodes = [
    file(store, "a", "1"),
    folder(store, "b", [file(store, "c", "2"), node("symlink", "d", { linkTarget: utf8("c") })]),
  ];
  const { counters, fates, problems } = await restoreNodes(fs, store, nodes, "/none/t", { dryRun: true });
  assert.deepEqual(problems, []);
  assert.deepEqual(paths(fs, "/"), []);
  assert.deepEqual([counters.filesRestored, counters.foldersRestored, counters.othersRestored], [2, 1, 1]);
  assert.deepEqual(fates.map(({ path, fate }) => `${utf8Text(path)} ${fate}`), [
    "/a restored",
    "/b/c restored",
    "/b/d restored",
  ]);
});

Deno.test("restoreTree restores a tree of 3,000 folders in each other", async () => {
  const fs = new MemoryFileSystem();
  const store = new ToyStore();
  let nodes = [file(store, "bottom", "deep"), file(store, "twin", "deep", { links: 2n, inode: 9n })];
  for (let depth = 0; depth < 3000; depth++) {
    nodes = sorted([
      folder(store, "d", nodes),
      ...(depth === 2999 ? [file(store, "twin", "deep", { links: 2n, inode: 9n })] : []),
    ]);
  }
  const { counters, problems } = await restoreNodes(fs, store, nodes, "/t");
  assert.deepEqual(problems, []);
  assert.deepEqual([counters.foldersRestored, counters.filesRestored, fs.openCount], [3000, 3, 0]);
});

Deno.test("restoreTree tells a damaged, a missing and an unreachable blob, and restores the rest", async () => {
  const fs = new MemoryFileSystem();
  const store = new ToyStore(100);
  const nodes = [
    file(store, "cut", "c".repeat(5000), { piece: 100 }),
    file(store, "damaged", "damaged content"),
    file(store, "good", "good"),
    file(store, "missing", "missing"),
    file(store, "twin of damaged", "damaged content"),
    node("file", "without content"),
  ];
  store.damage(nodes[1]!.content![0]!);
  store.damage(nodes[0]!.content![0]!);
  store.places.delete(nodes[3]!.content![0]!);
  const { counters, problems } = await restoreNodes(fs, store, nodes, "/t");
  assert.deepEqual(
    problems.map(({ code, path }) => `${code} ${utf8Text(path)}`).sort(),
    [
      "SG1005 /cut",
      "SG1005 /damaged",
      "SG1005 /twin of damaged",
      "SG1005 /without content",
      "SG1028 /missing",
    ],
  );
  assert.deepEqual(paths(fs, "/t"), ["/t/good"]);
  assert.equal(counters.filesDone, 6);
  assert.equal(counters.problems, 5);
});

Deno.test("restoreTree reports a full drive for each file it hits and leaves no unfinished ones", async () => {
  const fs = new MemoryFileSystem({ capacityBytes: 20_000 });
  const store = new ToyStore(3000);
  const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
  const nodes = [
    file(store, "a", random(8000)),
    file(store, "b", random(50_000), { piece: 2000 }),
    file(store, "c", random(3000)),
  ];
  const { problems } = await restoreNodes(fs, store, nodes, "/t");
  assert.ok(problems.some(({ path }) => utf8Text(path) === "/b"));
  assert.deepEqual([...new Set(problems.map(({ code }) => code))], ["SG1030"]);
  const whole = nodes.filter(({ name }) =>
    !problems.some(({ path }) => utf8Text(path) === `/${utf8Text(name)}`)
  );
  assert.deepEqual(paths(fs, "/t"), whole.map(({ name }) => `/t/${utf8Text(name)}`));
});

Deno.test("restoreTree that is aborted leaves whole files only, and no descriptors", async () => {
  for (let stopAt = 1; stopAt < 9; stopAt++) {
    const fs = new MemoryFileSystem();
    const store = new ToyStore(2000);
    const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
    const contents = new Map([["a", random(9000)], ["b", random(700)], ["c", random(9000)], [
      "d",
      random(300),
    ]]);
    const nodes = [...contents].map(([name, bytes]) => file(store, name, bytes, { piece: 500 }));
    const stop = new AbortController();
    let loads = 0;
    store.onLoad = () => {
      if (++loads === stopAt) stop.abort();
    };
    const work = restoreNodes(fs, store, [folder(store, "x", nodes)], "/t", { signal: stop.signal });
    await assert.rejects(work, (error) => isSgError(error, "SG1016"), `stopped at load ${stopAt}`);
    for (const path of paths(fs, "/t").filter((found) => found !== "/t/x")) {
      assert.ok(equalBytes(content(fs, path), contents.get(path.slice(5))!), path);
    }
    assert.equal(fs.openCount, 0);
  }
});

Deno.test("restoreTree with verify finds a byte that the drive flipped", async () => {
  const inner = new MemoryFileSystem();
  const store = new ToyStore(400);
  const nodes = [
    file(store, "bad", "b".repeat(999), { piece: 100 }),
    file(store, "good", "good"),
    file(store, "short", "0123456789"),
  ];
  const fs = new Proxy(inner, {
    get(target, key) {
      if (key === "writeAt") {
        return (fd: number, bytes: Uint8Array, offset: number) => {
          const copy = bytes.slice();
          if (offset === 500 || copy[0] === 0x30) copy[copy.length - 1]! ^= 1;
          target.writeAt(fd, copy, offset);
        };
      }
      const value = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const { counters, problems } = await restoreNodes(fs, store, nodes, "/t", { verify: true });
  assert.deepEqual(problems.map(({ code, path }) => `${code} ${utf8Text(path)}`).sort(), [
    "SG1012 /bad",
    "SG1012 /short",
  ]);
  assert.equal(counters.filesVerified, 1);
});

Deno.test("restoreTree restores more files and blobs than one window holds", async () => {
  const fs = new MemoryFileSystem();
  const store = new ToyStore(1000);
  const [zero, one] = [store.putBlob(utf8("zero")), store.putBlob(utf8("one"))];
  const ids = Array.from({ length: 140_000 }, (_, i) => i % 3 ? zero : one);
  const expected = ids.map((id) => id === zero ? "zero" : "one").join("");
  const many = Array.from({ length: 2500 }, (_, i) => file(store, `f${i}`, `${i}`));
  const nodes = sorted([
    node("file", "huge", { content: ids, size: BigInt(expected.length) }),
    folder(store, "many", many),
  ]);
  const { counters, problems } = await restoreNodes(fs, store, nodes, "/t", { verify: true });
  assert.deepEqual(problems, []);
  assert.equal(utf8Text(content(fs, "/t/huge")), expected);
  assert.equal(utf8Text(content(fs, "/t/many/f2499")), "2499");
  assert.deepEqual([counters.filesRestored, counters.filesVerified], [2501, 2501]);
});

Deno.test("restoreTree takes from a pack that was cut off what is left of it", async () => {
  const fs = new MemoryFileSystem();
  const store = new ToyStore();
  const nodes = Array.from(
    { length: 20 },
    (_, i) => file(store, `f${String.fromCharCode(97 + i)}`, `content ${i}`),
  );
  const load = store.loadRange.bind(store);
  const end = store.locate(nodes[12]!.content![0]!)!.offset;
  store.loadRange = (pack, offset, length) =>
    offset + length <= end
      ? load(pack, offset, length)
      : Promise.reject(new SgError("SG1005", "the pack is too short"));
  const { counters, problems } = await restoreNodes(fs, store, nodes, "/t");
  assert.deepEqual([counters.filesRestored, problems.length], [12, 8]);
  assert.ok(problems.every(({ code }) => code === "SG1005"));
});
