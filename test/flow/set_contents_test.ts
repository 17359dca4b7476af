// Copyright the SpareGrid authors. Apache-2.0.
// What ls, find, diff, search and preview say of a set through the service, beside what they say of its repository.
import assert from "node:assert/strict";
import { type Ended, sparegrid, sparegridDone } from "../kit/command_line.ts";
import { scratch } from "../kit/scratch.ts";
import { startService } from "../kit/service_process.ts";

const env = { SPAREGRID_TOKEN: "", SPAREGRID_ADDRESS: "" };

function lines(ended: Ended): string[] {
  return ended.out.split("\n").filter((line) => line !== "");
}

function json(ended: Ended): Record<string, unknown>[] {
  return lines(ended).map((line) => JSON.parse(line));
}

Deno.test("set contents: ls, find and diff of a set say what they say of its repository; search finds every version", async () => {
  await using place = await scratch();
  const data = `${place.path}/data`, documents = `${place.path}/documents`, drive = `${place.path}/drive`;
  await Deno.mkdir(`${documents}/sub/deep`, { recursive: true });
  for (const name of ["a.txt", "b.txt", "sub/c.txt", "sub/deep/Ä \u001b[1m.txt"]) {
    await Deno.writeTextFile(`${documents}/${name}`, name);
  }
  await using _service = await startService(data);
  const run = (...argv: string[]) => sparegridDone([...argv, "--data", data], { env });
  await run("destination", "add", "drive", "--folder", drive);
  await run("set", "add", "documents", documents, "-d", "drive", "--exclude", "*.tmp");
  await run("run", "start", "documents", "--wait");
  await Deno.writeTextFile(`${documents}/a.txt`, "changed, and longer");
  await Deno.remove(`${documents}/b.txt`);
  await Deno.writeTextFile(`${documents}/sub/new.txt`, "new");
  await Deno.writeTextFile(`${documents}/left-out.tmp`, "x".repeat(5000));
  await run("run", "start", "documents", "--wait");
  const sheet = await run("set", "recovery-sheet", "documents");
  const SPAREGRID_PASSWORD = /\b(?:[a-z2-9]{5}-){5}[a-z2-9]{5}\b/.exec(sheet.out)![0];
  const direct = (...argv: string[]) =>
    sparegridDone([...argv, "--repo", `${drive}/documents`], { env: { SPAREGRID_PASSWORD } });
  const ofSet = (command: string, ...argv: string[]) => run(command, "--set", "documents", ...argv);

  const ids = json(await ofSet("snapshots", "--json")).map(({ id }) => id);
  assert.deepEqual(ids, json(await direct("snapshots", "--json")).map(({ id }) => id));
  const [first, second] = ids as [string, string];

  // The repository's list begins above the sources; the set's goes through the same entries.
  assert.deepEqual(lines(await ofSet("ls", "latest")).sort(), lines(await direct("ls", "latest")).sort());
  const below = (text: string[]) => text.filter((line) => line.startsWith(`${documents}/sub/`)).sort();
  assert.deepEqual(
    lines(await ofSet("ls", "latest", `${documents}/sub`, "--recursive")).sort(),
    below(lines(await direct("ls", "latest"))),
  );
  assert.deepEqual(
    lines(await ofSet("ls", `${first.slice(0, 10)}:${documents}/sub`)).sort(),
    [`${documents}/sub/c.txt`, `${documents}/sub/deep`, `${documents}/sub/deep/Ä \\x1b[1m.txt`],
  );

  const changes = lines(await direct("diff", first, second)).filter((line) => /^[+MT-] /.test(line)).sort();
  const seen = lines(await ofSet("diff", first.slice(0, 12), "latest")).filter((line) =>
    /^[+MT-] /.test(line)
  ).sort();
  assert.deepEqual(seen, changes);
  assert.deepEqual(seen.map((line) => line.replace(documents, "")), [
    "+    /sub/new.txt",
    "-    /b.txt",
    "M    /a.txt",
  ]);

  const names = (ended: Ended) => [...new Set(lines(ended).filter((line) => line.startsWith("/")))].sort();
  for (const pattern of ["*.txt", "a.txt", "sub", "?.txt"]) {
    assert.deepEqual(names(await ofSet("find", pattern)), names(await direct("find", pattern)), pattern);
  }
  const none = await sparegrid(["find", "--set", "documents", "left-out.tmp", "--data", data], { env });
  assert.deepEqual([none.code, /\[SG1011\]/.test(none.err)], [1, true]);

  const versions = json(await run("search", "a.txt", "--json"));
  assert.deepEqual(versions.map(({ size, snapshotCount }) => [size, snapshotCount]).sort(), [[19, 1], [
    5,
    1,
  ]]);
  assert.equal(json(await run("search", "c.txt", "--json"))[0]!["snapshotCount"], 2);
  assert.match((await run("search", "A.TXT", "-i")).out, /documents +\S+\/documents\/a\.txt +19 B/);

  const history = await run("history", "--set", "documents", `${documents}/a.txt`);
  assert.match(history.out, /19 B[^]*5 B[^]*2 versions/);
  const report = json(await run("report", "--since", "2020-01-01", "--json"))[0]!;
  const backups = (report["lines"] as Record<string, unknown>[]).find(({ kind }) => kind === "BACKUP")!;
  assert.deepEqual([backups["done"], backups["failed"]], [2, 0]);

  const preview = json(await run("set", "preview", "documents", "--json"))[0]!;
  assert.deepEqual([preview["files"], preview["excludedFiles"], preview["excludedBytes"]], [4, 1, 5000]);

  const restored = `${place.path}/restored`;
  await ofSet("restore", `${first}:${documents}/b.txt`, "--target", restored);
  assert.equal(await Deno.readTextFile(`${restored}${documents}/b.txt`), "b.txt");
});
