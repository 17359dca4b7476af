// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import fc from "fast-check";
import { BatchWriter, type FileOutcome, readOutcome, type SavedFile } from "../../../mod/archiver/batch.ts";
import { FileSaver } from "../../../mod/archiver/mod.ts";
import { ByteReader, MIB, toHex, utf8, utf8Text } from "../../../mod/base/mod.ts";
import { ChunkStream, gearTable } from "../../../mod/chunker/mod.ts";
import { sha256Hex } from "../../../mod/crypto/mod.ts";
import type { MemoryCall } from "../../kit/memory_file_system.ts";
import { MemoryTree, noise } from "../../kit/memory_tree.ts";

const SECRET = new Uint8Array(32).fill(3);

/** Saves files of the root folder and keeps what was put. */
class Bench {
  readonly tree = new MemoryTree();
  readonly blobs = new Map<string, Uint8Array>();
  puts = 0;
  read = 0;
  /** Called with every call of the file system: the n-th of its kind. */
  onCall: (call: MemoryCall) => string | undefined = () => undefined;
  readonly #saver = new FileSaver({
    fs: this.tree.fs,
    chunkerSecret: SECRET,
    sink: {
      put: (id, plain) => {
        this.puts++;
        assert.equal(toHex(id), sha256Hex(plain));
        this.blobs.set(toHex(id), plain.slice());
        return this.puts % 2 === 0 ? Promise.resolve() : undefined;
      },
    },
    onRead: (bytes) => this.read += bytes,
  });

  async save(
    ...names: (string | { name: string; offset: number; length: number })[]
  ): Promise<FileOutcome[]> {
    const { fs } = this.tree;
    const folder = fs.openRoot("/");
    const batch = new BatchWriter();
    for (const item of names) {
      const part = typeof item === "string" ? { name: item, offset: 0, length: -1 } : item;
      batch.add({ folder, ...part, name: utf8(part.name) });
    }
    const open = fs.openCount;
    const rule = fs.failWhen((call) => this.onCall(call));
    const answer = new ByteReader(await this.#saver.save(batch.take(), new AbortController().signal));
    rule[Symbol.dispose]();
    assert.equal(fs.openCount, open, "every file is closed");
    fs.close(folder);
    const outcomes = names.map(() => readOutcome(answer));
    assert.equal(answer.done, true);
    return outcomes;
  }

  async saveOne(name: string): Promise<SavedFile> {
    const [outcome] = await this.save(name);
    assert.ok(outcome!.kind === "saved" || outcome!.kind === "changed", outcome!.kind);
    return outcome as SavedFile;
  }

  content(file: SavedFile): Uint8Array {
    const parts: Uint8Array[] = [];
    for (let at = 0; at < file.content.length; at += 32) {
      parts.push(this.blobs.get(toHex(file.content.subarray(at, at + 32)))!);
    }
    return new Uint8Array(parts.flatMap((part) => [...part]));
  }
}

/** IDs as the chunker alone would cut the bytes. */
function plainIds(bytes: Uint8Array): string[] {
  const stream = new ChunkStream(undefined, gearTable(SECRET));
  const ids: string[] = [];
  let at = 0, ended = false;
  for (;;) {
    const chunk = stream.next();
    if (chunk) ids.push(sha256Hex(chunk));
    else if (ended) return ids;
    else if (at === bytes.length) {
      stream.end();
      ended = true;
    } else {
      const space = stream.space();
      const part = bytes.subarray(at, at + space.length);
      space.set(part);
      stream.filled(part.length);
      at += part.length;
    }
  }
}

function idsOf(file: SavedFile): string[] {
  return Array.from(
    { length: file.content.length / 32 },
    (_, i) => toHex(file.content.subarray(i * 32, i * 32 + 32)),
  );
}

Deno.test("FileSaver.save answers every file of a batch in order", async () => {
  const bench = new Bench();
  bench.tree.write("/a", "hello").write("/empty", "").write("/big", noise(3 * MIB)).write("/z", "bye");
  const outcomes = await bench.save("z", "big", "missing", "empty", "a");
  assert.deepEqual(outcomes.map((one) => one.kind), ["saved", "saved", "failed", "saved", "saved"]);
  const [z, big, , empty, a] = outcomes as SavedFile[];
  assert.equal(utf8Text(bench.content(z!)), "bye");
  assert.equal(utf8Text(bench.content(a!)), "hello");
  assert.equal(empty!.content.length, 0);
  assert.deepEqual(idsOf(big!), plainIds(noise(3 * MIB)));
  assert.equal(big!.bytes, 3 * MIB);
  assert.equal(bench.read, 3 * MIB + 8);
});

