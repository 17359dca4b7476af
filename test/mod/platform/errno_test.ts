// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { isOsError } from "../../../mod/errors/mod.ts";
import { errnoName, LINUX_ERRNO, MACOS_ERRNO } from "../../../mod/platform/errno.ts";
import { osError } from "../../../mod/platform/mod.ts";

Deno.test("osError names the number, the call and the entry in a user's words", () => {
  const error = osError("ENOSPC", "write", new TextEncoder().encode("a.txt"));
  assert.ok(isOsError(error, "ENOSPC"));
  assert.equal(error.call, "write");
  assert.equal(error.message, 'no space left on the drive (write "a.txt": ENOSPC)');
  assert.equal(osError("EWEIRD", "x").message, "failed (x: EWEIRD)");
});

Deno.test("errnoName knows both systems' numbers and names the rest by number", () => {
  assert.equal(errnoName(LINUX_ERRNO, 40), "ELOOP");
  assert.equal(errnoName(MACOS_ERRNO, 62), "ELOOP");
  assert.equal(errnoName(LINUX_ERRNO, 9999), "E9999");
});
