// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import fc from "fast-check";
import { type SnapshotId, utf8, utf8Text } from "../../../mod/base/mod.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import { decodeSnapshot, encodeSnapshot, type Snapshot } from "../../../mod/format/mod.ts";
import { answersOrRefuses, BLOB_ID, COUNT, hostileBytes, INSTANT, TEXT, U32, WORD } from "./_arbitraries.ts";

const ID = "0a".repeat(32);
const SNAPSHOT_ID = BLOB_ID as unknown as fc.Arbitrary<SnapshotId>;
const PLAIN = { time: "2021-01-01T00:00:00Z", tree: ID, paths: ["/a"] };
const plain = (changes: Record<string, unknown> = {}) => utf8(JSON.stringify({ ...PLAIN, ...changes }));

const SUMMARY: NonNullable<Snapshot["summary"]> = {
  backupStart: 0n,
  backupEnd: 1n,
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
  totalBytesProcessed: 12,
};

const SNAPSHOT = fc.record({
  time: INSTANT,
  parent: SNAPSHOT_ID,
  tree: BLOB_ID,
  paths: fc.array(TEXT, { maxLength: 3 }),
  hostname: WORD,
  username: WORD,
  uid: U32,
  gid: U32,
  excludes: fc.array(TEXT, { minLength: 1, maxLength: 3 }),
  tags: fc.array(TEXT, { minLength: 1, maxLength: 3 }),
  original: SNAPSHOT_ID,
  programVersion: WORD,
  summary: fc.record(
    Object.fromEntries(
      Object.entries(SUMMARY).map(([name, value]) => [name, typeof value === "bigint" ? INSTANT : COUNT]),
    ) as unknown as { [K in keyof typeof SUMMARY]: fc.Arbitrary<(typeof SUMMARY)[K]> },
    { noNullPrototype: true },
  ),
}, { requiredKeys: ["time", "tree", "paths", "uid", "gid"], noNullPrototype: true });

Deno.test("encodeSnapshot writes the fields in restic's order and leaves out what is empty", () => {
  const id = ID as SnapshotId;
  const least: Snapshot = { time: 0n, tree: ID as Snapshot["tree"], paths: [] };
  assert.equal(utf8Text(encodeSnapshot(least)), `{"time":"1970-01-01T00:00:00Z","tree":"${ID}","paths":[]}`);
  const empty = { hostname: "", username: "", uid: 0, gid: 0, excludes: [], tags: [], programVersion: "" };
  assert.deepEqual(encodeSnapshot({ ...least, ...empty }), encodeSnapshot(least));
  const most = {
    ...least,
    parent: id,
    original: id,
    hostname: "h",
    username: "u",
    uid: 1,
    gid: 2,
    excludes: ["e"],
  };
  assert.equal(
    utf8Text(encodeSnapshot({ ...most, tags: ["t"], programVersion: "p", summary: SUMMARY })),
    `{"time":"1970-01-01T00:00:00Z","parent":"${ID}","tree":"${ID}","paths":[],"hostname":"h","username":"u",` +
      `"uid":1,"gid":2,"excludes":["e"],"tags":["t"],"original":"${ID}","program_version":"p","summary":{` +
      '"backup_start":"1970-01-01T00:00:00Z","backup_end":"1970-01-01T00:00:00.000000001Z","files_new":1,' +
      '"files_changed":2,"files_unmodified":3,"dirs_new":4,"dirs_changed":5,"dirs_unmodified":6,"data_blobs":7,' +
      '"tree_blobs":8,"data_added":9,"data_added_packed":10,"total_files_processed":11,"total_bytes_processed":12}}',
  );
});

Deno.test("decodeSnapshot gives back what encodeSnapshot wrote", () => {
  fc.assert(fc.property(SNAPSHOT, (snapshot) => {
    assert.deepEqual(decodeSnapshot(encodeSnapshot(snapshot as Snapshot)), snapshot);
  }));
});

Deno.test("decodeSnapshot refuses what cannot be a snapshot", () => {
  const wrong = ["", "null", "[]", "{}", "7"].map(utf8);
  for (
    const name of ["time", "tree", "parent", "original", "summary", "hostname", "username", "program_version"]
  ) {
    for (const value of [1, [], { a: 1 }, true]) wrong.push(plain({ [name]: value }));
  }
  for (const name of ["paths", "excludes", "tags"]) {
    for (const value of [1, "x", {}, [1], [null], [["x"]]]) wrong.push(plain({ [name]: value }));
  }
  for (const value of [-1, 0.5, 2 ** 32, "0", []]) wrong.push(plain({ uid: value }), plain({ gid: value }));
  wrong.push(plain({ time: null }), plain({ time: "x" }), plain({ tree: null }), plain({ tree: "" }));
  for (const bytes of wrong) {
    assert.throws(() => decodeSnapshot(bytes), (error) => isSgError(error, "SG1005"), utf8Text(bytes));
  }
  assert.equal(decodeSnapshot(plain({ parent: null, tags: null, later: 1, paths: null })).paths.length, 0);
});

Deno.test("decodeSnapshot answers or refuses any bytes", () => {
  const good = encodeSnapshot({ ...decodeSnapshot(plain({ tags: ["x"] })), summary: SUMMARY });
  fc.assert(fc.property(hostileBytes(good), (bytes) => answersOrRefuses(() => decodeSnapshot(bytes))), {
    numRuns: 500,
  });
});
