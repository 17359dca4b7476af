// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { sharesFileSystem } from "../../../mod/app/same_drive.ts";
import { scratch } from "../../kit/scratch.ts";

Deno.test("sharesFileSystem compares a folder's drive with a path's, and knows that servers are elsewhere", async () => {
  await using folder = await scratch();
  assert.equal(sharesFileSystem(folder.path, `${folder.path}/..`), true);
  assert.equal(sharesFileSystem(folder.path, "/proc"), false);
  assert.equal(sharesFileSystem("rest:https://nas:8000/", folder.path), false);
  assert.equal(sharesFileSystem(folder.path, "/no/such/path"), false);
});
