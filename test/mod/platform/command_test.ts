// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { utf8Text } from "../../../mod/base/mod.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import { readCommandOutput, runCommand } from "../../../mod/platform/mod.ts";

const shell = (script: string) => ["sh", "-c", script];
const POSIX = { ignore: Deno.build.os === "windows" };

async function code(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(() => undefined, (error: unknown) => error);
  assert.ok(isSgError(error, "SG1027"), String(error));
  return error.message;
}

Deno.test("runCommand gives output, errors and status apart", POSIX, async () => {
  let said = "";
  const { stdout, status } = runCommand(shell("echo out; echo err >&2; exit 7"), {
    onStderr: (text) => said += text,
  });
  assert.equal(await new Response(stdout).text(), "out\n");
  assert.deepEqual(await status, { success: false, code: 7, signal: undefined });
  assert.equal(said, "err\n");
});

Deno.test("runCommand gives the command nothing on its standard input", POSIX, async () => {
  assert.equal(utf8Text(await readCommandOutput(["cat"])), "");
});

Deno.test("runCommand ends the command when the signal aborts", POSIX, async () => {
  const controller = new AbortController();
  const { stdout, status } = runCommand(shell("echo begun; exec sleep 1000"), { signal: controller.signal });
  const reader = stdout.getReader();
  assert.equal(utf8Text((await reader.read()).value!), "begun\n");
  controller.abort();
  assert.equal((await status).signal, "SIGTERM");
  await reader.cancel();
  assert.throws(() => runCommand(["true"], { signal: controller.signal }), { name: "AbortError" });
});

Deno.test("readCommandOutput gives all bytes of a command that succeeds", POSIX, async () => {
  assert.equal(utf8Text(await readCommandOutput(shell("printf 'secret word'"))), "secret word");
});

Deno.test(
  "readCommandOutput says which program failed and shows neither arguments nor output",
  POSIX,
  async () => {
    assert.match(
      await code(readCommandOutput(shell("echo SECRET; exit 3"))),
      /^Cannot .*"sh".*exit status 3/,
    );
    assert.doesNotMatch(await code(readCommandOutput(shell("echo SECRET; exit 3"))), /SECRET/);
    assert.match(await code(readCommandOutput(shell("kill -9 $$"))), /SIGKILL/);
    assert.match(await code(readCommandOutput(["/no/such/program", "SECRET"])), /no such program/);
    assert.match(await code(readCommandOutput(["/etc", "x"])), /permission denied/);
    assert.match(await code(readCommandOutput([])), /empty/);
  },
);

Deno.test("readCommandOutput refuses output without end", POSIX, async () => {
  assert.match(await code(readCommandOutput(["yes"])), /longer than 1 MiB/);
});
