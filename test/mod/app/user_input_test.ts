// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { readNamedFile } from "../../../mod/app/user_input.ts";
import { isSgError } from "../../../mod/errors/mod.ts";

Deno.test("readNamedFile names the file and what it was for", async () => {
  const file = { what: "password file", code: "SG1024", bytesMax: 10 } as const;
  await assert.rejects(
    readNamedFile("/no/such", file),
    (error) =>
      isSgError(error, "SG1024") &&
      error.message === "Cannot read password file /no/such: there is no such file",
  );
});
