// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { utf8 } from "../../../mod/base/mod.ts";
import { openPath } from "../../../mod/platform/mod.ts";
import { PortableFileSystem } from "../../../mod/platform/portable.ts";
import { MemoryFileSystem } from "../../kit/memory_file_system.ts";
import { scratch } from "../../kit/scratch.ts";
import { fails, opened } from "../../suite/file_system.ts";

Deno.test("openPath opens a folder by a short path", () => {
  const fs = new MemoryFileSystem();
  using root = opened(fs, fs.openRoot("/"));
  fs.makeFolder(root.fd, utf8("a"), 0o700);
  using a = opened(fs, openPath(fs, "/a/"));
  assert.equal(fs.statFd(a.fd).ino, fs.stat(root.fd, utf8("a")).ino);
  fails("ENOENT", () => openPath(fs, "/b"));
  assert.equal(fs.openCount, 2);
});

Deno.test("openPath goes in steps where the port refuses a path as too long", async () => {
  await using folder = await scratch();
  const memory = new MemoryFileSystem();
  using _limit = memory.failWhen(({ call }) =>
    call === "openRoot" && long ? (long = false, "ENAMETOOLONG") : undefined
  );
  let long = false;
  const steps = Array(600).fill("twelve_bytes");
  {
    let dir = memory.openRoot("/");
    for (const step of steps) {
      memory.makeFolder(dir, utf8(step), 0o700);
      const next = memory.openFolder(dir, utf8(step));
      memory.close(dir);
      dir = next;
    }
    memory.makeFolder(dir, utf8("end"), 0o700);
    memory.close(dir);
  }
  long = true;
  using end = opened(memory, openPath(memory, `/${steps.join("/./")}//end/`));
  assert.equal(memory.statFd(end.fd).kind, "dir");
  long = true;
  fails("ENOENT", () => openPath(memory, `/${steps.join("/")}/no`));
  assert.equal(memory.openCount, 1, "what was opened on the way is closed");
  fails("ENAMETOOLONG", () => openPath(new PortableFileSystem(), `${folder.path}/${"x".repeat(5000)}`));
});
