// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { equalBytes, utf8, utf8Text } from "../../mod/base/mod.ts";
import { isOsError } from "../../mod/errors/mod.ts";
import type { Fd, FileSystem, FolderEntry } from "../../mod/platform/mod.ts";

/** A file system and an empty folder in it, for one test. */
export interface FileSystemSubject extends AsyncDisposable {
  readonly fs: FileSystem;
  /** Path of the folder. */
  readonly path: string;
}

type Check = (fs: FileSystem, root: Fd, path: string) => void | Promise<void>;

/**
 * What every implementation of the port must do. Each check gets an empty folder. Checks of what a system may lack
 * look at its traits.
 */
export function testFileSystem(
  name: string,
  make: () => FileSystemSubject | Promise<FileSystemSubject>,
): void {
  for (const [sentence, check] of Object.entries(CHECKS)) {
    Deno.test(`${name}: ${sentence}`, async () => {
      await using subject = await make();
      const root = subject.fs.openRoot(subject.path);
      try {
        await check(subject.fs, root, subject.path);
      } finally {
        subject.fs.close(root);
      }
    });
  }
}

/**
 * Above every limit on descriptors. One that a test just closed will not do: test files share a process, and another
 * one's next file gets the same number.
 */
const NEVER_OPEN: Fd = 0x3fff_ffff;

const A = utf8("a");
const B = utf8("b");
const MISSING = utf8("missing");
const SECOND = 1_000_000_000n;

