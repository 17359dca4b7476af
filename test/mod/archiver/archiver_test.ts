// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import {
  Archiver,
  type ArchiveResult,
  type ArchiverOptions,
  type EntryProblem,
} from "../../../mod/archiver/mod.ts";
import { type BlobId, type Clock, MIB, systemClock, utf8, utf8Text } from "../../../mod/base/mod.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import { decodeTree } from "../../../mod/format/mod.ts";
import { type ExcludeRuleOptions, ExcludeRules, type Source } from "../../../mod/source/mod.ts";
import type { MemoryCall } from "../../kit/memory_file_system.ts";
import { MemoryTree, noise } from "../../kit/memory_tree.ts";
import { ToyStore } from "./toy_store.ts";

interface Ran extends ArchiveResult {
  readonly seen: EntryProblem[];
  readonly fates: string[];
  readonly reads: number;
  readonly openings: number;
}

interface RunParts {
  readonly paths?: (string | Uint8Array)[];
  readonly source?: Source;
  readonly parent?: BlobId;
  readonly rules?: ExcludeRuleOptions;
  readonly options?: ArchiverOptions;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
}

/** A disk and a repository, both in memory. */
class House {
  readonly tree = new MemoryTree();
  readonly store = new ToyStore();
  onCall: (call: MemoryCall) => string | undefined = () => undefined;

  async backUp(parts: RunParts = {}): Promise<Ran> {
    const { fs } = this.tree;
    const seen: EntryProblem[] = [];
    const fates: string[] = [];
    let reads = 0, openings = 0;
    const open = fs.openCount;
    using _rule = fs.failWhen((call) => {
      if (call.call === "read" || call.call === "readAt") reads++;
      if (call.call === "openRead") openings++;
      return this.onCall(call);
    });
    const archiver = new Archiver(
      { fs, clock: parts.clock ?? systemClock },
      this.store.needs(fs),
      { ...(parts.parent ? { parentTree: parts.parent } : {}), ...parts.options },
      {
        problem: (problem) => void seen.push(problem),
        entry: ({ fate, path }) => void fates.push(`${fate} ${utf8Text(path)}`),
        note: () => {},
      },
    );
    const paths = (parts.paths ?? ["/"]).map((path) => typeof path === "string" ? utf8(path) : path);
    const source = parts.source ?? { kind: "files", paths };
    const signal = parts.signal ?? new AbortController().signal;
    try {
      const result = await archiver.run(source, new ExcludeRules(parts.rules ?? {}), signal);
      assert.equal(result.problems, seen.length);
      assert.equal(result.complete, seen.length === 0);
      assert.equal(archiver.progress.filesDone, result.counts.files);
      return { ...result, counts: result.counts, seen, fates: fates.sort(), reads, openings };
    } finally {
      assert.equal(fs.openCount, open, "every descriptor is closed");
    }
  }
}

const numbers = ({ counts }: Ran) => ({
  files: [counts.filesNew, counts.filesChanged, counts.filesUnmodified],
  dirs: [counts.dirsNew, counts.dirsChanged, counts.dirsUnmodified],
});

function smallHouse(): House {
  const house = new House();
  house.tree.folder("/home", "/home/ada", "/home/ada/src", "/home/ada/empty")
    .write("/home/ada/a.txt", "alpha").write("/home/ada/src/b.c", "beta").write("/home/ada/src/c.c", "");
  return house;
}