Deno.test("FileSaver.save carries the stat and the extended attributes", async () => {
  const bench = new Bench();
  bench.tree.write("/a", "x").edit("/a", (fd) => bench.tree.fs.setXattr(fd, "user.k", Uint8Array.of(0, 1)));
  const file = await bench.saveOne("a");
  assert.deepEqual(file.xattrs, [{ name: "user.k", value: Uint8Array.of(0, 1) }]);
  const stat = bench.tree.at("/a", (dir, name) => bench.tree.fs.stat(dir, name));
  assert.deepEqual({ ...file.stat, atime: 0n }, { ...stat, atime: 0n });
});

Deno.test("FileSaver.save keeps the content when extended attributes cannot be read", async () => {
  const bench = new Bench();
  bench.tree.write("/a", "x");
  bench.onCall = (call) => call.call === "xattrs" ? "EACCES" : undefined;
  const file = await bench.saveOne("a");
  assert.equal(utf8Text(bench.content(file)), "x");
  assert.notEqual(file.xattrFailure, "");
});

Deno.test("FileSaver.save never reads from what is not a regular file", async () => {
  const bench = new Bench();
  const { fs } = bench.tree;
  bench.tree.folder("/dir").at("/fifo", (dir, name) => fs.makeFifo(dir, name, 0o600));
  bench.tree.at("/link", (dir, name) => fs.makeSymlink(dir, name, utf8("/dir")));
  bench.onCall = (call) => {
    assert.ok(!call.call.startsWith("read"), call.call);
    return undefined;
  };
  const outcomes = await bench.save("fifo", "dir", "link");
  assert.ok(outcomes.every((one) => one.kind === "notFile" || one.kind === "failed"));
});

Deno.test("FileSaver.save reads a file again that changed once while it was read", async () => {
  for (const length of [10, 3 * MIB]) {
    const bench = new Bench();
    bench.tree.write("/a", noise(length, 1));
    let reads = 0;
    bench.onCall = (call) => {
      if (call.call.startsWith("read") && ++reads === 1) bench.tree.write("/a", noise(length, 2));
      return undefined;
    };
    const file = await bench.saveOne("a");
    assert.equal(file.kind, "saved");
    assert.deepEqual(idsOf(file), plainIds(noise(length, 2)));
  }
});

Deno.test("FileSaver.save says changed of a file that keeps changing, and keeps its last content", async () => {
  for (const length of [10, 2 * MIB]) {
    const bench = new Bench();
    bench.tree.write("/a", noise(length));
    let opens = 0, version = 2;
    bench.onCall = (call) => {
      if (call.call === "openRead") opens++;
      if (call.call.startsWith("read")) bench.tree.write("/a", noise(length, version++));
      return undefined;
    };
    const file = await bench.saveOne("a");
    assert.equal(file.kind, "changed");
    assert.equal(file.bytes, length);
    assert.ok(opens >= 4 && opens <= 5, `${opens}`);
    assert.ok(idsOf(file).every((id) => bench.blobs.has(id)));
  }
});

Deno.test("FileSaver.save ends on a file that grows for ever", async () => {
  const bench = new Bench();
  bench.tree.write("/log", noise(2 * MIB));
  let size = 2 * MIB;
  bench.onCall = (call) => {
    if (call.call.startsWith("read")) {
      bench.tree.edit("/log", (fd) => bench.tree.fs.writeAt(fd, noise(MIB), size));
      size += MIB;
    }
    return undefined;
  };
  assert.equal((await bench.saveOne("log")).kind, "changed");
});

Deno.test("FileSaver.save takes a file that shrinks as changed and then as it is", async () => {
  const bench = new Bench();
  bench.tree.write("/a", noise(2 * MIB));
  let reads = 0;
  bench.onCall = (call) => {
    if (call.call.startsWith("read") && ++reads === 1) {
      bench.tree.edit("/a", (fd) => bench.tree.fs.truncate(fd, 5));
    }
    return undefined;
  };
  const file = await bench.saveOne("a");
  assert.equal(file.kind, "saved");
  assert.equal(file.bytes, 5);
});