const CHECKS: Record<string, Check> = {
  "openRoot and statPath take a folder's path and say why another fails"(fs, _root, path) {
    assert.equal(fs.statPath(path).kind, "dir");
    assert.equal(fs.statPath(utf8(path)).kind, "dir");
    fs.close(fs.openRoot(utf8(path)));
    fails("ENOENT", () => fs.openRoot(`${path}/missing`));
    fails("ENOENT", () => fs.statPath(`${path}/missing`));
    fails("ENOENT", () => fs.openRoot(""));
  },

  "create makes a new file and refuses a taken name"(fs, root) {
    const fd = fs.create(root, A, 0o600);
    fs.close(fd);
    fails("EEXIST", () => fs.create(root, A, 0o600));
    const stat = fs.stat(root, A);
    assert.equal(stat.kind, "file");
    assert.equal(stat.size, 0);
    assert.equal(stat.links, 1);
    if (fs.traits.posix) assert.equal(stat.permissions, 0o600);
    fs.removeFile(root, A);
    fails("ENOENT", () => fs.stat(root, A));
  },

  "names that are no single entry are refused by every call"(fs, root) {
    for (const text of ["", ".", "..", "a/b", "/", "../x", "a\0b"]) {
      const name = utf8(text);
      fails("EINVAL", () => fs.stat(root, name));
      fails("EINVAL", () => fs.create(root, name, 0o600));
      fails("EINVAL", () => fs.openRead(root, name));
      fails("EINVAL", () => fs.openFolder(root, name));
      fails("EINVAL", () => fs.makeFolder(root, name, 0o700));
      fails("EINVAL", () => fs.removeFile(root, name));
      fails("EINVAL", () => fs.makeSymlink(root, name, A));
    }
    write(fs, root, A, utf8("x"));
    fails("EINVAL", () => fs.rename(root, A, root, utf8("../b")));
    fails("EINVAL", () => fs.makeHardLink(root, A, root, utf8("..")));
  },

  "a name of 255 bytes works and one of 256 fails"(fs, root) {
    const longest = utf8("n".repeat(255));
    write(fs, root, longest, utf8("x"));
    assert.deepEqual(list(fs, root).map(textOf), ["n".repeat(255)]);
    fails("ENAMETOOLONG", () => fs.create(root, utf8("n".repeat(256)), 0o600));
    fails("ENAMETOOLONG", () => fs.create(root, utf8("n".repeat(9000)), 0o600));
  },

  async "writeAt and readAt move bytes to and from any offset"(fs, root) {
    const fd = fs.create(root, A, 0o600);
    try {
      fs.writeAt(fd, utf8("world"), 6);
      await fs.writeAtAsync(fd, utf8("hello "), 0);
      const into = new Uint8Array(20);
      assert.equal(fs.readAt(fd, into, 0), 11);
      assert.equal(utf8Text(into.subarray(0, 11)), "hello world");
      assert.equal(await fs.readAtAsync(fd, into, 6), 5);
      assert.equal(utf8Text(into.subarray(0, 5)), "world");
      assert.equal(fs.readAt(fd, into, 11), 0);
      assert.equal(await fs.readAtAsync(fd, into, 100), 0);
      assert.equal(fs.readAt(fd, new Uint8Array(0), 0), 0);
      assert.equal(fs.statFd(fd).size, 11);
    } finally {
      fs.close(fd);
    }
  },

  "read goes on from its own position, whatever readAt did"(fs, root) {
    write(fs, root, A, utf8("abcdef"));
    using file = opened(fs, fs.openRead(root, A, { noAtime: true }));
    const into = new Uint8Array(4);
    assert.equal(fs.read(file.fd, into), 4);
    assert.equal(utf8Text(into), "abcd");
    assert.equal(fs.readAt(file.fd, new Uint8Array(3), 0), 3);
    assert.equal(fs.read(file.fd, into), 2);
    assert.equal(fs.read(file.fd, into), 0);
  },

  async "a file open for reading cannot be written, and the reason is told by both twins"(fs, root) {
    write(fs, root, A, utf8("abc"));
    using file = opened(fs, fs.openRead(root, A));
    fails("EBADF", () => fs.writeAt(file.fd, utf8("x"), 0));
    await failsAsync("EBADF", fs.writeAtAsync(file.fd, utf8("x"), 0));
    assert.equal(utf8Text(read(fs, root, A)), "abc");
  },

  async "calls on a descriptor that is not open fail with EBADF"(fs) {
    fails("EBADF", () => fs.close(NEVER_OPEN));
    fails("EBADF", () => fs.statFd(NEVER_OPEN));
    fails("EBADF", () => fs.readAt(NEVER_OPEN, new Uint8Array(1), 0));
    await failsAsync("EBADF", fs.readAtAsync(NEVER_OPEN, new Uint8Array(1), 0));
  },

  "truncate shortens and grows by zeros"(fs, root) {
    const fd = fs.create(root, A, 0o600);
    try {
      fs.writeAt(fd, utf8("abcdef"), 0);
      fs.truncate(fd, 2);
      fs.truncate(fd, 4);
    } finally {
      fs.close(fd);
    }
    assert.deepEqual([...read(fs, root, A)], [0x61, 0x62, 0, 0]);
  },

  async "sync works on files and folders, in both twins"(fs, root) {
    const fd = fs.create(root, A, 0o600);
    try {
      fs.writeAt(fd, utf8("x"), 0);
      fs.sync(fd);
      await Promise.all([fs.syncAsync(fd), fs.syncAsync(fd), fs.syncAsync(root)]);
      fs.sync(root);
    } finally {
      fs.close(fd);
    }
    using reading = opened(fs, fs.openRead(root, A));
    await fs.syncAsync(reading.fd);
  },

  "openWrite opens a regular file and nothing else"(fs, root) {
    write(fs, root, A, utf8("abc"));
    {
      using file = opened(fs, fs.openWrite(root, A));
      fs.writeAt(file.fd, utf8("X"), 1);
    }
    assert.equal(utf8Text(read(fs, root, A)), "aXc");
    fs.makeFolder(root, B, 0o700);
    fails("EISDIR", () => fs.openWrite(root, B));
    fs.makeSymlink(root, utf8("link"), A);
    fails("ELOOP", () => fs.openWrite(root, utf8("link")));
    fails("ENOENT", () => fs.openWrite(root, MISSING));
  },

  "symlinks are read and never followed"(fs, root, path) {
    write(fs, root, A, utf8("abc"));
    fs.makeFolder(root, utf8("folder"), 0o700);
    fs.makeSymlink(root, B, A);
    fs.makeSymlink(root, utf8("to folder"), utf8("folder"));
    fs.makeSymlink(root, utf8("dangling"), utf8("../no/where"));
    assert.equal(utf8Text(fs.readSymlink(root, B)), "a");
    assert.equal(utf8Text(fs.readSymlink(root, utf8("dangling"))), "../no/where");
    assert.equal(fs.stat(root, B).kind, "symlink");
    assert.equal(fs.stat(root, B).size, 1);
    assert.equal(fs.stat(root, utf8("dangling")).kind, "symlink");
    fails("ELOOP", () => fs.openRead(root, B));
    fails(["ENOTDIR", "ELOOP"], () => fs.openFolder(root, utf8("to folder")));
    fails("EINVAL", () => fs.readSymlink(root, A));
    fails("ENOENT", () => fs.makeSymlink(root, utf8("empty"), utf8("")));
    assert.equal(fs.statPath(`${path}/b`).kind, "file", "a path that was typed is followed");
    fs.close(fs.openRoot(`${path}/to folder`));
  },

  "hard links share one inode"(fs, root) {
    write(fs, root, A, utf8("abc"));
    fs.makeFolder(root, utf8("sub"), 0o700);
    using sub = opened(fs, fs.openFolder(root, utf8("sub")));
    fs.makeHardLink(root, A, sub.fd, B);
    const [one, two] = [fs.stat(root, A), fs.stat(sub.fd, B)];
    assert.equal(one.ino, two.ino);
    assert.equal(one.dev, two.dev);
    assert.equal(one.links, 2);
    fails("EEXIST", () => fs.makeHardLink(root, A, sub.fd, B));
    fs.removeFile(root, A);
    assert.equal(fs.stat(sub.fd, B).links, 1);
    assert.equal(utf8Text(read(fs, sub.fd, B)), "abc");
  },

  "entries and names give every name once, with its stat"(fs, root) {
    for (let i = 0; i < 300; i++) write(fs, root, utf8(`file ${i}`), utf8("x".repeat(i)));
    fs.makeFolder(root, utf8("sub"), 0o700);
    const entries = list(fs, root);
    assert.equal(entries.length, 301);
    assert.equal(new Set(entries.map(textOf)).size, 301);
    for (const { name, stat } of entries) {
      const expected = utf8Text(name) === "sub" ? "dir" : "file";
      assert.equal(stat?.kind, expected);
      if (expected === "file") assert.equal(`file ${stat?.size}`, utf8Text(name));
    }
    const again = [...fs.names(root)].flat().map(utf8Text).sort();
    assert.deepEqual(again, entries.map(textOf).sort());
  },

  "entries of an empty folder are none, and of a file an error"(fs, root) {
    assert.deepEqual(list(fs, root), []);
    write(fs, root, A, utf8("x"));
    using file = opened(fs, fs.openRead(root, A));
    fails("ENOTDIR", () => list(fs, file.fd));
  },

  "folders are made, entered and removed when empty"(fs, root) {
    fs.makeFolder(root, A, 0o750);
    fails("EEXIST", () => fs.makeFolder(root, A, 0o750));
    {
      using folder = opened(fs, fs.openFolder(root, A));
      fs.makeFolder(folder.fd, B, 0o700);
      fails("ENOTEMPTY", () => fs.removeFolder(root, A));
      fs.removeFolder(folder.fd, B);
    }
    fails(["EISDIR", "EPERM"], () => fs.removeFile(root, A));
    fs.removeFolder(root, A);
    write(fs, root, A, utf8("x"));
    fails("ENOTDIR", () => fs.removeFolder(root, A));
    fails("ENOTDIR", () => fs.openFolder(root, A));
    fails("ENOENT", () => fs.removeFile(root, MISSING));
  },

  "rename replaces a file and moves between folders"(fs, root) {
    write(fs, root, A, utf8("new"));
    write(fs, root, B, utf8("old"));
    fs.rename(root, A, root, B);
    assert.deepEqual(list(fs, root).map(textOf), ["b"]);
    assert.equal(utf8Text(read(fs, root, B)), "new");
    fs.makeFolder(root, utf8("sub"), 0o700);
    using sub = opened(fs, fs.openFolder(root, utf8("sub")));
    fs.rename(root, B, sub.fd, A);
    assert.equal(utf8Text(read(fs, sub.fd, A)), "new");
    fails("ENOENT", () => fs.rename(root, MISSING, root, B));
    fails("ENOTEMPTY", () => {
      fs.makeFolder(root, utf8("other"), 0o700);
      fs.rename(root, utf8("other"), root, utf8("sub"));
    });
  },

  "permissions are set by descriptor and by name, with setuid and sticky"(fs, root) {
    if (!fs.traits.posix) return;
    write(fs, root, A, utf8("x"));
    using file = opened(fs, fs.openRead(root, A));
    for (const permissions of [0o000, 0o400, 0o644, 0o777, 0o4755, 0o2750, 0o1777]) {
      fs.setPermissions(file.fd, permissions);
      assert.equal(fs.statFd(file.fd).permissions, permissions);
    }
    fs.setPermissionsOf(root, A, 0o640);
    assert.equal(fs.stat(root, A).permissions, 0o640);
    fs.makeSymlink(root, B, A);
    fails("EOPNOTSUPP", () => fs.setPermissionsOf(root, B, 0o777));
    assert.equal(fs.stat(root, A).permissions, 0o640, "the link's target was left alone");
  },

  "times are kept to the nanosecond from 1901 to 2400, negative ones too"(fs, root) {
    if (!fs.traits.byDescriptor) return;
    write(fs, root, A, utf8("x"));
    fs.makeSymlink(root, B, A);
    using file = opened(fs, fs.openRead(root, A));
    const times = [
      -2_147_483_648n * SECOND, // 1901, the first second of 32 bits
      // Linux drops the fraction of the very first second that a file system holds: it marks a time cut off.
      -2_147_483_647n * SECOND + 1n,
      -1n,
      -SECOND - 1n,
      -SECOND,
      0n,
      1n,
      999_999_999n,
      1_700_000_000n * SECOND + 123_456_789n,
      4_294_967_296n * SECOND + 7n, // 2106
      9_223_372_036_854_775_807n, // 2262, the last that 64 bits of nanoseconds hold
      9_223_372_037n * SECOND + 5n,
      13_569_465_600n * SECOND + 999_999_999n, // 2400
    ];
    for (const [i, mtime] of times.entries()) {
      const atime = times[(i + 5) % times.length]!;
      fs.setTimes(file.fd, atime, mtime);
      assert.deepEqual(pick(fs.statFd(file.fd)), { atime, mtime });
      fs.setTimesOf(root, B, mtime, atime);
      assert.deepEqual(pick(fs.stat(root, B)), { atime: mtime, mtime: atime });
      assert.deepEqual(pick(fs.stat(root, A)), { atime, mtime }, "the link was not followed");
    }
  },

  "times are set to the second at least"(fs, root) {
    write(fs, root, A, utf8("x"));
    using file = opened(fs, fs.openRead(root, A));
    fs.setTimes(file.fd, 1_000_000_000n * SECOND, 1_700_000_001n * SECOND);
    assert.deepEqual(pick(fs.stat(root, A)), {
      atime: 1_000_000_000n * SECOND,
      mtime: 1_700_000_001n * SECOND,
    });
  },

  "fifos and sockets are made, told apart and opened without waiting"(fs, root) {
    if (!fs.traits.byDescriptor) return;
    fs.makeFifo(root, A, 0o600);
    fs.makeSocket(root, B, 0o600);
    assert.equal(fs.stat(root, A).kind, "fifo");
    assert.equal(fs.stat(root, B).kind, "socket");
    using fifo = opened(fs, fs.openRead(root, A));
    assert.equal(fs.read(fifo.fd, new Uint8Array(1)), 0);
    fails("ENXIO", () => fs.openRead(root, B));
    fs.setPermissionsOf(root, A, 0o644);
    assert.equal(fs.stat(root, A).permissions, 0o644);
    fails("EINVAL", () => fs.openWrite(root, A));
  },

  "extended attributes keep every byte"(fs, root) {
    if (!fs.traits.xattrs) return;
    write(fs, root, A, utf8("x"));
    fs.makeFolder(root, B, 0o700);
    const values = new Map([
      ["user.empty", new Uint8Array(0)],
      ["user.bytes", Uint8Array.from({ length: 256 }, (_, i) => i)],
      ["user.ünï", utf8("x")],
    ]);
    for (const fd of [fs.openRead(root, A), fs.openFolder(root, B)]) {
      using entry = opened(fs, fd);
      assert.deepEqual(fs.xattrs(entry.fd), []);
      for (const [name, value] of values) fs.setXattr(entry.fd, name, value);
      assert.deepEqual(new Map(fs.xattrs(entry.fd).map(({ name, value }) => [name, value])), values);
      fs.setXattr(entry.fd, "user.empty", A);
      fs.removeXattr(entry.fd, "user.bytes");
      fails(["ENODATA", "ENOATTR"], () => fs.removeXattr(entry.fd, "user.bytes"));
      assert.equal(fs.xattrs(entry.fd).length, 2);
    }
    fs.setXattrOf(root, A, "user.byname", B);
    const found = fs.xattrsOf(root, A).find(({ name }) => name === "user.byname");
    assert.ok(found !== undefined && equalBytes(found.value, B));
    fails("ENOENT", () => fs.xattrsOf(root, MISSING));
  },

  "dataRegions covers all data and freeBytes is positive"(fs, root) {
    write(fs, root, A, utf8("abc"));
    using file = opened(fs, fs.openRead(root, A));
    assert.deepEqual(fs.dataRegions(file.fd, 3), [{ offset: 0, length: 3 }]);
    assert.deepEqual(fs.dataRegions(file.fd, 0), []);
    assert.deepEqual(fs.dataRegions(file.fd, 3, 1), [{ offset: 1, length: 2 }]);
    assert.deepEqual(fs.dataRegions(file.fd, 3, 3), []);
    fs.advise(file.fd, "sequential");
    fs.advise(file.fd, "drop");
    assert.ok(fs.freeBytes(root) > 0);
  },

  "names of every byte come back unchanged"(fs, root) {
    if (!fs.traits.byteNames) return;
    const wanted = new Set<string>();
    for (let byte = 1; byte < 256; byte++) {
      if (byte === 0x2f) continue;
      for (const name of [Uint8Array.of(byte), Uint8Array.of(0x6e, byte), Uint8Array.of(byte, 0xff, byte)]) {
        if (name.length === 1 && byte === 0x2e) continue;
        if (wanted.has(name.toHex())) continue;
        wanted.add(name.toHex());
        write(fs, root, name, name);
      }
    }
    const entries = list(fs, root);
    assert.deepEqual(new Set(entries.map(({ name }) => name.toHex())), wanted);
    for (const { name, stat } of entries) {
      assert.equal(stat?.size, name.length);
      assert.ok(equalBytes(read(fs, root, name), name));
    }
  },
};