Deno.test("Archiver.run mirrors absolute paths and keeps content and metadata", async () => {
  const house = smallHouse();
  const { fs } = house.tree;
  house.tree.at("/home/ada/l", (dir, name) => fs.makeSymlink(dir, name, Uint8Array.of(0xff, 0x2f)));
  house.tree.at("/home/ada/f", (dir, name) => fs.makeFifo(dir, name, 0o600));
  house.tree.at("/home/ada/s", (dir, name) => fs.makeSocket(dir, name, 0o600));
  house.tree.at("/home/ada/d", (dir, name) => fs.makeDevice(dir, name, "chardev", 259n, 0o600));
  house.tree.at("/home/ada/a.txt", (dir, name) => fs.setXattrOf(dir, name, "user.x", Uint8Array.of(1, 0)));
  const ran = await house.backUp({ paths: ["/home/ada"] });
  assert.equal(ran.complete, true);
  assert.deepEqual(house.store.paths(ran.tree), [
    "/home/",
    "/home/ada/",
    "/home/ada/a.txt",
    "/home/ada/d",
    "/home/ada/empty/",
    "/home/ada/f",
    "/home/ada/l",
    "/home/ada/s",
    "/home/ada/src/",
    "/home/ada/src/b.c",
    "/home/ada/src/c.c",
  ]);
  const node = (...names: string[]) => house.store.node(ran.tree, "home", "ada", ...names)!;
  assert.equal(utf8Text(house.store.content(node("a.txt"))), "alpha");
  assert.deepEqual(node("a.txt").xattrs, [{ name: "user.x", value: Uint8Array.of(1, 0) }]);
  assert.deepEqual(node("src", "c.c").content, []);
  assert.deepEqual([...node("l").linkTarget!], [0xff, 0x2f]);
  assert.deepEqual(["f", "s", "d"].map((name) => node(name).type), ["fifo", "socket", "chardev"]);
  assert.equal(node("d").device, 259n);
  assert.equal(node("a.txt").user, "root");
  assert.equal(node("a.txt").atime, node("a.txt").mtime);
  assert.deepEqual(numbers(ran), { files: [3, 0, 0], dirs: [4, 0, 0] });
  assert.equal(ran.counts.bytes, 9);
});

Deno.test("Archiver.run of an unchanged tree reads nothing and stores nothing", async () => {
  const house = smallHouse();
  const first = await house.backUp({ paths: ["/home/ada"] });
  const saved = house.store.treesSaved, batches = house.store.batches;
  const second = await house.backUp({ paths: ["/home/ada"], parent: first.tree });
  assert.equal(second.tree, first.tree);
  assert.equal(second.reads + second.openings, 0);
  assert.equal(house.store.treesSaved, saved);
  assert.equal(house.store.batches, batches);
  assert.deepEqual(numbers(second), { files: [0, 0, 3], dirs: [0, 0, 4] });
});

Deno.test("Archiver.run finds edits, new files, renames and deletions and reads no others", async () => {
  const house = smallHouse();
  house.tree.write("/home/ada/stays", "same");
  const first = await house.backUp();
  house.tree.write("/home/ada/src/b.c", "BETA").write("/home/ada/new", "n").remove("/home/ada/a.txt")
    .rename("/home/ada/src/c.c", "z.c");
  const second = await house.backUp({ parent: first.tree });
  assert.deepEqual(second.fates, [
    "changed /home/ada/src/b.c",
    "new /home/ada/new",
    "new /home/ada/src/z.c",
    "unchanged /home/ada/stays",
  ]);
  assert.equal(second.openings, 3);
  assert.equal(house.store.node(second.tree, "home", "ada", "a.txt"), undefined);
  assert.equal(
    utf8Text(house.store.content(house.store.node(second.tree, "home", "ada", "src", "b.c"))),
    "BETA",
  );
  assert.deepEqual(numbers(second).dirs, [0, 3, 1]);
  const fresh = await house.backUp();
  assert.equal(second.tree, fresh.tree);
});

Deno.test("Archiver.run notices metadata that changed without content", async () => {
  const house = smallHouse();
  const first = await house.backUp();
  house.tree.at("/home/ada/a.txt", (dir, name) => house.tree.fs.setPermissionsOf(dir, name, 0o4711));
  const second = await house.backUp({ parent: first.tree });
  assert.equal(house.store.node(second.tree, "home", "ada", "a.txt")!.mode & 0o777, 0o711);
  assert.deepEqual(numbers(second).files, [0, 1, 2]);
});

Deno.test("Archiver.run with ignoreCtime reads no file whose metadata alone changed, but stores the metadata", async () => {
  const house = smallHouse();
  const first = await house.backUp();
  house.tree.at("/home/ada/a.txt", (dir, name) => house.tree.fs.setXattrOf(dir, name, "user.n", utf8("1")));
  const second = await house.backUp({ parent: first.tree, options: { ignoreCtime: true } });
  assert.equal(second.openings, 0);
  assert.equal(house.store.node(second.tree, "home", "ada", "a.txt")!.xattrs?.length, 1);
});

Deno.test("Archiver.run with full reads every file and ends with the same tree", async () => {
  const house = smallHouse();
  const first = await house.backUp();
  const saved = house.store.treesSaved;
  const second = await house.backUp({ parent: first.tree, options: { full: true } });
  assert.equal(second.tree, first.tree);
  assert.equal(second.openings, 3);
  assert.equal(house.store.treesSaved, saved);
  assert.deepEqual(numbers(second).files, [0, 0, 3]);
});

