// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { CODES, isSgError, SgError, toSgError } from "../../../mod/errors/mod.ts";

Deno.test("SgError takes title, remedy and exit status from its code, or a remedy of the occasion", () => {
  const error = new SgError("SG1002", "Cannot open repository /x: it is not there", {
    context: { path: "/x" },
  });
  assert.equal(error.entry, CODES.SG1002);
  assert.equal(error.remedy, CODES.SG1002.remedy);
  assert.equal(error.exit, 10);
  assert.deepEqual(error.context, { path: "/x" });
  assert.equal(new SgError("SG1002", "x", { remedy: "Do this." }).remedy, "Do this.");
});

Deno.test("isSgError tells codes apart", () => {
  const error = new SgError("SG1001", "x");
  assert.ok(isSgError(error) && isSgError(error, "SG1001"));
  assert.ok(!isSgError(error, "SG1002") && !isSgError(new Error("x")) && !isSgError(undefined));
});

Deno.test("toSgError keeps SgErrors, knows aborts, and calls the rest internal", () => {
  const error = new SgError("SG1001", "x");
  assert.equal(toSgError(error), error);
  assert.equal(toSgError(new DOMException("x", "AbortError")).code, "SG1016");
  const internal = toSgError(new TypeError("no such field"));
  assert.equal(internal.code, "SG1023");
  assert.match(internal.message, /no such field/);
  assert.equal(toSgError("text").code, "SG1023");
});
