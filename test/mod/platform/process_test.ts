// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import {
  currentUser,
  environment,
  groupName,
  hostName,
  isRoot,
  onInterrupt,
  processAlive,
  processId,
  raiseOpenFileLimit,
  userName,
} from "../../../mod/platform/mod.ts";

const POSIX = Deno.build.os !== "windows";

Deno.test("currentUser, userName and groupName agree with the system's own tool", {
  ignore: !POSIX,
}, async () => {
  const id = async (option: string) => {
    const { stdout } = await new Deno.Command("id", { args: [option] }).output();
    return new TextDecoder().decode(stdout).trim();
  };
  const user = currentUser();
  assert.equal(String(user.uid), await id("-u"));
  assert.equal(String(user.gid), await id("-g"));
  assert.equal(user.name, await id("-un"));
  assert.equal(userName(user.uid), user.name);
  assert.equal(userName(user.uid), user.name, "also from the cache");
  assert.equal(String(groupName(user.gid)), await id("-gn"));
  assert.equal(isRoot(), user.uid === 0);
});

Deno.test("userName and groupName know no one where the system knows no one", () => {
  assert.equal(userName(3_999_999_999), undefined);
  assert.equal(groupName(3_999_999_999), undefined);
});

Deno.test("processAlive tells a running process from an ended one", async () => {
  assert.ok(processAlive(processId()));
  assert.ok(!POSIX || processAlive(1), "another user's process counts as well");
  const child = new Deno.Command(Deno.execPath(), { args: ["--version"], stdout: "null" }).spawn();
  await child.status;
  assert.ok(!processAlive(child.pid));
  for (const pid of [0, -1, 1.5, NaN]) assert.ok(!processAlive(pid));
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
