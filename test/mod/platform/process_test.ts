// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { utf8, utf8Text } from "../../../mod/base/mod.ts";
import {
  environment,
  hostName,
  onInterrupt,
  processAlive,
  processId,
  raiseOpenFileLimit,
  workingFolder,
} from "../../../mod/platform/mod.ts";
import { scratch } from "../../kit/scratch.ts";

const POSIX = Deno.build.os !== "windows";

Deno.test("processAlive tells a running process from an ended one", async () => {
  assert.ok(processAlive(processId()));
  assert.ok(!POSIX || processAlive(1), "another user's process counts as well");
  const child = new Deno.Command(Deno.execPath(), { args: ["--version"], stdout: "null" }).spawn();
  await child.status;
  assert.ok(!processAlive(child.pid));
  for (const pid of [0, -1, 1.5, NaN]) assert.ok(!processAlive(pid));
});

Deno.test({
  name: "processAlive does not take a thread for a process",
  ignore: Deno.build.os !== "linux",
  fn() {
    const threads = [...Deno.readDirSync("/proc/self/task")].map(({ name }) => Number(name));
    assert.ok(threads.length > 1);
    for (const id of threads) assert.equal(processAlive(id), id === processId(), `${id}`);
  },
});

Deno.test("hostName and environment", () => {
  assert.ok(hostName().length > 0);
  Deno.env.set("SPAREGRID_TEST_VARIABLE", "x");
  assert.equal(environment("SPAREGRID_TEST_VARIABLE"), "x");
  Deno.env.set("SPAREGRID_TEST_VARIABLE", "");
  assert.equal(environment("SPAREGRID_TEST_VARIABLE"), undefined);
  Deno.env.delete("SPAREGRID_TEST_VARIABLE");
  assert.equal(environment("SPAREGRID_TEST_VARIABLE"), undefined);
});

Deno.test("raiseOpenFileLimit gives the limit in force and does so again", { ignore: !POSIX }, () => {
  const limit = raiseOpenFileLimit();
  assert.ok(limit !== undefined && limit >= 256);
  assert.equal(raiseOpenFileLimit(), limit);
});

Deno.test("onInterrupt catches SIGTERM until it is disposed", { ignore: !POSIX }, async () => {
  const caught = Promise.withResolvers<string>();
  {
    using _listener = onInterrupt(caught.resolve);
    // A listener alone does not keep the process waiting; this deadline does.
    const deadline = setTimeout(() => caught.reject(new Error("no signal came")), 10_000);
    Deno.kill(Deno.pid, "SIGTERM");
    assert.equal(await caught.promise, "SIGTERM");
    clearTimeout(deadline);
  }
});

const ASK = `
import { toHex } from ${JSON.stringify(import.meta.resolve("../../../mod/base/mod.ts"))};
import { workingFolder } from ${JSON.stringify(import.meta.resolve("../../../mod/platform/mod.ts"))};
console.log(toHex(workingFolder()));
`;

/** What workingFolder() gives to a process that the shell script starts as `"$0" -` in some folder. */
async function askedThrough(script: string): Promise<string> {
  await using folder = await scratch();
  const ask = `${folder.path}/ask.ts`;
  await Deno.writeTextFile(ask, ASK);
  const args = ["-c", `cd "$2" && ${script}`, Deno.execPath(), ask, folder.path];
  const { stdout } = await new Deno.Command("sh", { args, stderr: "inherit" }).output();
  return utf8Text(stdout).trim().replaceAll(utf8(folder.path).toHex(), "");
}

Deno.test("workingFolder gives an absolute path", () => {
  assert.equal(utf8Text(workingFolder()), Deno.cwd());
});

Deno.test("workingFolder keeps names that are not UTF-8", {
  ignore: Deno.build.os !== "linux",
}, async () => {
  const run = `"$0" run -A --no-config --no-check "$1"`;
  assert.equal(await askedThrough(`d=$(printf 'a\\377b') && mkdir "$d" && cd "$d" && ${run}`), "2f61ff62");
});