Deno.test("FileSaver.save says failed of a file that vanishes or cannot be read on", async () => {
  const bench = new Bench();
  bench.tree.write("/a", noise(2 * MIB)).write("/b", "b");
  bench.onCall = (call) => call.call === "readAt" ? "EIO" : undefined;
  const [a, b] = await bench.save("a", "b");
  assert.equal(a!.kind, "failed");
  assert.equal((a as { errno: string }).errno, "EIO");
  assert.equal(b!.kind, "saved");
});

Deno.test("FileSaver.save cuts holes as if they were read as zeros, without reading them", async () => {
  const islands: [number, Uint8Array][] = [[0, noise(100_000, 5)], [21 * MIB + 12_345, noise(2 * MIB, 6)]];
  const size = 60 * MIB + 7;
  const bench = new Bench();
  const { fs } = bench.tree;
  bench.tree.write("/sparse", "").edit("/sparse", (fd) => {
    for (const [at, data] of islands) fs.writeAt(fd, data, at);
    fs.truncate(fd, size);
  });
  const whole = new Uint8Array(size);
  for (const [at, data] of islands) whole.set(data, at);
  const stat = bench.tree.at("/sparse", (dir, name) => fs.stat(dir, name));
  const file = await bench.saveOne("sparse");
  assert.equal(file.bytes, size);
  assert.deepEqual(idsOf(file), plainIds(whole));
  if (stat.allocated < stat.size) assert.ok(bench.read < 4 * MIB, `${bench.read} bytes read`);
});

Deno.test("FileSaver.save saves a part of a file", async () => {
  const bench = new Bench();
  const whole = noise(4 * MIB);
  bench.tree.write("/a", whole);
  const [first, second] = await bench.save(
    { name: "a", offset: 0, length: 3 * MIB },
    { name: "a", offset: 3 * MIB, length: -1 },
  ) as SavedFile[];
  assert.deepEqual(idsOf(first!), plainIds(whole.subarray(0, 3 * MIB)));
  assert.deepEqual(idsOf(second!), plainIds(whole.subarray(3 * MIB)));
});

Deno.test("FileSaver.save ends with the signal's reason", async () => {
  const tree = new MemoryTree();
  const saver = new FileSaver({ fs: tree.fs, chunkerSecret: SECRET, sink: { put: () => {} } });
  const batch = new BatchWriter();
  batch.add({ folder: tree.fs.openRoot("/"), name: utf8("x"), offset: 0, length: -1 });
  const reason = new Error("stop");
  await assert.rejects(saver.save(batch.take(), AbortSignal.abort(reason)), reason);
});

Deno.test("FileSaver.save passes on what the sink throws", async () => {
  const tree = new MemoryTree().write("/x", "1");
  const broken = new Error("no room");
  const saver = new FileSaver({
    fs: tree.fs,
    chunkerSecret: SECRET,
    sink: { put: () => Promise.reject(broken) },
  });
  const batch = new BatchWriter();
  batch.add({ folder: tree.fs.openRoot("/"), name: utf8("x"), offset: 0, length: -1 });
  await assert.rejects(saver.save(batch.take()), broken);
});

Deno.test("FileSaver.save stores one state of a file that is changed at any moment, or says changed", async () => {
  const version = fc.record({
    length: fc.constantFrom(0, 1, 500, 600_000, 2 * MIB),
    how: fc.constantFrom("write", "replace"),
  });
  const moments = fc.array(fc.nat(14), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(version, { minLength: 9, maxLength: 9 }),
      moments,
      async (versions, changes) => {
        const bench = new Bench();
        const content = (number: number) => new Uint8Array(versions[number]!.length).fill(number + 1);
        let number = 0, calls = 0;
        bench.tree.write("/a", content(0));
        let busy = false;
        bench.onCall = () => {
          if (busy || !changes.includes(calls++)) return undefined;
          busy = true;
          number++;
          if (versions[number]!.how === "replace") bench.tree.write("/b", content(number)).rename("/b", "a");
          else bench.tree.write("/a", content(number));
          busy = false;
          return undefined;
        };
        const file = await bench.saveOne("a");
        if (file.kind === "changed") return assert.ok(number > 0);
        const states = Array.from({ length: number + 1 }, (_, i) => plainIds(content(i)).join());
        assert.ok(states.includes(idsOf(file).join()), "the content is one state");
        assert.equal(file.stat.size, file.bytes);
      },
    ),
    { numRuns: 60 },
  );
});
