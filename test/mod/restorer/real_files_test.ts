// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { equalBytes, utf8, utf8Text } from "../../../mod/base/mod.ts";
import { openFileSystem } from "../../../mod/platform/mod.ts";
import { scratch } from "../../kit/scratch.ts";
import { content, paths, stat } from "./sight.ts";
import { file, folder, node, restoreNodes, sorted, ToyStore } from "./toy_store.ts";

const asRoot = Deno.uid() === 0;
const owner = asRoot ? { uid: 12_345, gid: 54_321 } : { uid: Deno.uid()!, gid: Deno.gid()! };
const fs = openFileSystem();

Deno.test("restoreTree sets metadata on a real file system so that none undoes another", async () => {
  await using dir = await scratch();
  const store = new ToyStore();
  // user::rwx, user:1000:rwx, group::r-x, mask::rwx, other::--- as Linux stores it.
  const acl = Uint8Array.fromHex(
    "0200000001000700ffffffff02000700e803000004000500ffffffff10000700ffffffff20000000ffffffff",
  );
  const nodes = sorted([
    file(store, "acl", "x", {
      permissions: 0o770,
      xattrs: [{ name: "system.posix_acl_access", value: acl }],
    }),
    file(store, "setuid", "x", { ...owner, permissions: 0o6755 }),
    file(store, "before 1970", "x", { mtime: -123_456_789_012_345_678n }),
    file(store, "after 2106", "x", { mtime: 5_000_000_000_000_000_001n }),
    folder(store, "read-only", [
      file(store, "inside", "x", { permissions: 0o400 }),
      folder(store, "deeper", [], { permissions: 0o500 }),
    ], {
      permissions: 0o555,
      mtime: 77n,
    }),
    folder(store, "sticky", [], { permissions: 0o3777, ...owner }),
    node("symlink", "dangling", { linkTarget: utf8("\u0001 nowhere"), mtime: 3n, ...owner }),
    node("fifo", "pipe", { permissions: 0o604, mtime: 4n }),
    node("socket", "socket", { permissions: 0o600, mtime: 5n }),
  ]);
  for (const round of ["new", "again"]) {
    const { problems } = await restoreNodes(fs, store, nodes, `${dir.path}/t`, { verify: true });
    assert.deepEqual(problems, [], round);
    for (const entry of nodes) {
      const seen = stat(fs, `${dir.path}/t/${utf8Text(entry.name)}`);
      assert.equal(seen.mtime, entry.mtime, utf8Text(entry.name));
      if (entry.type !== "symlink") {
        assert.equal(seen.permissions & 0o777, entry.mode & 0o777, utf8Text(entry.name));
      }
      if (asRoot) assert.deepEqual([seen.uid, seen.gid], [entry.uid, entry.gid], utf8Text(entry.name));
    }
    assert.equal(stat(fs, `${dir.path}/t/setuid`).permissions, 0o6755);
    assert.equal(stat(fs, `${dir.path}/t/sticky`).permissions, 0o3777);
    assert.equal(stat(fs, `${dir.path}/t/read-only/inside`).permissions, 0o400);
  }
});

Deno.test("restoreTree links names of one symlink, fifo, socket or device on a real file system", async () => {
  await using dir = await scratch();
  const store = new ToyStore();
  const kinds = [
    node("symlink", "s", { inode: 1n, linkTarget: Uint8Array.of(0xff, 0xfe), mtime: 3n }),
    node("fifo", "f", { inode: 2n, mtime: 4n }),
    node("socket", "k", { inode: 3n, mtime: 5n }),
    ...(asRoot ? [node("dev", "d", { inode: 4n, device: 1792n, mtime: 6n })] : []),
  ].map((each) => ({ ...each, ...owner, links: 2n, deviceId: 7n }));
  const nodes = sorted([
    ...kinds,
    folder(store, "twins", sorted(kinds.map((each) => ({ ...each, name: utf8(`${utf8Text(each.name)}2`) })))),
  ]);
  for (const round of ["new", "again"]) {
    const { problems } = await restoreNodes(fs, store, nodes, `${dir.path}/t`);
    assert.deepEqual(problems, [], round);
    for (const { name, type, mtime } of kinds) {
      const one = stat(fs, `${dir.path}/t/${utf8Text(name)}`);
      const two = stat(fs, `${dir.path}/t/twins/${utf8Text(name)}2`);
      assert.deepEqual([one.kind, one.links, one.mtime], [type, 2, mtime], `${round}: ${type}`);
      assert.equal(one.ino, two.ino, `${round}: ${type}`);
    }
  }
});

