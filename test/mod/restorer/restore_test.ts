// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { equalBytes, utf8, utf8Text } from "../../../mod/base/mod.ts";
import type { FileSystem, Stat } from "../../../mod/platform/mod.ts";
import { MemoryFileSystem } from "../../kit/memory_file_system.ts";
import { file, folder, node, restoreNodes, sorted, T0, ToyStore } from "./toy_store.ts";

/** Opens a path below the root of a memory file system, component by component. */
export function at<T>(fs: FileSystem, path: string, use: (dir: number, name: Uint8Array) => T): T {
  const parts = path.split("/").filter((part) => part !== "");
  const name = parts.pop()!;
  const dir = fs.openRoot(`/${parts.join("/")}`);
  try {
    return use(dir, utf8(name));
  } finally {
    fs.close(dir);
  }
}

export function stat(fs: FileSystem, path: string): Stat {
  return at(fs, path, (dir, name) => fs.stat(dir, name));
}

export function content(fs: FileSystem, path: string): Uint8Array {
  return at(fs, path, (dir, name) => {
    const fd = fs.openRead(dir, name);
    try {
      const bytes = new Uint8Array(fs.statFd(fd).size);
      fs.readAt(fd, bytes, 0);
      return bytes;
    } finally {
      fs.close(fd);
    }
  });
}

/** All paths below a folder. */
export function paths(fs: FileSystem, path: string): string[] {
  const found: string[] = [];
  const dir = fs.openRoot(path);
  try {
    for (const batch of fs.entries(dir)) {
      for (const { name, stat: seen } of batch) {
        const child = `${path === "/" ? "" : path}/${utf8Text(name)}`;
        found.push(child);
        if (seen?.kind === "dir") found.push(...paths(fs, child));
      }
    }
  } finally {
    fs.close(dir);
  }
  return found.sort();
}

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
