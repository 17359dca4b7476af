// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import type { FileOutcome, SavedFile } from "../../../mod/archiver/batch.ts";
import { FileParts, PART_BYTES } from "../../../mod/archiver/file_task.ts";
import type { Stat } from "../../../mod/platform/mod.ts";

const stat = { ino: 1n, dev: 1n, size: 2 * PART_BYTES + 5, mtime: 1n, ctime: 1n } as Stat;

function part(index: number, changes: Partial<SavedFile> = {}): SavedFile {
  return {
    ...{ kind: "saved", stat, bytes: index === 2 ? 5 : PART_BYTES, xattrs: [], xattrFailure: "" },
    ...{ content: new Uint8Array(32).fill(index), ...changes },
  };
}

function join(outcomes: FileOutcome[], again = 0): FileOutcome | "again" | undefined {
  const parts = new FileParts(outcomes.length, again);
  const order = [2, 0, 1];
  const results = order.map((i) => parts.take(i * PART_BYTES, outcomes[i]!));
  assert.deepEqual(results.slice(0, 2), [undefined, undefined]);
  return results[2];
}

Deno.test("FileParts.take joins the parts in order once all are there", () => {
  const whole = join([part(0), part(1), part(2)]) as SavedFile;
  assert.equal(whole.kind, "saved");
  assert.equal(whole.bytes, stat.size);
  assert.deepEqual([0, 32, 64].map((at) => whole.content[at]), [0, 1, 2]);
});

Deno.test("FileParts.take asks for another try when the parts are of different moments, three times", () => {
  const other = part(1, { stat: { ...stat, mtime: 2n } });
  assert.equal(join([part(0), other, part(2)]), "again");
  assert.equal(join([part(0), part(1), part(2, { bytes: 4 })], 2), "again");
  assert.equal((join([part(0), other, part(2)], 3) as SavedFile).kind, "changed");
});

Deno.test("FileParts.take gives the failure of a part", () => {
  const failed: FileOutcome = { kind: "failed", errno: "EIO", message: "input/output error" };
  assert.equal(join([part(0), failed, part(2)]), failed);
});
