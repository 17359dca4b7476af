// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import fc from "fast-check";
import { utf8 } from "../../../mod/base/mod.ts";
import { isEntryName } from "../../../mod/platform/mod.ts";
import { CStringSlot } from "../../../mod/platform/names.ts";
import { fails } from "../../suite/file_system.ts";

Deno.test("isEntryName takes any bytes but the empty name, dots, slashes and NULs", () => {
  for (const good of ["a", "...", "..a", ".a", "a.", " ", "\\", "C:", "\n"]) {
    assert.ok(isEntryName(utf8(good)), good);
  }
  for (const bad of ["", ".", "..", "/", "a/", "/a", "a\0", "\0"]) assert.ok(!isEntryName(utf8(bad)), bad);
  assert.ok(isEntryName(Uint8Array.of(0xff, 0xfe)));
});

Deno.test("CStringSlot gives exactly the bytes and a NUL, whatever was in it before", () => {
  const slot = new CStringSlot(300);
  fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (bytes) => {
    if (!isEntryName(bytes)) return fails("EINVAL", () => slot.name(bytes, "test"));
    const copy = slot.name(bytes, "test");
    assert.deepEqual([...copy.subarray(0, bytes.length + 1)], [...bytes, 0]);
  }));
});

Deno.test("CStringSlot refuses what is too long or holds a NUL", () => {
  const slot = new CStringSlot(4);
  assert.equal(slot.text(utf8("abcd"), "test")[4], 0);
  fails("ENAMETOOLONG", () => slot.text(utf8("abcde"), "test"));
  fails("EINVAL", () => slot.text(utf8("a\0"), "test"));
});
