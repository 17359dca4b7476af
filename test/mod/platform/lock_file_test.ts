// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { isOsError } from "../../../mod/errors/mod.ts";
import { takeFileLock } from "../../../mod/platform/lock_file.ts";
import { scratch } from "../../kit/scratch.ts";

const MODULE = new URL("../../../mod/platform/lock_file.ts", import.meta.url).href;

/** Another process that takes the lock, says so, and holds it until it is killed. */
async function holder(path: string): Promise<Deno.ChildProcess> {
  const code = `import { takeFileLock } from "${MODULE}"; takeFileLock(${
    JSON.stringify(path)
  }, "process " + Deno.pid);
    console.log("held"); await new Promise((done) => setTimeout(done, 100_000));`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", "--ext=ts", code],
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  assert.equal(new TextDecoder().decode((await reader.read()).value), "held\n");
  await reader.cancel();
  return child;
}

/** A process that other tests are just starting has a copy of all descriptors until it runs its own program. */
async function takenSoon(path: string, note: string) {
  for (let tries = 0; tries < 100; tries++) {
    const attempt = takeFileLock(path, note);
    if (attempt.lock) return attempt;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("the lock was never free");
}

Deno.test("takeFileLock lets one in, tells others who it is, and lets in again after its end", async () => {
  await using folder = await scratch();
  const path = `${folder.path}/lock`;
  const first = takeFileLock(path, "process 1");
  assert.ok(first.lock);
  assert.deepEqual(takeFileLock(path, "process 2"), { holder: "process 1" });
  assert.equal((await Deno.stat(path)).mode! & 0o777, 0o600);
  first.lock[Symbol.dispose]();
  first.lock[Symbol.dispose]();
  const again = await takenSoon(path, "3");
  assert.equal(await Deno.readTextFile(path), "3\n");
  again.lock[Symbol.dispose]();
});

Deno.test("takeFileLock: a process that is killed leaves no lock behind", async () => {
  await using folder = await scratch();
  const path = `${folder.path}/lock`;
  const child = await holder(path);
  assert.deepEqual(takeFileLock(path, "me"), { holder: `process ${child.pid}` });
  child.kill("SIGKILL");
  await child.status;
  const mine = await takenSoon(path, "me");
  mine.lock[Symbol.dispose]();
});

Deno.test("takeFileLock says what the system says where the file cannot be made", () => {
  assert.throws(() => takeFileLock("/no/such/folder/lock", ""), (error) => isOsError(error, "ENOENT"));
});
