// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { Arguments } from "../../../mod/cli/arguments.ts";
import {
  entryLine,
  entryObject,
  shortId,
  snapshotFilter,
  snapshotObject,
  snapshotRow,
  summaryObject,
  tagList,
} from "../../../mod/cli/selection.ts";
import type { BlobId } from "../../../mod/base/mod.ts";
import { someId, someNode } from "../../kit/cli_stage.ts";

const summary = {
  backupStart: 0n,
  backupEnd: 1_000_000_000n,
  filesNew: 1,
  filesChanged: 2,
  filesUnmodified: 3,
  dirsNew: 4,
  dirsChanged: 5,
  dirsUnmodified: 6,
  dataBlobs: 7,
  treeBlobs: 8,
  dataAdded: 9,
  dataAddedPacked: 10,
  totalFilesProcessed: 11,
  totalBytesProcessed: 2048,
};
const named = {
  id: someId("ab"),
  snapshot: {
    time: 0n,
    tree: "t" as BlobId,
    paths: ["/a", "/b"],
    hostname: "h\x1b",
    tags: ["x", "y"],
    summary,
  },
};

Deno.test("snapshotFilter joins repeated options; an empty host means any", () => {
  const args = new Arguments(
    "ls",
    [],
    new Map([["host", ["a", ""]], ["tag", ["x,y", "z"]], ["path", ["/p"]]]),
  );
  assert.deepEqual(snapshotFilter(args), { hosts: ["a"], tags: [["x", "y"], ["z"]], paths: ["/p"] });
  assert.deepEqual(snapshotFilter(new Arguments("ls", [], new Map())), {});
});

Deno.test("tagList drops blanks and empty tags", () => {
  assert.deepEqual(tagList(" a, b,,"), ["a", "b"]);
});

Deno.test("snapshotObject and summaryObject have restic's fields", () => {
  const object = snapshotObject(named);
  assert.equal(object["short_id"], shortId(named.id));
  assert.equal(object["time"], "1970-01-01T00:00:00Z");
  assert.deepEqual(object["summary"], summaryObject(summary));
  assert.equal(summaryObject(summary)["data_added_packed"], 10);
});

Deno.test("snapshotRow puts paths and tags below one another and escapes names", () => {
  const row = snapshotRow(named);
  assert.equal(row[0], "abababab");
  assert.deepEqual(row.slice(2), ["h\\x1b", "x\ny", "/a\n/b", "2.000 KiB"]);
});

Deno.test("entryLine shows the path, or with long the mode, owner, size, time and target", () => {
  const path = new TextEncoder().encode("/d/l");
  const node = someNode("l", { type: "symlink", linkTarget: new TextEncoder().encode("t\n") });
  assert.equal(entryLine({ path, node }, false), "/d/l");
  assert.match(entryLine({ path, node }, true), /^-rw-r--r-- {2}1000 {3}100 {12}0 .* \/d\/l -> t\\x0a$/);
});

Deno.test("entryObject keeps names that are not UTF-8 in base64", () => {
  const object = entryObject({ path: Uint8Array.of(0x2f, 0xff), node: someNode(Uint8Array.of(0xff)) });
  assert.deepEqual([object["path"], object["path_bytes"], object["size"]], ["/\ufffd", "L/8=", 5n]);
});
