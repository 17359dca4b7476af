// Copyright the SpareGrid authors. Apache-2.0.
// One user's everyday: back up, change, look, compare, bring back, tidy up.
import assert from "node:assert/strict";
import { resticDone, sparegrid, sparegridArgv, sparegridDone, start } from "../kit/command_line.ts";
import { scratch } from "../kit/scratch.ts";
import { assertSameTree } from "../kit/tree_oracle.ts";

async function place() {
  const folder = await scratch();
  const at = (name: string) => `${folder.path}/${name}`;
  await Deno.mkdir(at("home/docs"), { recursive: true });
  await Deno.writeTextFile(at("home/docs/letter.txt"), "Dear reader");
  await Deno.writeTextFile(at("home/docs/note.tmp"), "scratch");
  await Deno.writeTextFile(at("home/photo.jpg"), "light");
  await sparegridDone(["init", "-r", at("repo")]);
  const own = (...args: string[]) => sparegridDone(["-r", at("repo"), ...args]);
  const objects = async (...args: string[]) =>
    (await own("--json", ...args)).out.split("\n").filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { at, own, objects, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

Deno.test("backup, snapshots, ls, find, diff, stats and check tell one story", async () => {
  await using p = await place();
  const first = (await p.objects("backup", "--exclude", "*.tmp", "--tag", "one", p.at("home")))
    .find((o) => o["message_type"] === "summary")!;
  assert.deepEqual([first["files_new"], first["total_files_processed"]], [2, 2]);
  await Deno.writeTextFile(p.at("home/docs/letter.txt"), "Dear readers");
  await Deno.remove(p.at("home/photo.jpg"));
  await p.own("backup", "--exclude", "*.tmp", "--tag", "two", p.at("home"));

  const snapshots = await p.objects("snapshots");
  assert.deepEqual(snapshots.map((s) => s["tags"]), [["one"], ["two"]]);
  assert.equal(snapshots[1]!["parent"], snapshots[0]!["id"]);
  assert.deepEqual((await p.objects("snapshots", "--tag", "two")).length, 1);

  const names = (await p.own("ls", "latest")).out;
  assert.match(names, /home\/docs\/letter\.txt$/m);
  assert.doesNotMatch(names, /note\.tmp|photo/);
  assert.equal((await p.objects("find", "*.JPG", "--ignore-case")).length, 1);

  const diff = await p.objects("diff", String(snapshots[0]!["id"]), "latest");
  const changes = diff.filter((o) => o["message_type"] === "change").map((o) =>
    `${o["modifier"]} ${o["path"]}`
  );
  assert.deepEqual(changes, [`M ${p.at("home/docs/letter.txt")}`, `- ${p.at("home/photo.jpg")}`]);

  const [stats] = await p.objects("stats", "latest");
  // As restic counts: the folders from the root on, and the letter.
  const entries = p.at("home/docs/letter.txt").split("/").length - 1;
  assert.deepEqual([stats!["total_file_count"], stats!["total_size"]], [entries, 12]);
  assert.match((await p.own("check", "--read-data")).out, /No errors found/);
  await resticDone(["-r", p.at("repo"), "check", "--read-data"]);
});

Deno.test("dump gives a file's bytes, and a folder as tar and zip", async () => {
  await using p = await place();
  await p.own("backup", p.at("home"));
  assert.equal((await p.own("dump", "latest", p.at("home/docs/letter.txt"))).out, "Dear reader");
  const list = async (archive: string, reader: string) => {
    const words = sparegridArgv("-r", p.at("repo"), "dump", "-a", archive, "latest", p.at("home/docs"));
    const { out, code, err } = await start([
      "bash",
      "-c",
      `set -o pipefail; ${words.join(" ")} > ${p.at("archive")} && ${reader}`,
    ], {
      env: { SPAREGRID_PASSWORD: "test" },
    });
    assert.equal(code, 0, err);
    return out;
  };
  assert.match(await list("tar", `tar -tf ${p.at("archive")}`), /letter\.txt/);
  assert.match(await list("zip", `unzip -l ${p.at("archive")}`), /letter\.txt/);
});

Deno.test("standard input and a command's output become files; a failing command makes no snapshot", async () => {
  await using p = await place();
  const env = { SPAREGRID_PASSWORD: "test" };
  await sparegridDone(["-r", p.at("repo"), "backup", "--stdin", "--stdin-filename", "in.txt"], {
    env,
    input: "from stdin",
  });
  assert.equal((await p.own("dump", "latest", "/in.txt")).out, "from stdin");
  await p.own("backup", "--stdin-from-command", "--stdin-filename=out.txt", "--", "printf", "from command");
  assert.equal((await p.own("dump", "latest", "/out.txt")).out, "from command");
  const failed = await sparegrid([
    "-r",
    p.at("repo"),
    "backup",
    "--stdin-from-command",
    "--",
    "sh",
    "-c",
    "echo x; exit 3",
  ]);
  assert.equal(failed.code, 1);
  assert.match(failed.err, /\[SG1027\]/);
  assert.equal((await p.objects("snapshots")).length, 2);
});

Deno.test("forget with rules and prune free the space of what is gone", async () => {
  await using p = await place();
  for (const day of ["2026-01-01", "2026-01-02", "2026-01-03"]) {
    await Deno.writeTextFile(p.at("home/daily"), day);
    await p.own("backup", "--time", day, p.at("home"));
  }
  const dry = await p.own("forget", "--keep-last", "1", "--dry-run");
  assert.match(dry.out, /2 snapshots would be removed/);
  assert.equal((await p.objects("snapshots")).length, 3);
  assert.match((await p.own("forget", "--keep-last", "1", "--prune")).out, /2 snapshots removed/);
  assert.equal((await p.objects("snapshots")).length, 1);
  await resticDone(["-r", p.at("repo"), "check", "--read-data"]);
  const nothing = await sparegrid(["-r", p.at("repo"), "forget"]);
  assert.equal(nothing.code, 2);
});

Deno.test("keys: a second password opens, a removed one does not, the one in use cannot be removed", async () => {
  await using p = await place();
  await Deno.writeTextFile(p.at("second"), "other\n");
  await p.own("key", "add", "--new-password-file", p.at("second"));
  const keys = await p.objects("key", "list");
  assert.equal(keys.length, 2);
  const used = keys.find((key) => key["current"] === true)!,
    other = keys.find((key) => key["current"] === false)!;
  const asOther = (...args: string[]) => sparegrid(["-r", p.at("repo"), "-p", p.at("second"), ...args]);
  assert.equal((await asOther("snapshots")).code, 0);
  assert.match(
    (await sparegrid(["-r", p.at("repo"), "key", "remove", String(used["id"])])).err,
    /\[SG1029\]/,
  );
  await p.own("key", "remove", String(other["id"]));
  assert.equal((await asOther("snapshots")).code, 12);
});

/** Fills a file with so much noise that work on it lasts for some seconds. */
async function writeLarge(path: string, mebibytes: number): Promise<void> {
  using large = await Deno.open(path, { create: true, write: true });
  const piece = new Uint8Array(1 << 20);
  for (let i = 0; i < mebibytes; i++) {
    for (let at = 0; at < piece.length; at += 65536) crypto.getRandomValues(piece.subarray(at, at + 65536));
    await large.write(piece);
  }
}

/**
 * Starts a command and presses Ctrl-C as soon as its progress fits `atWork`. Fails unless it then ends with 130 within 2
 * seconds, says why, and leaves no lock.
 */
async function assertEndsAtCtrlC(
  p: { at: (name: string) => string },
  args: readonly string[],
  atWork: RegExp,
): Promise<void> {
  const child = new Deno.Command(Deno.execPath(), {
    args: sparegridArgv("-r", p.at("repo"), "--json", "--no-cache", ...args).slice(1),
    env: { SPAREGRID_PASSWORD: "test" },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const err = new Response(child.stderr).text();
  const reader = child.stdout.getReader();
  const decoder = new TextDecoder();
  let text = "";
  while (!atWork.test(text)) {
    const { value, done } = await reader.read();
    assert.ok(!done, `${args[0]} ended before it could be interrupted: ${text.slice(-1000)}`);
    text += decoder.decode(value, { stream: true });
  }
  const before = performance.now();
  child.kill("SIGINT");
  while (!(await reader.read()).done);
  const { code } = await child.status;
  const took = performance.now() - before;
  assert.equal(code, 130, await err);
  assert.ok(took < 2000, `${args[0]} took ${took} ms`);
  assert.match(await err, /"sg_code":"SG1016"/);
  assert.deepEqual([...Deno.readDirSync(p.at("repo/locks"))], []);
}

Deno.test("Ctrl-C ends a backup with 130 within 2 seconds and leaves a valid repository", async () => {
  await using p = await place();
  await writeLarge(p.at("home/large"), 300);
  // Progress that names bytes: the run is at work.
  await assertEndsAtCtrlC(p, ["backup", p.at("home")], /"bytes_done":[1-9]/);
  await resticDone(["-r", p.at("repo"), "check", "--read-data"]);
});

Deno.test("Ctrl-C ends restore, check and prune with 130 within 2 seconds and leaves a valid repository", async () => {
  await using p = await place();
  await writeLarge(p.at("home/large"), 120);
  await p.own("backup", "--pack-size", "4", p.at("home"));
  // Limits, so that no machine is done before the signal comes, KiB/s; small packs, so that they come one by one.
  const slow = ["--limit-download", "30000", "--limit-upload", "30000"];
  await assertEndsAtCtrlC(
    p,
    ["restore", "latest", "--target", p.at("out"), ...slow],
    /"phase":"restoring".*"current_files"/,
  );
  await assertEndsAtCtrlC(
    p,
    ["check", "--read-data", ...slow],
    /"phase":"reading packs".*"files_done":[1-9]/,
  );
  await resticDone(["-r", p.at("repo"), "check"]);

  // Every second stretch of the file is lost with the first snapshot, so that most packs are repacked.
  {
    using large = await Deno.open(p.at("home/large"), { write: true });
    for (let at = 0; at < 120; at += 12) {
      await large.seek(at << 20, Deno.SeekMode.Start);
      await large.write(new Uint8Array(6 << 20));
    }
  }
  await p.own("backup", "--pack-size", "4", p.at("home"));
  await p.own("forget", "--keep-last", "1");
  await assertEndsAtCtrlC(
    p,
    ["prune", "--max-unused", "0", ...slow],
    /"phase":"rewriting packs".*"files_done":[1-9]/,
  );
  await resticDone(["-r", p.at("repo"), "check", "--read-data"]);
  // What was broken off can be done to the end.
  await p.own("prune", "--max-unused", "0");
  await p.own("restore", "latest", "--target", p.at("out"), "--verify");
  await assertSameTree(p.at("out") + p.at("home"), p.at("home"));
  await resticDone(["-r", p.at("repo"), "check", "--read-data"]);
});