/** Makes `name` with `content`. */
export function write(fs: FileSystem, dir: Fd, name: Uint8Array, content: Uint8Array): void {
  const fd = fs.create(dir, name, 0o644);
  try {
    fs.writeAt(fd, content, 0);
  } finally {
    fs.close(fd);
  }
}

/** The content of `name`. */
export function read(fs: FileSystem, dir: Fd, name: Uint8Array): Uint8Array {
  const fd = fs.openRead(dir, name);
  try {
    const content = new Uint8Array(fs.statFd(fd).size);
    assert.equal(fs.readAt(fd, content, 0), content.length);
    return content;
  } finally {
    fs.close(fd);
  }
}

/** All entries of a folder. */
export function list(fs: FileSystem, dir: Fd): FolderEntry[] {
  return [...fs.entries(dir)].flat();
}

/** A descriptor that closes with its block. */
export function opened(fs: FileSystem, fd: Fd): Disposable & { readonly fd: Fd } {
  return { fd, [Symbol.dispose]: () => fs.close(fd) };
}

/** Asserts that `action` throws an OsError with one of these numbers. */
export function fails(errnos: string | string[], action: () => unknown): void {
  assert.throws(action, (error) => {
    assert.ok(isOsError(error, ...[errnos].flat()), `expected ${errnos}, got ${error}`);
    return true;
  });
}

/** The same for a promise. */
export async function failsAsync(errnos: string | string[], promise: Promise<unknown>): Promise<void> {
  await assert.rejects(promise, (error) => {
    assert.ok(isOsError(error, ...[errnos].flat()), `expected ${errnos}, got ${error}`);
    return true;
  });
}

function textOf({ name }: FolderEntry): string {
  return utf8Text(name);
}

function pick({ atime, mtime }: { atime: bigint; mtime: bigint }): { atime: bigint; mtime: bigint } {
  return { atime, mtime };
}
