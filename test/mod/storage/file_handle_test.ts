// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import fc from "fast-check";
import { assertHandle, resolveRange } from "../../../mod/storage/file_handle.ts";
import {
  FILE_TYPES,
  filePath,
  type FileType,
  isFileName,
  WHOLE_FILE_BYTES_MAX,
} from "../../../mod/storage/mod.ts";

const ID = "0123456789abcdef".repeat(4);
const file = { type: "data", name: ID } as const;

Deno.test("isFileName takes IDs, and the empty name for config alone", () => {
  for (const type of FILE_TYPES) {
    assert.equal(isFileName(type, ID), type !== "config");
    assert.equal(isFileName(type, ""), type === "config");
    for (const name of [ID.slice(1), `${ID}0`, ID.toUpperCase(), `../${ID.slice(3)}`, `${ID.slice(1)}\n`]) {
      assert.equal(isFileName(type, name), false, `${type}/${name}`);
    }
  }
});

Deno.test("filePath names a file as restic's layout does", () => {
  assert.equal(filePath({ type: "config", name: "" }), "config");
  assert.equal(filePath({ type: "keys", name: ID }), `keys/${ID}`);
});

Deno.test("assertHandle refuses whatever could become another path, and shows no more than a line of it", () => {
  for (const type of FILE_TYPES) assertHandle({ type, name: type === "config" ? "" : ID });
  const refused = [
    { type: "data", name: "../../etc/passwd" },
    { type: "config", name: ID },
    { type: "keys", name: "" },
    { type: "../data" as FileType, name: ID },
    { type: "data", name: "\n".repeat(1e6) },
  ] as const;
  for (const handle of refused) {
    assert.throws(() => assertHandle(handle), (error: Error & { code?: string }) => {
      assert.equal(error.code, "SG1023");
      assert.ok(error.message.length < 300 && !error.message.includes("\n"));
      return true;
    });
  }
});

Deno.test("resolveRange gives bytes inside the file, or an error", () => {
  const size = fc.nat({ max: 1000 });
  const part = fc.record({ offset: fc.nat({ max: 1200 }), length: fc.nat({ max: 1200 }) }, {
    requiredKeys: [],
  });
  fc.assert(fc.property(size, part, (size, range) => {
    const start = range.offset ?? 0;
    const end = start + (range.length ?? Math.max(0, size - start));
    if (end > size) {
      assert.throws(() => resolveRange(file, size, range), { code: "SG1005" });
    } else {
      assert.deepEqual(resolveRange(file, size, range), { offset: start, length: end - start });
    }
  }));
  for (const bad of [{ offset: -1 }, { length: 0.5 }, { offset: NaN }, { length: 2 ** 60 }]) {
    assert.throws(() => resolveRange(file, 10, bad), { code: "SG1023" });
  }
});

Deno.test("WHOLE_FILE_BYTES_MAX bounds what is loaded whole, not what is loaded in parts", () => {
  const size = WHOLE_FILE_BYTES_MAX + 1;
  assert.throws(() => resolveRange(file, size, {}), { code: "SG1017" });
  assert.deepEqual(resolveRange(file, size - 1, {}), { offset: 0, length: WHOLE_FILE_BYTES_MAX });
  assert.deepEqual(resolveRange(file, size, { offset: 1, length: 5 }), { offset: 1, length: 5 });
});
