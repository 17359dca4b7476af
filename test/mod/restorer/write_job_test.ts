// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { systemRandom, utf8 } from "../../../mod/base/mod.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import { decodeResult, encodeJob, type LaneJob } from "../../../mod/restorer/job.ts";
import { FileWriter } from "../../../mod/restorer/mod.ts";
import { MemoryFileSystem } from "../../kit/memory_file_system.ts";
import { makeFolder, paths, stat, text } from "./sight.ts";
import { idOf, openToy } from "./toy_store.ts";

const metadata = { permissions: 0o640, uid: 1, gid: 2, mtime: 5n, atime: 6n, xattrs: [] };
const sealed = new Uint8Array([...new Uint8Array(16), ...utf8("content"), ...new Uint8Array(16)]);

function jobOf(fs: MemoryFileSystem, root: number): LaneJob {
  const { dev, ino } = stat(fs, "/t/d");
  return {
    root,
    privileged: true,
    syncs: false,
    folders: [{ parent: 0, name: utf8("d"), dev, ino }],
    blobs: [{ id: idOf(utf8("content")), offset: 0, length: sealed.length, uncompressedLength: 0 }],
    files: [
      { folder: 1, name: utf8("f"), metadata, blobs: [0, 0], wantsIdentity: true },
      { folder: 0, name: utf8("empty"), metadata, blobs: [], wantsIdentity: false },
    ],
    parts: [],
    checks: [{
      folder: 1,
      name: utf8("f"),
      offset: 7,
      blocks: [{ id: idOf(utf8("content")), length: 7 }, { id: idOf(utf8("more")), length: 4 }],
    }],
  };
}

function target(): MemoryFileSystem {
  const fs = new MemoryFileSystem();
  makeFolder(fs, "/t");
  makeFolder(fs, "/t/d");
  return fs;
}

Deno.test("FileWriter writes whole files below the root it is given, checks others, and keeps nothing open", () => {
  const fs = target();
  const root = fs.openRoot("/t");
  const writer = new FileWriter({ fs, random: systemRandom, openBlob: openToy });
  const result = decodeResult(writer.run(encodeJob(jobOf(fs, root)), sealed));
  fs.close(root);
  assert.deepEqual(result.failures, []);
  assert.equal(result.bytesWritten, 14);
  assert.equal(text(fs, "/t/d/f"), "contentcontent");
  const { dev, ino, permissions, mtime } = stat(fs, "/t/d/f");
  assert.deepEqual(result.identities, [{ item: 0, dev, ino }]);
  assert.deepEqual([permissions, mtime, stat(fs, "/t/empty").size], [0o640, 5n, 0]);
  assert.deepEqual(result.checks.map(({ size, equal }) => [size, [...equal]]), [[14, [1, 0]]]);
  assert.equal(fs.openCount, 0);
});

Deno.test("FileWriter fails alone the files whose folder is another one now", () => {
  const fs = target();
  const root = fs.openRoot("/t");
  const job = jobOf(fs, root);
  const folders = [{ ...job.folders[0]!, ino: 4711n }];
  const writer = new FileWriter({ fs, random: systemRandom, openBlob: openToy });
  const result = decodeResult(writer.run(encodeJob({ ...job, folders }), sealed));
  assert.deepEqual(result.failures.map(({ kind, item, code }) => [kind, item, code]), [[
    "file",
    0,
    "SG1013",
  ]]);
  assert.equal(result.checks[0]!.size, -1);
  assert.deepEqual(paths(fs, "/t"), ["/t/d", "/t/empty"]);
});

Deno.test("FileWriter leaves nothing of a file when any of its calls fails", () => {
  const calls = ["create", "writeAt", "rename", "statFd"];
  for (const failing of calls) {
    const fs = target();
    const root = fs.openRoot("/t");
    const job = encodeJob({ ...jobOf(fs, root), checks: [] });
    const writer = new FileWriter({ fs, random: systemRandom, openBlob: openToy });
    using _rule = fs.failWhen(({ call }) => call === failing ? "EIO" : undefined);
    const { failures } = decodeResult(writer.run(job, sealed));
    assert.ok(failures.some(({ item, code }) => item === 0 && code === "SG1012"), failing);
    assert.ok(!paths(fs, "/t").some((path) => path.includes(".sparegrid") || path === "/t/d/f"), failing);
  }
});

Deno.test("FileWriter opens a blob of zeros once, in all its jobs, and writes none of it to new files", () => {
  const fs = target();
  const root = fs.openRoot("/t");
  const zeros = new Uint8Array(10_000);
  const sealedZeros = new Uint8Array(zeros.length + 32);
  let opened = 0;
  const writer = new FileWriter({
    fs,
    random: systemRandom,
    openBlob(id, bytes) {
      opened++;
      return openToy(id, bytes);
    },
  });
  const bytes = new Uint8Array([...sealed, ...sealedZeros]);
  const job = jobOf(fs, root);
  const blobs = [
    ...job.blobs,
    { id: idOf(zeros), offset: sealed.length, length: sealedZeros.length, uncompressedLength: 0 },
  ];
  const expected = `${"\0".repeat(10_000)}content${"\0".repeat(20_000)}`;
  for (const round of ["first", "second"]) {
    const files = [{ ...job.files[0]!, name: utf8(round), blobs: [1, 0, 1, 1] }];
    const result = decodeResult(
      writer.run(encodeJob({ ...job, blobs, files, parts: [], checks: [] }), bytes),
    );
    assert.deepEqual([result.failures, result.bytesWritten], [[], 30_007]);
    assert.equal(text(fs, `/t/d/${round}`), expected, round);
  }
  assert.equal(opened, 3, "zeros once, the other one in each job");

  // Where something else stands already, zeros count.
  const { dev, ino } = stat(fs, "/t/d/first");
  const part = { folder: 1, name: utf8("first"), dev, ino, blob: 1 };
  const parts = [{ ...part, offset: 5_000, fresh: false }, { ...part, offset: 40_000, fresh: true }];
  const mended = decodeResult(
    writer.run(encodeJob({ ...job, blobs, files: [], parts, checks: [] }), bytes),
  );
  assert.deepEqual([mended.failures, mended.bytesWritten], [[], 20_000]);
  assert.equal(text(fs, "/t/d/first"), "\0".repeat(30_007));
  fs.close(root);
});

Deno.test("FileWriter throws for a job that is none", () => {
  const writer = new FileWriter({ fs: target(), random: systemRandom, openBlob: openToy });
  assert.throws(() => writer.run(new Uint8Array([9, 9]), sealed), (error) => isSgError(error, "SG1023"));
});
