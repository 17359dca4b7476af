// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { isOsError, OsError } from "../../../mod/errors/mod.ts";

Deno.test("OsError keeps the error number, the call and the cause", () => {
  const cause = new Error("below");
  const error = new OsError("ENOENT", "openat", "no such file", { cause });
  assert.deepEqual([error.errno, error.call, error.message, error.cause], [
    "ENOENT",
    "openat",
    "no such file",
    cause,
  ]);
});

Deno.test("isOsError tells error numbers apart", () => {
  const error = new OsError("EEXIST", "mkdirat", "it exists");
  assert.ok(isOsError(error) && isOsError(error, "ENOENT", "EEXIST"));
  assert.ok(!isOsError(error, "ENOENT") && !isOsError(new Error("EEXIST")));
});
