// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import fc from "fast-check";
import { utf8, utf8Text } from "../../../mod/base/mod.ts";
import { Sealer } from "../../../mod/crypto/mod.ts";
import { type FrameSealer, JournalFile } from "../../../mod/job/journal_file.ts";
import { openFileSystem } from "../../../mod/platform/mod.ts";
import { MemoryTree } from "../../kit/memory_tree.ts";
import { scratch } from "../../kit/scratch.ts";
import { SeededRandom } from "../../kit/seeded_random.ts";

const random = new SeededRandom(3);
const key = { encrypt: random.bytes(32), macK: random.bytes(16), macR: random.bytes(16) };
const sealer: FrameSealer = new Sealer(key, random);
const FRAMES = ["first", "", "third one", "x".repeat(300)];
const PATH = "/cache/journals/name";

async function open(tree: MemoryTree, by = sealer): Promise<JournalFile> {
  return (await JournalFile.open(tree.fs, "/cache", "name", by))!;
}

async function framesOf(tree: MemoryTree, by = sealer): Promise<string[]> {
  using journal = await open(tree, by);
  return (await Array.fromAsync(journal.frames())).map((frame) => utf8Text(frame));
}

async function append(tree: MemoryTree, frames: readonly string[]): Promise<void> {
  using journal = await open(tree);
  for (const frame of frames) await journal.append(utf8(frame));
}

/** The journal with all frames, and the place where each frame ends, from 0 on. */
async function written(): Promise<{ readonly bytes: Uint8Array; readonly ends: readonly number[] }> {
  const tree = new MemoryTree();
  const ends = [0];
  for (const frame of FRAMES) {
    await append(tree, [frame]);
    ends.push(tree.read(PATH).length);
  }
  return { bytes: tree.read(PATH), ends };
}

Deno.test("JournalFile gives back the frames that were appended, in one go or in several", async () => {
  const tree = new MemoryTree();
  assert.deepEqual(await framesOf(tree), []);
  assert.deepEqual(tree.names("/cache/journals"), [], "reading makes no file");
  await append(tree, FRAMES.slice(0, 2));
  await append(tree, FRAMES.slice(2));
  assert.deepEqual(await framesOf(tree), FRAMES);
  assert.ok(!utf8Text(tree.read(PATH)).includes("third"), "it is sealed");
  assert.equal(tree.fs.openCount, 0);
});

Deno.test("JournalFile torn at any byte is read up to the tear, and written over from there", async () => {
  const { bytes, ends } = await written();
  for (let length = 0; length <= bytes.length; length++) {
    const tree = new MemoryTree().folder("/cache", "/cache/journals").write(PATH, bytes.subarray(0, length));
    const whole = FRAMES.slice(0, ends.findLastIndex((end) => end <= length));
    assert.deepEqual(await framesOf(tree), whole, `torn at ${length}`);
    await append(tree, ["again"]);
    assert.deepEqual(await framesOf(tree), [...whole, "again"], `torn at ${length}`);
  }
});

Deno.test("JournalFile ends before a damaged frame, whatever the damage", async () => {
  const { bytes, ends } = await written();
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
      const damaged = bytes.slice();
      damaged[at]! ^= flip;
      const tree = new MemoryTree().folder("/cache", "/cache/journals").write(PATH, damaged);
      assert.deepEqual(await framesOf(tree), FRAMES.slice(0, ends.findLastIndex((end) => end <= at)));
    }),
    { numRuns: 200 },
  );
});

Deno.test("JournalFile takes no frame of another key, and no memory for a length that lies", async () => {
  const tree = new MemoryTree();
  await append(tree, FRAMES);
  const other = new Sealer({ ...key, encrypt: random.bytes(32), macK: random.bytes(16) }, random);
  assert.deepEqual(await framesOf(tree, other), []);
  tree.write(PATH, Uint8Array.of(0xff, 0xff, 0xff, 0xff, 1, 2, 3));
  assert.deepEqual(await framesOf(tree), []);
});

Deno.test("JournalFile leaves nothing of a longer journal behind what it appends", async () => {
  const { bytes, ends } = await written();
  const damaged = bytes.slice();
  damaged[ends[1]! + 6]! ^= 1;
  const tree = new MemoryTree().folder("/cache", "/cache/journals").write(PATH, damaged);
  await append(tree, ["n"]);
  assert.equal(tree.read(PATH).length, ends[1]! + 4 + 32 + 1);
});