Deno.test("Archiver.run reads a file again whose blobs are missing in the repository", async () => {
  const house = smallHouse();
  const first = await house.backUp();
  const [id] = house.store.node(first.tree, "home", "ada", "a.txt")!.content!;
  house.store.blobs.delete(id!);
  const second = await house.backUp({ parent: first.tree });
  assert.equal(second.tree, first.tree);
  assert.equal(second.openings, 1);
  assert.ok(house.store.blobs.has(id!));
});

Deno.test("Archiver.run goes on without a parent's tree that cannot be loaded", async () => {
  const house = smallHouse();
  const first = await house.backUp();
  house.store.blobs.delete(house.store.node(first.tree, "home", "ada", "src")!.subtree!);
  const second = await house.backUp({ parent: first.tree });
  assert.equal(second.tree, first.tree);
  assert.equal(second.complete, true);
});

Deno.test("Archiver.run merges several paths into one tree", async () => {
  const house = smallHouse();
  house.tree.folder("/var").write("/var/x", "x").write("/var/y", "y");
  const ran = await house.backUp({
    paths: ["/var/x", "/home/ada/src", "/home/ada/src/b.c", "/home/ada/a.txt"],
  });
  assert.deepEqual(house.store.paths(ran.tree), [
    "/home/",
    "/home/ada/",
    "/home/ada/a.txt",
    "/home/ada/src/",
    "/home/ada/src/b.c",
    "/home/ada/src/c.c",
    "/var/",
    "/var/x",
  ]);
});

Deno.test("Archiver.run keeps names that are not UTF-8", async () => {
  const house = new House();
  const names = Array.from({ length: 255 }, (_, i) => Uint8Array.of(0x61, i + 1)).filter((name) =>
    name[1] !== 0x2f
  );
  for (const name of names) house.tree.write(Uint8Array.of(0x2f, ...name), name);
  const ran = await house.backUp();
  const nodes = house.store.tree(ran.tree).nodes;
  assert.deepEqual(nodes.map((node) => [...node.name]), names.map((name) => [...name]));
  for (const node of nodes) assert.deepEqual([...house.store.content(node)], [...node.name]);
});

Deno.test("Archiver.run reports what cannot be read and keeps the rest", async () => {
  const house = smallHouse();
  house.tree.folder("/home/ada/closed").write("/home/ada/closed/in", "1").write("/home/ada/secret", "2");
  house.onCall = ({ call, name }) => {
    const text = name ? utf8Text(name) : "";
    if (call === "openRead" && text === "secret") return "EACCES";
    if (call === "openFolder" && text === "closed") return "EACCES";
    return undefined;
  };
  const ran = await house.backUp();
  assert.deepEqual(ran.seen.map(({ code, path }) => [code, utf8Text(path!)]).sort(), [
    ["SG0094", "/home/ada/closed"],
    ["SG0094", "/home/ada/secret"],
  ]);
  assert.ok(ran.seen.every(({ message, path }) => message.includes(utf8Text(path!))));
  const paths = house.store.paths(ran.tree);
  assert.ok(paths.includes("/home/ada/src/b.c") && !paths.includes("/home/ada/secret"));
});

Deno.test("Archiver.run reports a file that vanishes, becomes a fifo or keeps changing", async () => {
  const house = smallHouse();
  const { fs } = house.tree;
  house.tree.write("/gone", "1").write("/pipe", "2").write("/busy", "3");
  let version = 0;
  house.store.beforeBatch = () => {
    house.store.beforeBatch = () => {};
    house.tree.remove("/gone").remove("/pipe").at("/pipe", (dir, name) => fs.makeFifo(dir, name, 0o600));
    house.onCall = ({ call }) => {
      if (call === "read" || call === "readAt") house.tree.write("/busy", `busy ${version++ % 10}`);
      return undefined;
    };
  };
  const ran = await house.backUp();
  const codes = Object.fromEntries(ran.seen.map(({ code, path }) => [utf8Text(path!), code]));
  assert.deepEqual(codes, { "/gone": "SG0094", "/pipe": "SG0094", "/busy": "SG1026" });
  const paths = house.store.paths(ran.tree);
  assert.ok(paths.includes("/busy") && !paths.includes("/gone") && !paths.includes("/pipe"));
  const busy = house.store.node(ran.tree, "busy")!;
  assert.equal(Number(busy.size), house.store.content(busy).length);
});

