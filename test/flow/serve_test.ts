// Copyright the SpareGrid authors. Apache-2.0.
// The service's life as a process: first start, a second one, SIGTERM, SIGKILL, start again.
import assert from "node:assert/strict";
import { sparegrid } from "../kit/command_line.ts";
import { scratch } from "../kit/scratch.ts";
import { startService } from "../kit/service_process.ts";

Deno.test("serve: the first start makes a private data folder; SIGTERM ends it with 0 within 10 seconds", async () => {
  await using place = await scratch();
  const data = `${place.path}/data`;
  await using service = await startService(data, ["--grid-id", "vault"]);
  assert.deepEqual([service.start.gridId, service.start.roles], ["vault", ["client", "server"]]);
  assert.equal((await Deno.stat(data)).mode! & 0o777, 0o700);
  for (const name of ["identity.json", "tls.pem"]) {
    assert.equal((await Deno.stat(`${data}/${name}`)).mode! & 0o777, 0o600, name);
  }
  const { code, tookMs } = await service.end("SIGTERM");
  assert.equal(code, 0);
  assert.ok(tookMs < 10_000, `${tookMs} ms`);
  const log = service.log();
  assert.ok(log.some(({ message }) => message === "the service has ended"), JSON.stringify(log));
  const secret = JSON.parse(await Deno.readTextFile(`${data}/identity.json`)).privateKey;
  assert.ok(!service.text().includes(secret));
});

Deno.test("serve: a second process on the same data folder is refused with SG0021 and names the first", async () => {
  await using place = await scratch();
  const data = `${place.path}/data`;
  await using service = await startService(data);
  const second = await sparegrid(["serve", "--data", data]);
  assert.equal(second.code, 1);
  assert.ok(
    second.err.includes(`Cannot use the data folder ${data}: process ${service.pid} uses it [SG0021]`),
    second.err,
  );
  assert.equal((await service.end("SIGINT")).code, 0);
});

Deno.test("serve: after SIGKILL the next start just works, with the same identity", async () => {
  await using place = await scratch();
  const data = `${place.path}/data`;
  const starts = [];
  for (let i = 0; i < 3; i++) {
    await using service = await startService(data);
    starts.push([service.start.gridId, service.start.fingerprint]);
    assert.deepEqual(service.start.notices, []);
    await service.end("SIGKILL");
  }
  assert.deepEqual(starts[1], starts[0]);
  assert.deepEqual(starts[2], starts[0]);
});

Deno.test("serve: killed at any moment of the first start, the next one works", async () => {
  await using place = await scratch();
  for (const [i, name] of ["identity.json", "tls.pem", "certificate.pem", "catalog.db"].entries()) {
    const data = `${place.path}/data${i}`;
    {
      // Killed as soon as the file is there.
      await using service = await startService(data, [], { untilFile: `${data}/${name}` });
      await service.end("SIGKILL");
    }
    const identity = await Deno.readTextFile(`${data}/identity.json`);
    await using service = await startService(data);
    assert.equal(await Deno.readTextFile(`${data}/identity.json`), identity);
    assert.deepEqual(service.start.notices, []);
    assert.equal((await service.end("SIGTERM")).code, 0);
  }
});

Deno.test("serve: settings that cannot be used end it with 2 before anything is made", async () => {
  await using place = await scratch();
  const data = `${place.path}/data`;
  const bad = await sparegrid(["serve", "--data", data, "--backup-port", "70000"]);
  assert.equal(bad.code, 2);
  assert.match(bad.err, /Cannot use backup-port = 70000 on the command line: .* \[SG1046\]/);
  await assert.rejects(Deno.stat(data), Deno.errors.NotFound);
});

Deno.test("serve: a port that is taken is SG0021 in one sentence, and the folder is free again", async () => {
  await using place = await scratch();
  const data = `${place.path}/data`;
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr as Deno.NetAddr;
  const off = ["backup-port", "backup-tls-port", "console-tls-port"].flatMap((name) => [`--${name}`, "0"]);
  const ended = await sparegrid([
    "serve",
    "--data",
    data,
    ...off,
    "--console-port",
    String(port),
    "--log-level",
    "error",
  ]);
  assert.equal(ended.code, 1);
  assert.match(
    ended.err,
    new RegExp(
      `^sparegrid: Cannot open port ${port} at 127\\.0\\.0\\.1: another program uses it \\[SG0021\\]\n`,
    ),
  );
  await using service = await startService(data);
  assert.equal((await service.end("SIGTERM")).code, 0);
});

Deno.test("serve: /health and /metrics answer; the certificate is the one in the data folder", async () => {
  await using place = await scratch();
  const data = `${place.path}/data`;
  await using service = await startService(data);
  const { console: plain, consoleTls } = service.start.ports;
  using client = Deno.createHttpClient({ caCerts: [await Deno.readTextFile(`${data}/certificate.pem`)] });
  const health = await fetch(`https://localhost:${consoleTls}/health`, { client });
  assert.deepEqual([health.status, await health.json()], [200, { alive: true, ready: true, reasons: [] }]);
  const metrics = await fetch(`http://127.0.0.1:${plain}/metrics`);
  assert.match(await metrics.text(), /^sparegrid_ready 1$/m);
  assert.equal((await service.end("SIGTERM")).code, 0);
  await assert.rejects(Deno.stat(`${data}/service.json`), Deno.errors.NotFound);
});