Deno.test("JournalFile.open makes the folders that are missing, for the user alone; relative ones too", async () => {
  for (const folder of ["/cache", "/a/b/c", "/a/b/c/"]) {
    const tree = new MemoryTree();
    using journal = await JournalFile.open(tree.fs, folder, "name", sealer);
    assert.ok(journal, folder);
    await journal.append(utf8("x"));
    assert.deepEqual(tree.names(`${folder}/journals`), ["name"]);
    tree.at(`${folder}/journals`, (dir, name) => assert.equal(tree.fs.stat(dir, name).permissions, 0o700));
    tree.at(`${folder}/journals/name`, (dir, name) => {
      assert.equal(tree.fs.stat(dir, name).permissions, 0o600);
    });
  }
  await using place = await scratch();
  const up = "../".repeat(Deno.cwd().split("/").length - 1).slice(0, -1);
  using journal = await JournalFile.open(openFileSystem(), `${up}${place.path}/new/cache`, "name", sealer);
  await journal!.append(utf8("x"));
  assert.ok((await Deno.stat(`${place.path}/new/cache/journals/name`)).isFile);
});

Deno.test("JournalFile.open gives none where the folder cannot be made", async () => {
  const tree = new MemoryTree().write("/file", "x");
  assert.equal(await JournalFile.open(tree.fs, "/file/cache", "name", sealer), undefined);
  using _rule = tree.fs.failWhen(({ call }) => call === "makeFolder" ? "EROFS" : undefined);
  assert.equal(await JournalFile.open(tree.fs, "/cache", "name", sealer), undefined);
  assert.equal(tree.fs.openCount, 0);
});

Deno.test("JournalFile.frames ends where the file cannot be opened or read", async () => {
  for (const call of ["openWrite", "readAt", "statFd"]) {
    const tree = new MemoryTree();
    await append(tree, FRAMES);
    {
      using _rule = tree.fs.failWhen((act) => act.call === call ? "EIO" : undefined);
      assert.deepEqual(await framesOf(tree), [], call);
    }
    assert.equal(tree.fs.openCount, 0, call);
  }
});

Deno.test("JournalFile.append tells of a failure, and what it could not write does not count", async () => {
  const tree = new MemoryTree();
  await append(tree, ["kept"]);
  {
    using journal = await open(tree);
    tree.fs.failNext(({ call }) => call === "writeAt", "ENOSPC");
    await assert.rejects(journal.append(utf8("lost")), { errno: "ENOSPC" });
    await journal.append(utf8("after"));
  }
  assert.deepEqual(await framesOf(tree), ["kept", "after"]);
});

Deno.test("JournalFile that is ended writes what is being written and keeps its descriptors till then", async () => {
  const tree = new MemoryTree();
  const closed: number[] = [];
  let written = 0;
  const gate = Promise.withResolvers<void>();
  const fs = new Proxy(tree.fs, {
    get(target, name) {
      if (name === "close") return (fd: number) => (closed.push(fd), target.close(fd));
      if (name !== "writeAtAsync") return Reflect.get(target, name).bind(target);
      return async (...call: Parameters<typeof target.writeAtAsync>) => {
        await gate.promise;
        assert.deepEqual(closed, []);
        await target.writeAtAsync(...call);
        written++;
      };
    },
  });
  const journal = (await JournalFile.open(fs, "/cache", "name", sealer))!;
  closed.length = 0;
  const appends = [journal.append(utf8("first")), journal.append(utf8("second"))];
  await new Promise((resolve) => setTimeout(resolve, 0));
  journal[Symbol.dispose]();
  await journal.append(utf8("too late"));
  gate.resolve();
  await Promise.all(appends);
  assert.equal(written, 1);
  assert.equal(closed.length, 2);
  assert.deepEqual(await framesOf(tree), ["first"]);
});

Deno.test("JournalFile.remove takes the file away, also where there is none or it cannot", async () => {
  const tree = new MemoryTree();
  await append(tree, FRAMES);
  using journal = await open(tree);
  tree.fs.failNext(({ call }) => call === "removeFile", "EIO");
  await journal.remove();
  assert.deepEqual(tree.names("/cache/journals"), ["name"]);
  await journal.remove();
  await journal.remove();
  assert.deepEqual(tree.names("/cache/journals"), []);
});
