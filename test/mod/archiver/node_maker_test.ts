// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { NodeMaker } from "../../../mod/archiver/node_maker.ts";
import { utf8 } from "../../../mod/base/mod.ts";
import type { EntryKind, Stat } from "../../../mod/platform/mod.ts";

const maker = new NodeMaker({ user: () => undefined, group: () => undefined }, { withAtime: false });

function stat(kind: EntryKind, links: number): Stat {
  const times = { mtime: 1n, atime: 2n, ctime: 3n };
  const numbers = { dev: 7n, ino: 8n, rdev: 9n, uid: 0, gid: 0, size: 5, allocated: 4096 };
  return { kind, links, permissions: 0o755, ...numbers, ...times };
}

Deno.test("NodeMaker.make writes no count of links for a folder, as restic does, and one for all else", () => {
  const folder = maker.make(utf8("d"), stat("dir", 12), {});
  assert.deepEqual([folder.links, folder.deviceId], [0n, 0n]);
  for (const kind of ["file", "symlink", "fifo", "chardev"] as const) {
    const single = maker.make(utf8("x"), stat(kind, 1), {}), twin = maker.make(utf8("x"), stat(kind, 2), {});
    assert.deepEqual([single.links, single.deviceId, twin.links, twin.deviceId], [1n, 0n, 2n, 7n], kind);
  }
});

Deno.test("NodeMaker.sameStat takes a folder for the same whatever number of folders is in it", () => {
  const node = maker.make(utf8("d"), stat("dir", 12), {});
  assert.equal(maker.sameStat(node, stat("dir", 13)), true);
  assert.equal(maker.sameStat(maker.make(utf8("f"), stat("file", 1), {}), stat("file", 2)), false);
});
