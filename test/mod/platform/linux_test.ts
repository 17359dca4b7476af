// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { utf8 } from "../../../mod/base/mod.ts";
import { isRoot, openPath } from "../../../mod/platform/mod.ts";
import { LinuxFileSystem } from "../../../mod/platform/linux.ts";
import { inFreshProcess } from "../../kit/fresh_process.ts";
import { scratch } from "../../kit/scratch.ts";
import { fails, failsAsync, list, opened, read, testFileSystem, write } from "../../suite/file_system.ts";

const LINUX = Deno.build.os === "linux";
const A = utf8("a");

if (LINUX) {
  testFileSystem("LinuxFileSystem", async () => {
    const folder = await scratch();
    return {
      fs: new LinuxFileSystem(),
      path: folder.path,
      [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
    };
  });
}

/** Runs `check` in an empty folder; `root: true` marks what needs root. */
function linuxTest(
  name: string,
  check: (fs: LinuxFileSystem, root: number, path: string) => void | Promise<void>,
  { asRoot = false } = {},
): void {
  Deno.test({
    name: `LinuxFileSystem ${name}${asRoot ? " (needs root)" : ""}`,
    ignore: !LINUX || (asRoot && !isRoot()),
    async fn() {
      await using folder = await scratch();
      const fs = new LinuxFileSystem();
      using root = opened(fs, fs.openRoot(folder.path));
      await check(fs, root.fd, folder.path);
    },
  });
}

linuxTest("agrees with Deno.lstat about every field that Deno tells", (fs, root, path) => {
  write(fs, root, A, utf8("hello"));
  const ours = fs.stat(root, A);
  const theirs = Deno.lstatSync(`${path}/a`);
  assert.equal(ours.size, theirs.size);
  assert.equal(ours.permissions, theirs.mode! & 0o7777);
  assert.equal(ours.dev, BigInt(theirs.dev));
  assert.equal(ours.ino, BigInt(theirs.ino!));
  assert.equal(ours.links, theirs.nlink);
  assert.equal(ours.uid, theirs.uid);
  assert.equal(ours.allocated, theirs.blocks! * 512);
  assert.equal(ours.mtime / 1_000_000n, BigInt(theirs.mtime!.getTime()));
});

linuxTest("walks and opens paths of more than 4,096 bytes", (fs, root, path) => {
  const step = "d".repeat(200);
  let dir = root;
  for (let i = 0; i < 60; i++) {
    fs.makeFolder(dir, utf8(step), 0o700);
    const next = fs.openFolder(dir, utf8(step));
    if (dir !== root) fs.close(dir);
    dir = next;
  }
  write(fs, dir, A, utf8("deep"));
  const inode = fs.statFd(dir).ino;
  fs.close(dir);
  const long = `${path}/${Array(60).fill(step).join("//")}///`;
  assert.ok(long.length > 12_000);
  assert.equal(fs.statPath(long).ino, inode);
  assert.equal(fs.statPath(`${long}a`).size, 4);
  for (const open of [(p: string) => fs.openRoot(p), (p: string) => openPath(fs, p)]) {
    using deep = opened(fs, open(long));
    assert.equal(fs.statFd(deep.fd).ino, inode);
  }
  fails("ENOENT", () => openPath(fs, `${long}missing`));
  fails("ENAMETOOLONG", () => openPath(fs, "x".repeat(5000)));
  fails("ENAMETOOLONG", () => fs.statPath(`${path}/${"x".repeat(5000)}`));
});

linuxTest("finds the holes of a sparse file and keeps the read position", (fs, root) => {
  const fd = fs.create(root, A, 0o600);
  using file = opened(fs, fd);
  const mib = 1 << 20;
  const size = 5 * 1024 * mib + 5;
  fs.writeAt(fd, utf8("start"), mib);
  fs.writeAt(fd, utf8("far"), 4 * 1024 * mib);
  fs.truncate(fd, size);
  fs.sync(fd);
  assert.ok(fs.statFd(fd).allocated < mib, "the test's drive must keep holes");
  assert.equal(fs.statFd(fd).size, size);
  assert.equal(fs.read(fd, new Uint8Array(3)), 3);
  const regions = fs.dataRegions(fd, size);
  assert.equal(regions.length, 2);
  assert.ok(regions[0]!.offset <= mib && regions[0]!.offset + regions[0]!.length >= mib + 5);
  assert.ok(regions[1]!.offset <= 4096 * mib && regions[1]!.offset + regions[1]!.length >= 4096 * mib + 3);
  assert.deepEqual(fs.dataRegions(fd, size, 2048 * mib), regions.slice(1));
  assert.deepEqual(fs.dataRegions(fd, 4000 * mib, 2048 * mib), []);
  const next = new Uint8Array(mib + 2);
  assert.equal(fs.read(file.fd, next), next.length);
  assert.equal(next.at(-1), "t".charCodeAt(0), "byte mib+4 follows the three that were read");
  const far = new Uint8Array(3);
  assert.equal(fs.readAt(fd, far, 4 * 1024 * mib), 3);
  assert.deepEqual(far, utf8("far"));
});

linuxTest("keeps POSIX ACLs, which are two attributes", async (fs, root, path) => {
  write(fs, root, A, utf8("x"));
  // Version 2; user::rw-, user:1234:r--, group::r--, mask::r--, other::---
  const acl = Uint8Array.fromHex(
    "02000000" + "01000600ffffffff" + "02000400d2040000" + "04000400ffffffff" + "10000400ffffffff" +
      "20000000ffffffff",
  );
  using file = opened(fs, fs.openRead(root, A));
  fs.setXattr(file.fd, "system.posix_acl_access", acl);
  assert.deepEqual(fs.xattrs(file.fd), [{ name: "system.posix_acl_access", value: acl }]);
  assert.deepEqual(fs.xattrsOf(root, A), [{ name: "system.posix_acl_access", value: acl }]);
  assert.equal(fs.stat(root, A).permissions, 0o640, "the mask shows as the group's permissions");
  const { stdout } = await new Deno.Command("getfacl", { args: ["-cn", `${path}/a`] }).output().catch(() => ({
    stdout: utf8("user:1234:r--"), // getfacl is not everywhere
  }));
  assert.match(new TextDecoder().decode(stdout), /user:1234:r--/);
});

linuxTest("keeps an attribute value of 4,000 bytes and many attributes", (fs, root) => {
  write(fs, root, A, utf8("x"));
  using file = opened(fs, fs.openRead(root, A));
  for (let i = 0; i < 20; i++) fs.setXattr(file.fd, `user.n${i}`, new Uint8Array(100).fill(i));
  assert.equal(fs.xattrs(file.fd).length, 20);
  fails("EOPNOTSUPP", () => fs.setXattr(file.fd, "nonsense", A));
  fails(["ENOSPC", "E2BIG"], () => fs.setXattr(file.fd, "user.big", new Uint8Array(70_000)));
});

linuxTest("sets owners of files and of links themselves", (fs, root) => {
  write(fs, root, A, utf8("x"));
  fs.makeSymlink(root, utf8("l"), A);
  using file = opened(fs, fs.openRead(root, A));
  fs.setOwner(file.fd, 1234, 4_294_967_294);
  fs.setOwnerOf(root, utf8("l"), 77, 88);
  const [stat, link] = [fs.stat(root, A), fs.stat(root, utf8("l"))];
  assert.deepEqual([stat.uid, stat.gid, link.uid, link.gid], [1234, 4_294_967_294, 77, 88]);
}, { asRoot: true });

linuxTest("makes device nodes, also with large numbers, and attributes of links", (fs, root) => {
  const makedev = (major: bigint, minor: bigint) =>
    ((major & 0xfffn) << 8n) | (minor & 0xffn) | ((minor & 0xfff00n) << 12n);
  fs.makeDevice(root, A, "chardev", makedev(1n, 3n), 0o666);
  const nothing = fs.stat(root, A);
  assert.deepEqual([nothing.kind, nothing.rdev], ["chardev", 0x103n]);
  using device = opened(fs, fs.openRead(root, A));
  assert.equal(fs.read(device.fd, new Uint8Array(1)), 0);
  fs.makeDevice(root, utf8("b"), "dev", makedev(4095n, 1_048_575n), 0o600);
  const block = fs.stat(root, utf8("b"));
  assert.deepEqual([block.kind, block.rdev], ["dev", makedev(4095n, 1_048_575n)]);
  assert.equal(block.rdev, BigInt(Deno.lstatSync(`/proc/self/fd/${root}/b`).rdev!));
  fs.makeSymlink(root, utf8("l"), A);
  fs.setXattrOf(root, utf8("l"), "trusted.x", A);
  assert.deepEqual(fs.xattrsOf(root, utf8("l")), [{ name: "trusted.x", value: A }]);
}, { asRoot: true });

linuxTest("reads a file of another user without O_NOATIME when that is refused", (fs, root) => {
  // As root nobody refuses; what can be shown here is that the option leaves the access time alone.
  write(fs, root, A, utf8("x"));
  using file = opened(fs, fs.openRead(root, A, { noAtime: true }));
  fs.setTimes(file.fd, 0n, 1n);
  assert.equal(fs.read(file.fd, new Uint8Array(1)), 1);
  assert.equal(fs.stat(root, A).atime, 0n);
});

linuxTest("says when a drive is full, from both write twins", async (fs) => {
  using dev = opened(fs, fs.openRoot("/dev"));
  const fd = fs.openFolder(dev.fd, utf8("shm"));
  fs.close(fd);
  // /dev/full is a device, so openWrite refuses it; through /proc it opens by its own descriptor's name.
  fails("EINVAL", () => fs.openWrite(dev.fd, utf8("full")));
  const full = await Deno.open("/dev/full", { write: true });
  try {
    const target = fileDescriptorOf("/dev/full");
    fails("ENOSPC", () => fs.writeAt(target, A, 0));
    await failsAsync("ENOSPC", fs.writeAtAsync(target, A, 0));
  } finally {
    full.close();
  }
});

/** The number of this process's descriptor that is open on `path`. */
function fileDescriptorOf(path: string): number {
  for (const { name } of Deno.readDirSync("/proc/self/fd")) {
    try {
      if (Deno.readLinkSync(`/proc/self/fd/${name}`) === path) return Number(name);
    } catch {
      // the listing's own descriptor is gone by now
    }
  }
  throw new Error(`${path} is not open`);
}

linuxTest("gives the reason of a failed fsync from both twins, without asking twice", async (fs) => {
  // The kernel cannot sync a device without a drive: EINVAL. The plain non-blocking call would know only "failed".
  const device = await Deno.open("/dev/full", { write: true });
  try {
    const fd = fileDescriptorOf("/dev/full");
    fails("EINVAL", () => fs.sync(fd));
    await failsAsync("EINVAL", fs.syncAsync(fd));
    const [one, two] = await Promise.allSettled([fs.syncAsync(fd), fs.syncAsync(fd)]);
    assert.deepEqual([one.status, two.status], ["rejected", "rejected"]);
  } finally {
    device.close();
  }
  await failsAsync("EIO", fs.syncAsync(987_654));
  await failsAsync("EIO", fs.syncAllAsync(987_654));
});

linuxTest("syncs a whole file system", async (fs, root) => {
  write(fs, root, A, utf8("x"));
  await fs.syncAllAsync(root);
});

linuxTest("streams the entries of a large folder in batches of bounded size", (fs, root) => {
  write(fs, root, A, utf8("x"));
  // Hard links make many names quickly; ext4 allows 65,000 to an inode.
  for (let i = 0; i < 30_000; i++) fs.makeHardLink(root, A, root, utf8(`a${i}`));
  let count = 0, largest = 0, bytes = 0;
  for (const batch of fs.entries(root)) {
    count += batch.length;
    largest = Math.max(largest, batch.length);
    for (const entry of batch) bytes += entry.stat!.size;
  }
  assert.deepEqual([count, bytes], [30_001, 30_001]);
  assert.ok(largest < 12_000, `batch of ${largest}`);
});

linuxTest("walks a folder of a million entries in bounded memory", async () => {
  // In memory, where an inode may have so many names; in a process of its own, whose memory is measured.
  const folder = await Deno.makeTempDir({ dir: "/dev/shm", prefix: "sparegrid-million-" });
  try {
    const { count, grownKib } = await inFreshProcess<{ count: number; grownKib: number }>(
      `((path) => {
        const fs = platform.openFileSystem(), root = fs.openRoot(path);
        const bytes = (text) => new TextEncoder().encode(text);
        const held = () => Number(/VmHWM:\\s*(\\d+)/.exec(Deno.readTextFileSync("/proc/self/status"))[1]);
        fs.close(fs.create(root, bytes("a"), 0o600));
        for (let i = 1; i < 1_000_000; i++) fs.makeHardLink(root, bytes("a"), root, bytes("a" + i));
        const before = held();
        let count = 0;
        for (const batch of fs.entries(root)) count += batch.length;
        return { count, grownKib: held() - before };
      })(${JSON.stringify(folder)})`,
    );
    assert.equal(count, 1_000_000);
    // All its names and stats would be 300 MB.
    assert.ok(grownKib < 150 * 1024, `${grownKib} KiB`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

linuxTest("gives descriptors that other threads can use and children cannot", async (fs, root) => {
  write(fs, root, A, utf8("shared"));
  using file = opened(fs, fs.openRead(root, A));
  const source = `
    import { LinuxFileSystem } from "${import.meta.resolve("../../../mod/platform/linux.ts")}";
    self.onmessage = ({ data }) => {
      const into = new Uint8Array(6);
      new LinuxFileSystem().readAt(data, into, 0);
      self.postMessage(new TextDecoder().decode(into));
    };`;
  const worker = new Worker(`data:text/javascript,${encodeURIComponent(source)}`, { type: "module" });
  const answer = await new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage(file.fd);
  });
  worker.terminate();
  assert.equal(answer, "shared");
  const { stdout } = await new Deno.Command("ls", { args: ["-l", "/proc/self/fd"] }).output();
  assert.ok(!new TextDecoder().decode(stdout).includes("sparegrid-test-"));
});

/** Descriptors of this process that lie in the folder. Others may come and go: tests of other files run beside this one. */
function openIn(path: string): number {
  return [...Deno.readDirSync("/proc/self/fd")].filter(({ name }) => {
    try {
      return Deno.readLinkSync(`/proc/self/fd/${name}`).startsWith(path);
    } catch {
      return false;
    }
  }).length;
}

linuxTest("closes all it opens, also when calls fail", (fs, root, path) => {
  write(fs, root, A, utf8("x"));
  const before = openIn(path);
  fails("EINVAL", () => {
    fs.makeFifo(root, utf8("f"), 0o600);
    fs.openWrite(root, utf8("f"));
  });
  fails("EOPNOTSUPP", () => {
    fs.makeSymlink(root, utf8("l"), A);
    fs.setPermissionsOf(root, utf8("l"), 0o600);
  });
  fs.setPermissionsOf(root, A, 0o600);
  fails("ENOENT", () => openPath(fs, `${path}/${"./".repeat(3000)}missing`));
  assert.equal(read(fs, root, A).length, 1);
  assert.equal(list(fs, root).length, 3);
  assert.equal(openIn(path), before);
});
