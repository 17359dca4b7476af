// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { makePath, openFileSystem, syncFolder } from "../../../mod/platform/mod.ts";
import { MemoryTree } from "../../kit/memory_tree.ts";
import { scratch } from "../../kit/scratch.ts";

Deno.test("makePath makes what is missing for the user alone, and opens what is there", async () => {
  await using place = await scratch();
  const fs = openFileSystem();
  for (const path of [`${place.path}/a/b/c`, `${place.path}/a/b/c`, `${place.path}/d/`]) {
    const fd = await makePath(fs, path);
    assert.equal(fs.statFd(fd).kind, "dir");
    assert.equal(fs.statFd(fd).permissions, 0o700);
    fs.close(fd);
  }
});

Deno.test("makePath and syncFolder leave no folder that a power cut would take", async () => {
  const tree = new MemoryTree();
  tree.fs.close(await makePath(tree.fs, "/a/b"));
  const after = tree.fs.crash({ bytes: (length) => new Uint8Array(length) });
  after.close(after.openRoot("/a/b"));
  await syncFolder(tree.fs, tree.fs.openRoot("/a"));
});

Deno.test("makePath says why a folder cannot be made, and leaves nothing open", async () => {
  const tree = new MemoryTree().write("/file", "x");
  await assert.rejects(makePath(tree.fs, "/file/below"), { name: "OsError", errno: "ENOTDIR" });
  using _rule = tree.fs.failWhen(({ call }) => call === "makeFolder" ? "EROFS" : undefined);
  await assert.rejects(makePath(tree.fs, "/new"), { name: "OsError", errno: "EROFS" });
  assert.equal(tree.fs.openCount, 0);
});
