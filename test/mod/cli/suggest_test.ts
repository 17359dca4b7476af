// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { suggest } from "../../../mod/cli/suggest.ts";

Deno.test("suggest finds what was meant", () => {
  const words = ["backup", "restore", "snapshots", "exclude-file"];
  assert.equal(suggest("bakcup", words), "backup");
  assert.equal(suggest("restor", words), "restore");
  assert.equal(suggest("snap", words), "snapshots");
  assert.equal(suggest("exclude-fiel", words), "exclude-file");
});

Deno.test("suggest says nothing where nothing is near", () => {
  assert.equal(suggest("frobnicate", ["backup", "restore"]), undefined);
  assert.equal(suggest("x".repeat(10_000), ["backup"]), undefined);
});