Deno.test("restoreTree gives new files no access list of the folder they come into", async () => {
  await using dir = await scratch();
  const store = new ToyStore();
  const root = fs.openRoot(dir.path);
  const giving = Uint8Array.fromHex(
    "0200000001000700ffffffff02000700e803000004000500ffffffff10000700ffffffff20000000ffffffff",
  );
  fs.setXattr(root, "system.posix_acl_default", giving);
  fs.close(root);
  const nodes = [folder(store, "d", [file(store, "f", "x")]), file(store, "f", "x", { permissions: 0o640 })];
  const { problems } = await restoreNodes(fs, store, nodes, dir.path);
  assert.deepEqual(problems, []);
  assert.deepEqual(
    (await new Deno.Command("getfacl", { args: ["-sR", "d", "f"], cwd: dir.path }).output().catch(() => ({
      stdout: new Uint8Array(),
    }))).stdout.length,
    0,
  );
  assert.equal(stat(fs, `${dir.path}/f`).permissions, 0o640);
});

Deno.test("restoreTree leaves holes where zeros are", async () => {
  await using dir = await scratch();
  const store = new ToyStore(100_000);
  const sparse = new Uint8Array(8 << 20);
  sparse[5 << 20] = 1;
  const nodes = [
    file(store, "one", sparse, { piece: 8 << 20 }),
    file(store, "parts", sparse, { piece: 300_000 }),
  ];
  const { problems } = await restoreNodes(fs, store, nodes, dir.path);
  assert.deepEqual(problems, []);
  for (const name of ["one", "parts"]) {
    assert.ok(equalBytes(content(fs, `${dir.path}/${name}`), sparse), name);
    assert.ok(stat(fs, `${dir.path}/${name}`).allocated <= 65_536, name);
  }
});

Deno.test("restoreTree writes nothing outside while another process exchanges its folders", async () => {
  await using dir = await scratch();
  const store = new ToyStore(4000);
  const inner = Array.from(
    { length: 6 },
    (_, d) =>
      folder(
        store,
        `d${d}`,
        sorted(Array.from({ length: 20 }, (_, i) => file(store, `f${i}`, `content ${d} ${i}`))),
      ),
  );
  const nodes = [folder(store, "p", inner), folder(store, "q", inner)];
  await Deno.mkdir(`${dir.path}/outside`);
  await Deno.writeTextFile(`${dir.path}/outside/f0`, "canary");
  const swapper = new Deno.Command("bash", {
    args: [
      "-c",
      `cd "$1/t" && while [ -e ../go ]; do for d in p q p/d1 q/d2; do
      mv -T $d $d.aside 2>/dev/null && ln -s "$1/outside" $d; sleep 0.0005; rm -f $d; mv -T $d.aside $d 2>/dev/null; done; done`,
      "bash",
      dir.path,
    ],
    stderr: "null",
  });
  await Deno.mkdir(`${dir.path}/t`);
  await Deno.writeTextFile(`${dir.path}/go`, "");
  const child = swapper.spawn();
  try {
    const end = performance.now() + 1500;
    for (let round = 0; performance.now() < end; round++) {
      await restoreNodes(fs, store, nodes, `${dir.path}/t`, {
        overwrite: round % 2 ? "always" : "if-changed",
      });
    }
  } finally {
    await Deno.remove(`${dir.path}/go`);
    await child.status;
  }
  assert.deepEqual(paths(fs, `${dir.path}/outside`), [`${dir.path}/outside/f0`]);
  assert.equal(utf8Text(content(fs, `${dir.path}/outside/f0`)), "canary");
});