Deno.test("Archiver.run says SG1009 of a path that does not exist and fails when none does", async () => {
  const house = smallHouse();
  const ran = await house.backUp({ paths: ["/home/bob", "/home/ada"] });
  assert.deepEqual(ran.seen.map((one) => one.code), ["SG1009"]);
  assert.ok(house.store.paths(ran.tree).includes("/home/ada/a.txt"));
  await assert.rejects(house.backUp({ paths: ["/x", "/y"] }), (error) => isSgError(error, "SG1009"));
});

Deno.test("Archiver.run says SG0094 of a named path that goes away before the walk comes to it, folders above it included", async () => {
  for (const gone of ["/home/ada", "/home"]) {
    const house = smallHouse();
    let looked = false;
    house.onCall = ({ call }) => {
      // Seen when it was asked whether it exists, and unmounted then.
      if (call === "openRoot" && !looked) {
        looked = true;
        house.tree.rename(gone, "away");
      }
      return undefined;
    };
    const ran = await house.backUp({ paths: ["/home/ada"] });
    assert.deepEqual(ran.seen.map(({ code, path }) => [code, utf8Text(path!)]), [["SG0094", gone]]);
  }
});

Deno.test("Archiver.run backs up a link that leads nowhere when it was named", async () => {
  const house = smallHouse();
  house.tree.at("/home/l", (dir, name) => house.tree.fs.makeSymlink(dir, name, utf8("/nowhere")));
  const ran = await house.backUp({ paths: ["/home/l"] });
  assert.deepEqual(house.store.paths(ran.tree), ["/home/", "/home/l"]);
});

Deno.test("Archiver.run leaves out what the rules say, but not what was named", async () => {
  const house = smallHouse();
  house.tree.folder("/c", "/c/sub", "/n", "/big", "/cache2").write(
    "/c/CACHEDIR.TAG",
    "Signature: 8a477f597d28d172789f06886806bc55\n#",
  )
    .write("/c/x", "x").write("/cache2/CACHEDIR.TAG", "no").write("/cache2/y", "y")
    .write("/n/.nobackup", "").write("/n/z", "z").write("/big/b", noise(2000)).write("/big/s", "s");
  const ran = await house.backUp({
    paths: ["/", "/home/ada/src/c.c"],
    rules: {
      patterns: ["*.c"],
      patternsIgnoringCase: ["A.TXT"],
      caches: true,
      ifPresent: [".nobackup"],
      largerThan: 1000,
    },
  });
  assert.deepEqual(house.store.paths(ran.tree), [
    ...["/big/", "/big/s", "/c/", "/c/CACHEDIR.TAG", "/cache2/", "/cache2/CACHEDIR.TAG", "/cache2/y"],
    ...[
      "/home/",
      "/home/ada/",
      "/home/ada/empty/",
      "/home/ada/src/",
      "/home/ada/src/c.c",
      "/n/",
      "/n/.nobackup",
    ],
  ]);
  assert.ok(ran.fates.includes("excluded /big/b") && ran.fates.includes("excluded /home/ada/src/b.c"));
});

Deno.test("Archiver.run reads a file with several names once", async () => {
  const house = smallHouse();
  const { fs } = house.tree;
  house.tree.write("/home/one", noise(3 * MIB));
  house.tree.at("/home/one", (dir, name) => {
    fs.makeHardLink(dir, name, dir, utf8("two"));
    house.tree.at("/home/ada/three", (other, third) => fs.makeHardLink(dir, name, other, third));
  });
  const ran = await house.backUp();
  assert.equal(ran.openings, 4);
  const [one, two] = ["one", "two"].map((name) => house.store.node(ran.tree, "home", name)!);
  const three = house.store.node(ran.tree, "home", "ada", "three")!;
  assert.deepEqual(one!.content, two!.content);
  assert.deepEqual(one!.content, three.content);
  assert.equal(one!.links, 3n);
  assert.equal(one!.inode, three.inode);
  assert.notEqual(one!.deviceId, 0n);
});

