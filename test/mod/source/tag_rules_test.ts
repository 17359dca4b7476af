// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { utf8Text } from "../../../mod/base/mod.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import { CACHE_TAG, parseTagRule, tagHolds } from "../../../mod/source/mod.ts";
import { MemoryFileSystem } from "../../kit/memory_file_system.ts";

Deno.test("parseTagRule splits name and header at the first colon", () => {
  const rule = parseTagRule("NAME:a:b");
  assert.deepEqual([utf8Text(rule.name), utf8Text(rule.header)], ["NAME", "a:b"]);
  for (const bad of ["", ":x", "a/b"]) {
    assert.throws(() => parseTagRule(bad), (error) => isSgError(error, "SG1008"), bad);
  }
});

Deno.test("tagHolds compares the header and takes what cannot be read for no tag", () => {
  const fs = new MemoryFileSystem();
  const dir = fs.openRoot("/");
  const holds = () => tagHolds(fs, dir, CACHE_TAG);
  assert.equal(holds(), false);
  const fd = fs.create(dir, CACHE_TAG.name, 0o644);
  fs.writeAt(fd, CACHE_TAG.header.subarray(0, 20), 0);
  assert.equal(holds(), false);
  fs.writeAt(fd, CACHE_TAG.header, 0);
  assert.equal(holds(), true);
  fs.failNext((call) => call.call === "openRead", "EACCES");
  assert.equal(holds(), false);
  fs.failNext((call) => call.call === "readAt", "EIO");
  assert.equal(holds(), false);
  assert.equal(fs.openCount, 2);
});

Deno.test("tagHolds never reads from a fifo", () => {
  const fs = new MemoryFileSystem();
  const dir = fs.openRoot("/");
  fs.makeFifo(dir, CACHE_TAG.name, 0o600);
  assert.equal(tagHolds(fs, dir, CACHE_TAG), false);
});
