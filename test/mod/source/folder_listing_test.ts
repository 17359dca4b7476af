// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import fc from "fast-check";
import { compareBytes, toHex, utf8 } from "../../../mod/base/mod.ts";
import { isOsError } from "../../../mod/errors/mod.ts";
import { listFolder, listOnly } from "../../../mod/source/mod.ts";
import { MemoryFileSystem } from "../../kit/memory_file_system.ts";

const name = fc.uint8Array({ minLength: 1, maxLength: 9 }).map((bytes) =>
  bytes.map((byte) => byte === 0x2f ? 1 : byte || 2)
)
  .filter((bytes) => bytes.some((byte) => byte !== 0x2e));

Deno.test("listFolder sorts by bytes, whether stats are kept or taken later", () => {
  fc.assert(fc.property(fc.uniqueArray(name, { selector: toHex, maxLength: 60 }), (names) => {
    const fs = new MemoryFileSystem();
    const dir = fs.openRoot("/");
    for (const one of names) fs.close(fs.create(dir, one, 0o644));
    const sorted = names.toSorted(compareBytes).map(toHex);
    for (const statsKeptMax of [1000, 10]) {
      const listing = listFolder(fs, dir, statsKeptMax);
      const found = Array.from({ length: listing.count }, (_, i) => listing.entry(i));
      assert.deepEqual(found.map((entry) => toHex(entry.name)), sorted);
      assert.deepEqual(found.map((_, i) => toHex(listing.name(i))), sorted);
      assert.ok(found.every((entry) => entry.stat?.kind === "file"));
      for (const one of names) assert.ok(listing.has(one));
      assert.equal(listing.has(utf8("surely not there")), false);
    }
  }));
});

Deno.test("listFolder of names only says what became of an entry that vanished", () => {
  const fs = new MemoryFileSystem();
  const dir = fs.openRoot("/");
  for (let i = 0; i < 20; i++) fs.close(fs.create(dir, utf8(`${i}`), 0o644));
  const listing = listFolder(fs, dir, 10);
  fs.removeFile(dir, utf8("0"));
  assert.ok(listing.entry(0).failure);
});

Deno.test("listOnly lists what was named, and says of each that is not there why it cannot be looked at", () => {
  const fs = new MemoryFileSystem();
  const dir = fs.openRoot("/");
  for (const one of ["b", "a"]) fs.close(fs.create(dir, utf8(one), 0o644));
  const listing = listOnly(fs, dir, ["b", "none", "a"].map(utf8));
  assert.deepEqual([0, 1, 2].map((i) => toHex(listing.name(i))), ["61", "62", toHex(utf8("none"))]);
  assert.deepEqual([0, 1].map((i) => listing.entry(i).stat?.kind), ["file", "file"]);
  assert.ok(isOsError(listing.entry(2).failure, "ENOENT"));
  assert.equal(listing.count, 3);
});
