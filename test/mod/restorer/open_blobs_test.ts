// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { utf8, utf8Text } from "../../../mod/base/mod.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import type { LaneJob, WholeFile } from "../../../mod/restorer/job.ts";
import { OpenBlobs } from "../../../mod/restorer/open_blobs.ts";
import { idOf } from "./toy_store.ts";

const jobOf = (blobs: LaneJob["blobs"], uses: number[]): LaneJob => ({
  root: 0,
  privileged: false,
  syncs: false,
  folders: [],
  blobs,
  files: uses.map((blob) => ({ blobs: [blob] }) as unknown as WholeFile),
  parts: [],
  checks: [],
});

Deno.test("OpenBlobs opens a shared blob once, even when the opener reuses its buffer", () => {
  const bytes = utf8("onetwo");
  const reused = new Uint8Array(3);
  let opened = 0;
  const job = jobOf([
    { id: idOf(utf8("one")), offset: 0, length: 3, uncompressedLength: 0 },
    { id: idOf(utf8("two")), offset: 3, length: 3, uncompressedLength: 0 },
  ], [0, 1, 0, 1, 0]);
  const blobs = new OpenBlobs(job, bytes, (_id, sealed) => {
    opened++;
    reused.set(sealed);
    return reused;
  });
  assert.deepEqual([0, 1, 0, 1, 0].map((blob) => utf8Text(blobs.open(blob))), [
    "one",
    "two",
    "one",
    "two",
    "one",
  ]);
  assert.equal(opened, 2);
});

Deno.test("OpenBlobs fails for every use of a damaged blob, and for one beyond the bytes", () => {
  const job = jobOf([{ id: idOf(utf8("x")), offset: 2, length: 3, uncompressedLength: 0 }], [0, 0]);
  const blobs = new OpenBlobs(job, new Uint8Array(4), () => assert.fail());
  for (let i = 0; i < 2; i++) assert.throws(() => blobs.open(0), (error) => isSgError(error, "SG1005"));
});

Deno.test("OpenBlobs.skip counts as a use", () => {
  const bytes = utf8("one");
  let opened = 0;
  const job = jobOf([{ id: idOf(bytes), offset: 0, length: 3, uncompressedLength: 0 }], [0, 0, 0]);
  const blobs = new OpenBlobs(job, bytes, (_id, sealed) => {
    opened++;
    return sealed;
  });
  blobs.skip(0);
  assert.equal(utf8Text(blobs.open(0)), "one");
  assert.equal(utf8Text(blobs.open(0)), "one");
  assert.equal(opened, 1);
});
