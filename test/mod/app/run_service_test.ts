// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { runService, type ServiceStart } from "../../../mod/app/run_service.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import { scratch } from "../../kit/scratch.ts";

/** Ports off, nothing logged: what a test that only starts and ends needs. */
const quiet = {
  ...{ "backup-port": "0", "backup-tls-port": "0", "console-port": "0", "console-tls-port": "0" },
  "log-level": "error",
};

async function startOnce(data: string, flags: Record<string, string> = {}): Promise<ServiceStart> {
  const stop = new AbortController();
  const order = { data, flags: { ...quiet, ...flags }, environment: {}, forPeople: false };
  let seen: ServiceStart | undefined;
  await runService(order, stop.signal, (start) => {
    seen = start;
    stop.abort();
  });
  return seen!;
}

Deno.test("runService starts, says what it is, ends when told, and is the same at the next start", async () => {
  await using place = await scratch();
  const data = `${place.path}/data`;
  const first = await startOnce(data, { "grid-id": "vault", server: "true" });
  assert.deepEqual([first.gridId, first.roles, first.dataFolder, first.notices], [
    "vault",
    ["server"],
    data,
    [],
  ]);
  assert.match(first.fingerprint, /^[0-9a-f]{64}$/);
  const again = await startOnce(data, { client: "true", server: "true" });
  assert.deepEqual([again.gridId, again.fingerprint, again.roles], ["vault", first.fingerprint, [
    "client",
    "server",
  ]]);
  assert.deepEqual((await startOnce(data)).roles, ["client", "server"]);
});

Deno.test("runService sets a damaged catalog aside and says so", async () => {
  await using place = await scratch();
  const data = `${place.path}/data`;
  await startOnce(data);
  await Deno.writeFile(`${data}/catalog.db`, new Uint8Array(8192).fill(7));
  const { notices } = await startOnce(data, { "log-level": "error" });
  assert.equal(notices.length, 1);
  assert.match(
    notices[0]!,
    /The catalog was damaged\. It was set aside as .*catalog\.db\.damaged-\d+, and a new one was begun with \d+ facts/,
  );
});

Deno.test("runService that cannot start leaves the folder free", async () => {
  await using place = await scratch();
  const data = `${place.path}/data`;
  await startOnce(data);
  await assert.rejects(startOnce(data, { "grid-id": "other" }), (error) => isSgError(error, "SG1046"));
  await assert.rejects(startOnce(data, { certificate: "/no/such" }), (error) => isSgError(error, "SG1046"));
  await startOnce(data);
});

Deno.test("runService that is told to end before it is up ends without a failure, and leaves the folder free", async () => {
  await using place = await scratch();
  const data = `${place.path}/data`;
  const order = { data, flags: quiet, environment: {}, forPeople: false };
  let started = 0;
  await runService(order, AbortSignal.abort(), () => void started++);
  assert.equal(started, 0);
  await startOnce(data);
});
