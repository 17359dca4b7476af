// Copyright the SpareGrid authors. Apache-2.0.
// What goes wrong in daily life: each ends in a sentence that says what and what to do, a code, an exit status.
import assert from "node:assert/strict";
import { type Ended, restic, sparegrid, sparegridArgv, sparegridDone, start } from "../kit/command_line.ts";
import { CODES, type SgCode } from "../../mod/errors/mod.ts";
import { scratch } from "../kit/scratch.ts";

/** A folder with a small source, a repository with one snapshot of it, and an empty target. */
async function place() {
  const folder = await scratch();
  const at = (name: string) => `${folder.path}/${name}`;
  await Deno.mkdir(at("source/sub"), { recursive: true });
  await Deno.writeTextFile(at("source/a.txt"), "a");
  await Deno.writeTextFile(at("source/sub/b.txt"), "b");
  await sparegridDone(["init", "-r", at("repo")]);
  await sparegridDone(["-r", at("repo"), "backup", at("source")]);
  return { at, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

function assertMistake({ code, err }: Ended, status: number, sg: SgCode, sentence: RegExp): void {
  assert.equal(code, status, err);
  assert.match(err, sentence);
  const lines = err.split("\n");
  const at = lines.findLastIndex((line) => line.endsWith(`[${sg}]`) && !line.startsWith("  "));
  const [line, next] = [lines[at], lines[at + 1]];
  assert.ok(line !== undefined, `${sg} is missing in:\n${err}`);
  if (line.startsWith("sparegrid: ")) assert.match(next ?? "", /^ {2}\S/, "what to do is missing");
  else assert.ok(err.includes(`  ${CODES[sg].remedy} [${sg}]`), `what to do is missing in:\n${err}`);
}

const root = Deno.uid() === 0;
const NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
const mayMount = root && (await start(["unshare", "--mount", "true"])).code === 0;

Deno.test("a wrong password ends with 12", async () => {
  await using p = await place();
  const env = { SPAREGRID_PASSWORD: "wrong" };
  assertMistake(await sparegrid(["-r", p.at("repo"), "snapshots"], { env }), 12, "SG1001", /password/);
});

Deno.test("a place without a repository ends with 10, a place that does not exist too", async () => {
  await using p = await place();
  for (const repo of [p.at("source"), p.at("nothing")]) {
    assertMistake(await sparegrid(["-r", repo, "backup", p.at("source")]), 10, "SG1002", /repository/);
  }
});

Deno.test("an unreadable folder is named, the rest is backed up, the run ends with 3 (needs root)", {
  ignore: !root,
}, async () => {
  await using p = await place();
  await Deno.chmod(p.at("source/sub"), 0o000);
  await start(["chown", "-R", "65534:65534", p.at("repo")]);
  await Deno.chmod(p.at("."), 0o755);
  const options = { under: NOBODY, env: { HOME: p.at("."), DENO_DIR: p.at("deno") } };
  const ended = await sparegrid(["-r", p.at("repo"), "--no-cache", "backup", p.at("source")], options);
  assertMistake(ended, 3, "SG0094", /source\/sub/);
  const { out } = await sparegridDone(["-r", p.at("repo"), "ls", "latest"]);
  assert.match(out, /source\/a\.txt$/m);
});

Deno.test("a full drive under the repository ends with 1 and leaves it valid (needs the right to mount)", {
  ignore: !mayMount,
}, async () => {
  await using p = await place();
  await Deno.mkdir(p.at("small"));
  await Deno.writeFile(p.at("source/large"), crypto.getRandomValues(new Uint8Array(65536)));
  const fill = `for i in $(seq 400); do head -c 65536 /dev/urandom >> ${p.at("source/large")}; done`;
  const own = (...args: string[]) => sparegridArgv(...args).join(" ");
  const script = `mount -t tmpfs -o size=4m none ${p.at("small")} && ${fill} && ` +
    `${own("init", "-r", p.at("small/repo"))} && ${
      own("-r", p.at("small/repo"), "backup", p.at("source"))
    }; ` +
    `status=$?; restic --no-cache -r ${p.at("small/repo")} check >&2 || echo invalid >&2; exit $status`;
  const env = { SPAREGRID_PASSWORD: "test", RESTIC_PASSWORD: "test", HOME: p.at(".") };
  const ended = await start(["unshare", "--mount", "bash", "-c", script], { env });
  assertMistake(ended, 1, "SG0200", /space/i);
  assert.doesNotMatch(ended.err, /invalid/);
});

Deno.test("a full drive under the target of a restore ends with 3 (needs the right to mount)", {
  ignore: !mayMount,
}, async () => {
  await using p = await place();
  await Deno.mkdir(p.at("small"));
  const large = new Uint8Array(8 * 1024 * 1024);
  for (let i = 0; i < large.length; i += 65536) crypto.getRandomValues(large.subarray(i, i + 65536));
  await Deno.writeFile(p.at("source/large"), large);
  await sparegridDone(["-r", p.at("repo"), "backup", p.at("source")]);
  const restore = sparegridArgv("-r", p.at("repo"), "restore", "latest", "-t", p.at("small/out")).join(" ");
  const script = `mount -t tmpfs -o size=4m none ${p.at("small")} && exec ${restore}`;
  const ended = await start(["unshare", "--mount", "bash", "-c", script], {
    env: { SPAREGRID_PASSWORD: "test" },
  });
  assertMistake(ended, 3, "SG1030", /source\/large: no space left/);
  assert.match(ended.err, /Free some space and restore again/);
});

Deno.test("a read-only repository refuses a backup with 1 and can be read with --no-lock (needs root)", {
  ignore: !root,
}, async () => {
  await using p = await place();
  await start(["chmod", "-R", "a+rX,a-w", p.at(".")]);
  const options = { under: NOBODY, env: { HOME: "/nonexistent", DENO_DIR: "/nonexistent" } };
  const ended = await sparegrid(["-r", p.at("repo"), "--no-cache", "backup", p.at("source")], options);
  assertMistake(ended, 1, "SG1014", /repo/);
  const { code, out, err } = await sparegrid(
    ["-r", p.at("repo"), "--no-cache", "--no-lock", "ls", "latest"],
    options,
  );
  assert.equal(code, 0, err);
  assert.match(out, /a\.txt/);
});

Deno.test("a path that does not exist ends with 3; what exists is backed up", async () => {
  await using p = await place();
  const alone = await sparegrid(["-r", p.at("repo"), "backup", p.at("missing")]);
  assertMistake(alone, 3, "SG1009", /missing/);
  const both = await sparegrid(["-r", p.at("repo"), "backup", p.at("missing"), p.at("source")]);
  assertMistake(both, 3, "SG1009", /missing/);
  assert.match(both.out, /Snapshot [0-9a-f]{8} saved/);
});

Deno.test("a pattern that matches nothing is said: by a restore with 1, by find with 1", async () => {
  await using p = await place();
  const restore = ["-r", p.at("repo"), "restore", "latest", "-t", p.at("out"), "--include", "*.xyz"];
  assertMistake(await sparegrid(restore), 1, "SG1011", /\*\.xyz|nothing|no /i);
  assertMistake(await sparegrid(["-r", p.at("repo"), "find", "*.xyz"]), 1, "SG1011", /\*\.xyz/);
  assertMistake(await sparegrid(["-r", p.at("repo"), "ls", "latest", "/no/such"]), 1, "SG1011", /no\/such/);
});

Deno.test("a malformed pattern ends with 2 and is named", async () => {
  await using p = await place();
  const ended = await sparegrid(["-r", p.at("repo"), "backup", "--exclude", "[a-", p.at("source")]);
  assertMistake(ended, 2, "SG1008", /\[a-/);
  await Deno.writeTextFile(p.at("patterns"), "*.o\n[a-\n");
  const file = await sparegrid([
    "-r",
    p.at("repo"),
    "backup",
    "--exclude-file",
    p.at("patterns"),
    p.at("source"),
  ]);
  assertMistake(file, 2, "SG1021", /patterns.*line 2/);
});

Deno.test("an unknown snapshot ends with 1", async () => {
  await using p = await place();
  for (
    const command of [["ls", "abcdef12"], ["restore", "abcdef12", "-t", p.at("out")], [
      "diff",
      "latest",
      "abcdef12",
    ]]
  ) {
    assertMistake(await sparegrid(["-r", p.at("repo"), ...command]), 1, "SG1010", /abcdef12/);
  }
});

Deno.test("two backups at once both succeed, and both snapshots are whole", async () => {
  await using p = await place();
  const ended = await Promise.all(
    [1, 2].map(() => sparegrid(["-r", p.at("repo"), "backup", "--full", p.at("source")])),
  );
  assert.deepEqual(ended.map(({ code }) => code), [0, 0], ended.map(({ err }) => err).join());
  const check = await restic(["-r", p.at("repo"), "check", "--read-data"]);
  assert.equal(check.code, 0, check.err);
});

Deno.test("a command that needs the repository for itself ends with 11 while another uses it, or waits", async () => {
  await using p = await place();
  // A backup from a pipe that we hold open keeps its lock as long as we like.
  const holder = new Deno.Command(Deno.execPath(), {
    args: sparegridArgv("-r", p.at("repo"), "--json", "backup", "--stdin").slice(1),
    env: { SPAREGRID_PASSWORD: "test" },
    stdin: "piped",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const writer = holder.stdin.getWriter();
  try {
    await writer.write(new Uint8Array(10));
    await until(() => [...Deno.readDirSync(p.at("repo/locks"))].length > 0);
    assertMistake(await sparegrid(["-r", p.at("repo"), "prune"]), 11, "SG1003", /lock/i);
    const waiting = sparegrid(["-r", p.at("repo"), "--retry-lock", "1m", "prune"]);
    await writer.close();
    assert.equal((await holder.status).code, 0);
    const { code, err } = await waiting;
    assert.equal(code, 0, err);
  } finally {
    await writer.close().catch(() => {});
    await holder.status;
  }
});

/** Waits until something holds; fails after 20 seconds. */
async function until(holds: () => boolean): Promise<void> {
  for (const deadline = performance.now() + 20_000; !holds();) {
    assert.ok(performance.now() < deadline, "what was waited for did not happen");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
