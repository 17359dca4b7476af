// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";

/** What stands in a folder, told by GNU tar and find, which know nothing of us. */
export interface TreeAccount {
  /** SHA-256 of a tar stream: names, types, modes, owners, times in nanoseconds, links, devices, holes, xattrs, ACLs, content. */
  readonly digest: string;
  /** One line an entry, for the message when two accounts differ. */
  readonly lines: readonly string[];
}

const TAR = [
  "--format=posix",
  "--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime",
  "--sort=name",
  "--numeric-owner",
  "--xattrs",
  "--xattrs-include=*",
  "--acls",
  "--sparse",
];

/** Tells what stands in `folder`. `names` picks entries of it; all where left out. Sockets are told by find alone. */
export async function accountOf(folder: string, names: readonly string[] = ["."]): Promise<TreeAccount> {
  const tar = new Deno.Command("bash", {
    args: [
      "-c",
      'set -o pipefail; cd "$1"; shift; tar cf - "$@" | sha256sum',
      "bash",
      folder,
      ...TAR,
      "--",
      ...names,
    ],
    stderr: "piped",
  });
  const { success, stdout, stderr } = await tar.output();
  const said = new TextDecoder().decode(stderr).replace(/^.*socket ignored\n/gm, "");
  assert.ok(success && said === "", `tar of ${folder}: ${said}`);
  return { digest: new TextDecoder().decode(stdout).slice(0, 64), lines: await listing(folder, names) };
}

/** Fails with the entries that differ unless both folders hold the same. */
export async function assertSameTree(
  actual: string,
  expected: string,
  names?: readonly string[],
): Promise<void> {
  const [a, b] = await Promise.all([accountOf(actual, names), accountOf(expected, names)]);
  const [inA, inB] = [new Set(a.lines), new Set(b.lines)];
  const extra = a.lines.filter((line) => !inB.has(line)).slice(0, 20);
  const missing = b.lines.filter((line) => !inA.has(line)).slice(0, 20);
  assert.deepEqual({ extra, missing }, { extra: [], missing: [] }, `${actual} differs from ${expected}`);
  assert.equal(a.digest, b.digest, `${actual} differs from ${expected} in content, holes or attributes`);
}

async function listing(folder: string, names: readonly string[]): Promise<string[]> {
  // Bytes that are not UTF-8 must stay apart in the lines, so they are read as Latin-1.
  const { success, stdout } = await new Deno.Command("find", {
    args: [...names, "-printf", "%p\\t%y %m %U:%G %n %T@ %l\\0"],
    cwd: folder,
  }).output();
  assert.ok(success, `find in ${folder}`);
  // The link count of a folder is the file system's own affair, and so is its size.
  return new TextDecoder("latin1").decode(stdout).split("\0").filter((line) => line)
    .map((line) => line.replace(/(\td \d+ \d+:\d+) \d+/, "$1")).sort();
}
