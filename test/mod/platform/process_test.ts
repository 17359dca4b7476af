// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import {
  environment,
  hostName,
  onInterrupt,
  processAlive,
  processId,
  raiseOpenFileLimit,
} from "../../../mod/platform/mod.ts";

const POSIX = Deno.build.os !== "windows";

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