Deno.test("Archiver.run reads the other names of a file when the first one failed", async () => {
  const house = new House();
  house.tree.write("/a", "x").at("/a", (dir, name) => house.tree.fs.makeHardLink(dir, name, dir, utf8("b")));
  house.onCall = ({ call, name }) =>
    call === "openRead" && name && utf8Text(name) === "a" ? "EIO" : undefined;
  const ran = await house.backUp();
  assert.deepEqual(house.store.paths(ran.tree), ["/b"]);
  assert.equal(ran.seen.length, 1);
});

Deno.test("Archiver.run goes through a tree 3,000 folders deep with few descriptors", async () => {
  const house = new House();
  const { fs } = house.tree;
  let dir = fs.openRoot("/");
  for (let depth = 0; depth < 3000; depth++) {
    for (const name of ["d", "e"]) fs.makeFolder(dir, utf8(name), 0o755);
    const fd = fs.create(dir, utf8("f"), 0o644);
    fs.writeAt(fd, utf8(`${depth}`), 0);
    fs.close(fd);
    const inner = fs.openFolder(dir, utf8("d"));
    fs.close(dir);
    dir = inner;
  }
  fs.close(dir);
  let most = 0;
  house.onCall = () => {
    most = Math.max(most, fs.openCount);
    return undefined;
  };
  const first = await house.backUp();
  assert.ok(most < 500, `${most}`);
  assert.deepEqual(numbers(first), { files: [3000, 0, 0], dirs: [6000, 0, 0] });
  const second = await house.backUp({ parent: first.tree });
  assert.equal(second.tree, first.tree);
  assert.equal(second.complete, true);
});

Deno.test("Archiver.run goes through a folder of 20,000 files and finds the one that changed", async () => {
  const house = new House();
  const { fs } = house.tree;
  house.tree.folder("/many").at("/many/x", (dir) => {
    for (let i = 0; i < 20_000; i++) {
      const fd = fs.create(dir, utf8(`file ${i}`), 0o644);
      if (i % 3 === 0) fs.writeAt(fd, utf8(`${i}`), 0);
      fs.close(fd);
    }
  });
  const first = await house.backUp();
  assert.deepEqual(numbers(first).files, [20_000, 0, 0]);
  house.tree.write("/many/file 777", "other");
  const second = await house.backUp({ parent: first.tree });
  assert.deepEqual(numbers(second).files, [0, 1, 19_999]);
  assert.equal(second.openings, 1);
});

Deno.test("Archiver.run stores a stream as a file and keeps an end that failed out", async () => {
  const house = new House();
  const bytes = noise(3 * MIB);
  const stream = () =>
    new ReadableStream<Uint8Array>({
      start(controller) {
        for (let at = 0; at < bytes.length; at += 70_000) controller.enqueue(bytes.slice(at, at + 70_000));
        controller.close();
      },
    });
  const name = utf8("/dump/db.sql");
  const ran = await house.backUp({ source: { kind: "stream", name, stream: stream() } });
  assert.deepEqual(house.store.paths(ran.tree), ["/dump/", "/dump/db.sql"]);
  assert.deepEqual(house.store.content(house.store.node(ran.tree, "dump", "db.sql")), bytes);
  const again = await house.backUp({ source: { kind: "stream", name, stream: stream() }, parent: ran.tree });
  assert.deepEqual(numbers(again).files, [0, 0, 1]);
  const failed = new Error("exit status 1");
  const finished = Promise.reject(failed);
  finished.catch(() => {});
  await assert.rejects(
    house.backUp({ source: { kind: "stream", name, stream: stream(), finished } }),
    failed,
  );
});

Deno.test("Archiver.run that is stopped lists what is stored, even when the lanes cannot bring home the rest", async () => {
  const house = smallHouse();
  const stop = new AbortController();
  house.store.put(utf8("a blob of a pack that is stored"));
  house.store.beforeFlush = () => new Promise(() => {});
  house.store.beforeBatch = () => stop.abort();
  await assert.rejects(house.backUp({ signal: stop.signal }), { code: "SG1016" });
  assert.equal(house.store.indexed.size, house.store.blobs.size);
});

Deno.test("Archiver.run fails with what the repository throws", async () => {
  const house = smallHouse();
  const broken = new Error("no space");
  house.store.beforeBatch = () => Promise.reject(broken);
  await assert.rejects(house.backUp(), broken);
});

Deno.test("Archiver.run writes trees that the format's reader accepts", async () => {
  const house = smallHouse();
  const ran = await house.backUp();
  const bytes = house.store.blobs.get(ran.tree)!;
  assert.equal(decodeTree(bytes).nodes.length, 1);
});
