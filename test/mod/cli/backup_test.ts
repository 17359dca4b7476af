// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import type { BackupOrder, BackupReport } from "../../../mod/app/mod.ts";
import type { BlobId } from "../../../mod/base/mod.ts";
import { someId, stage, type StageOptions } from "../../kit/cli_stage.ts";

const report: BackupReport = {
  snapshotId: someId("a1"),
  tree: "t" as BlobId,
  summary: {
    backupStart: 0n,
    backupEnd: 0n,
    filesNew: 1,
    filesChanged: 0,
    filesUnmodified: 2,
    dirsNew: 1,
    dirsChanged: 0,
    dirsUnmodified: 0,
    dataBlobs: 1,
    treeBlobs: 1,
    dataAdded: 2048,
    dataAddedPacked: 1024,
    totalFilesProcessed: 3,
    totalBytesProcessed: 4096,
  },
  problems: 0,
  complete: true,
};
const backup = (argv: string[], options: StageOptions = {}, part: Partial<BackupReport> = {}) =>
  stage(["backup", ...argv], {
    defaultExists: true,
    engine: { backup: () => Promise.resolve({ ...report, ...part }) },
    ...options,
  });
const order = async (...argv: string[]) => (await backup(argv)).orders[0]!.order as BackupOrder;

Deno.test("backupCommand sums up and says how to restore", async () => {
  const { status, terminal } = await backup(["/a"]);
  assert.equal(status, 0);
  assert.match(terminal.out, /Files: {4}1 new, 0 changed, 2 unmodified\n/);
  assert.match(terminal.out, /Added {5}2\.000 KiB \(1\.000 KiB stored\)/);
  assert.match(
    terminal.out,
    /Snapshot a1a1a1a1 saved\n\nTo restore it: npx -y deno@[0-9.]+ task sparegrid restore a1a1a1a1 --target FOLDER/,
  );
  assert.match((await backup(["-r", "/r", "/a"])).terminal.out, /sparegrid -r \/r restore a1a1a1a1/);
});

Deno.test("backupCommand ends with 3 when something could not be read", async () => {
  const engine: StageOptions["engine"] = {
    backup(_order, { observer }) {
      observer.problem({ code: "SG0094", message: "Cannot read /a/b" });
      return Promise.resolve({ ...report, problems: 1, complete: false });
    },
  };
  const { status, terminal } = await backup(["/a"], { engine });
  assert.equal(status, 3);
  assert.match(
    terminal.err,
    /^Cannot read \/a\/b \[SG0094\]\nwarning: 1 entry could not be read.*\n {2}Check the file's perm/,
  );
});

Deno.test("backupCommand gives restic's summary with --json", async () => {
  const [summary] = (await backup(["--json", "/a"])).json();
  assert.equal(summary!["message_type"], "summary");
  assert.equal(summary!["files_new"], 1);
  assert.equal(summary!["snapshot_id"], "a1".repeat(32));
});

Deno.test("backupCommand turns its options into an order", async () => {
  const made = await order(
    ...["-e", "*.tmp", "--iexclude=*.BAK", "--exclude-if-present", ".nobackup", "--exclude-caches", "-x"],
    ...[
      "--exclude-larger-than",
      "1M",
      "--tag",
      "a,b",
      "--tag=c",
      "-H",
      "me",
      "--parent",
      "abc",
      "--force",
      "-n",
    ],
    ...["--time", "1970-01-01T00:00:01Z", "--with-atime", "--ignore-inode", "--ignore-ctime", "/a", "b"],
  );
  assert.deepEqual(made, {
    paths: ["/a", "b"],
    excludes: {
      patterns: ["*.tmp"],
      patternsIgnoringCase: ["*.BAK"],
      ifPresent: [".nobackup"],
      caches: true,
      largerThan: 1024 * 1024,
      oneFileSystem: true,
    },
    tags: ["a", "b", "c"],
    hostname: "me",
    time: 1_000_000_000n,
    parent: "abc",
    full: true,
    dryRun: true,
    withAtime: true,
    ignoreInode: true,
    ignoreCtime: true,
    skipIfUnchanged: false,
  });
});

Deno.test("backupCommand reads patterns and paths from files", async () => {
  const files = { "/ex": "*.o\n*.a", "/list": "/x\n/y" };
  const { orders } = await backup(["--exclude-file=/ex", "--files-from-verbatim", "/list", "/z"], { files });
  const made = orders[0]!.order as BackupOrder;
  assert.deepEqual(made.excludes!.patterns, ["*.o", "*.a"]);
  assert.deepEqual(made.paths.map((p) => typeof p === "string" ? p : new TextDecoder().decode(p)), [
    "/z",
    "/x",
    "/y",
  ]);
});

Deno.test("backupCommand takes lists of any length: a call takes some hundred thousand arguments only", async () => {
  const lines = Array.from({ length: 200_000 }, (_, i) => `/d/${i}`);
  const files = { "/ex": lines.join("\n"), "/list": lines.join("\n") };
  const { orders } = await backup(["--exclude-file=/ex", "--files-from-verbatim", "/list"], { files });
  const made = orders[0]!.order as BackupOrder;
  assert.deepEqual([made.paths.length, made.excludes!.patterns!.length], [200_000, 200_000]);
});

Deno.test("backupCommand takes standard input, or a command's output, as a file", async () => {
  const stdin = await order("--stdin", "--stdin-filename", "dump.sql");
  assert.equal(stdin.stdin!.name, "dump.sql");
  const command = await order("--stdin-from-command", "--", "pg_dump", "-v", "db");
  assert.deepEqual(command.command, { name: "stdin", argv: ["pg_dump", "-v", "db"] });
  for (const argv of [["--stdin", "/a"], ["--stdin-filename=x", "/a"], ["--stdin", "--files-from=x"], [""]]) {
    assert.equal((await backup(argv)).status, 2, argv.join(" "));
  }
});

Deno.test("backupCommand makes the default repository at first use, and only then", async () => {
  const first = await backup(["/a"], { defaultExists: false, env: { SPAREGRID_PASSWORD: "" } });
  assert.equal(first.status, 0, first.terminal.err);
  assert.equal(first.connections.length, 2);
  assert.match(first.terminal.err, /kept in \/data\/password/);
  assert.match(first.terminal.err, /Made the default repository at \/data\/repository/);
  assert.equal((await backup(["/a"])).connections.length, 1);
});

Deno.test("backupCommand warns when the repository lies on the drive that it protects", async () => {
  const app = { sharesFileSystem: (_place: string, path: string | Uint8Array) => path === "/home" };
  const { terminal, status } = await backup(["/etc", "/home"], { app });
  assert.equal(status, 0);
  assert.match(terminal.err, /^warning: The repository .* same file system as \/home/);
});

Deno.test("backupCommand says so when nothing changed or nothing was stored", async () => {
  const { snapshotId: _, ...without } = report;
  const engine = { backup: () => Promise.resolve(without) };
  assert.match(
    (await backup(["--skip-if-unchanged", "/a"], { engine })).terminal.out,
    /no snapshot was made/,
  );
  assert.match((await backup(["-n", "/a"], { engine })).terminal.out, /Dry run: nothing was stored/);
});
