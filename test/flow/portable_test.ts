// Copyright the SpareGrid authors. Apache-2.0.
// The program where the C library is not called, as on Windows and FreeBSD (here by SPAREGRID_NO_NATIVE=1): the same work through
// Deno's own file API.
import assert from "node:assert/strict";
import { resticDone, sparegridDone } from "../kit/command_line.ts";
import { noise } from "../kit/restic_tree.ts";
import { scratch } from "../kit/scratch.ts";
import { startService } from "../kit/service_process.ts";
import { assertSameTree } from "../kit/tree_oracle.ts";

const env = { SPAREGRID_NO_NATIVE: "1" };

/** A folder with what that API can tell: names in Unicode, whole seconds. */
async function fill(folder: string): Promise<void> {
  await Deno.mkdir(`${folder}/many/empty`, { recursive: true });
  for (let i = 0; i < 300; i++) await Deno.writeFile(`${folder}/many/${i}`, noise(i, 10 * i));
  await Deno.writeFile(`${folder}/large`, noise(1000, 20_000_000));
  await Deno.writeTextFile(`${folder}/Grüße, 世界`, "hello", { mode: 0o640 });
  await Deno.symlink("many/3", `${folder}/link`);
  await Deno.link(`${folder}/large`, `${folder}/large again`);
  await setTimes(folder);
}

/** Whole seconds on everything below; folders last, since their entries' making changes them. */
async function setTimes(folder: string): Promise<void> {
  const time = new Date("2026-03-04T05:06:07Z");
  for await (const { name, isDirectory, isSymlink } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) await setTimes(path);
    else if (isSymlink) await resetLinkTime(path, time);
    else await Deno.utime(path, time, time);
  }
  await Deno.utime(folder, time, time);
}

async function resetLinkTime(path: string, time: Date): Promise<void> {
  const args = ["-h", "-d", time.toISOString(), path];
  assert.ok((await new Deno.Command("touch", { args }).output()).success);
}

Deno.test("without the C library: backups, check, prune and restores do the same, and restic agrees", async () => {
  await using place = await scratch();
  const at = (name: string) => `${place.path}/${name}`;
  await fill(at("home"));
  const run = (...args: string[]) => sparegridDone(["-r", at("repo"), ...args], { env });
  await run("init");
  await run("backup", at("home"));
  await resticDone(["-r", at("repo"), "restore", "latest", "--target", at("by-restic")]);
  await assertSameTree(at("by-restic") + at("home"), at("home"));

  const unchanged = await run("backup", at("home"));
  assert.match(unchanged.out, /Files: +0 new, 0 changed, 30\d unmodified/);
  await Deno.writeTextFile(at("home/many/7"), "changed");
  await Deno.remove(at("home/many/8"));
  await setTimes(at("home"));
  await run("backup", at("home"));
  assert.match((await run("check", "--read-data")).out, /No errors found/);
  await run("forget", "--keep-last", "1", "--prune");
  await resticDone(["-r", at("repo"), "check", "--read-data"]);

  await run("restore", "latest", "--target", at("anew"));
  await assertSameTree(at("anew") + at("home"), at("home"));
  await Deno.writeTextFile(at(`anew${at("home/many/9")}`), "spoilt");
  await Deno.writeTextFile(at(`anew${at("home/many/extra")}`), "extra");
  await run("restore", "latest", "--target", at("anew"), "--delete", "--verify");
  await assertSameTree(at("anew") + at("home"), at("home"));
});

Deno.test("without the C library: the service backs a set up and restores it", async () => {
  await using place = await scratch();
  const at = (name: string) => `${place.path}/${name}`;
  await fill(at("home"));
  await using service = await startService(at("data"), [], { env });
  const run = (...args: string[]) =>
    sparegridDone([...args, "--data", at("data")], {
      env: { ...env, SPAREGRID_TOKEN: "", SPAREGRID_ADDRESS: "" },
    });
  await run("destination", "add", "drive", "--folder", at("drive"));
  await run("set", "add", "home", at("home"), "--destination", "drive");
  for (const kind of ["backup", "check"]) await run("run", "start", "home", "--kind", kind, "--wait");
  await run("restore", "latest", "--set", "home", "--target", at("restored"));
  await assertSameTree(at("restored") + at("home"), at("home"));
  assert.equal((await service.end("SIGTERM")).code, 0);
});
