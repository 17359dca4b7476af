// Copyright the SpareGrid authors. Apache-2.0.
// The service's life as a process: first start, a second one, SIGTERM, SIGKILL, start again.
import assert from "node:assert/strict";
import { makeCertificate } from "../kit/certificate.ts";
import { sparegrid, sparegridArgv } from "../kit/command_line.ts";
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
  const text = await metrics.text();
  for (
    const line of [
      /^sparegrid_ready 1$/m,
      /^sparegrid_build_info\{version="[^"]+"\} 1$/m,
      /^sparegrid_runs\{state="running"\} 0$/m,
      /^sparegrid_store_files 0$/m,
      /^sparegrid_store_damaged_files 0$/m,
      /^sparegrid_connections [1-9]/m,
      /^process_resident_memory_bytes \d+$/m,
    ]
  ) assert.match(text, line);
  for (const line of text.trimEnd().split("\n")) {
    assert.match(line, /^(?:# (?:HELP|TYPE) [a-z_]+ .+|[a-z_]+(?:\{[^{}]*\})? \S+)$/);
  }
  assert.equal((await service.end("SIGTERM")).code, 0);
  await assert.rejects(Deno.stat(`${data}/service.json`), Deno.errors.NotFound);
});

Deno.test("serve: a certificate of one's own is shown and pinned; the name of its authority is not needed", async () => {
  await using place = await scratch();
  const data = `${place.path}/data`;
  const own = await makeCertificate("DNS:vault.example");
  await Deno.writeTextFile(`${place.path}/cert.pem`, own.cert);
  await Deno.writeTextFile(`${place.path}/key.pem`, own.key);
  const files = ["--certificate", `${place.path}/cert.pem`, "--certificate-key", `${place.path}/key.pem`];
  await using service = await startService(data, files);
  assert.equal(service.start.fingerprint, own.sha256);
  const env = { SPAREGRID_TOKEN: "", SPAREGRID_ADDRESS: "" };
  const status = await sparegrid(["status", "--data", data], { env });
  assert.deepEqual([status.code, status.out.includes(own.sha256)], [0, true], status.err);
  assert.equal((await service.end("SIGTERM")).code, 0);
  const half = await sparegrid(["serve", "--data", data, ...files.slice(0, 2)]);
  assert.deepEqual([half.code, /certificate-key is missing \[SG1046\]/.test(half.err)], [2, true]);
});

Deno.test("serve: under nohup it outlives the terminal that it was started from", async () => {
  await using place = await scratch();
  await using service = await startService(`${place.path}/data`, [], { under: ["nohup"] });
  Deno.kill(service.pid, "SIGHUP");
  const answer = await fetch(`http://127.0.0.1:${service.start.ports["console"]}/health`);
  assert.equal((await answer.json()).ready, true);
  assert.equal((await service.end("SIGTERM")).code, 0);
});

Deno.test({
  name: "serve: on a terminal it asks for the Grid ID, logs for people, and Ctrl-C ends it with 0",
  ignore: Deno.build.os !== "linux" || !await exists("/usr/bin/script"),
  async fn() {
    await using place = await scratch();
    const data = `${place.path}/data`;
    const ports = ["backup-port", "backup-tls-port", "console-port", "console-tls-port"].map((name) =>
      `--${name} any`
    );
    // Without a shell in between, which Ctrl-C may end first; `script` ends with the status of the command.
    const command = ["exec", ...sparegridArgv("serve", "--data", data), ...ports].join(" ");
    const child = new Deno.Command("script", {
      args: ["-qec", command, "/dev/null"],
      ...{ stdin: "piped", stdout: "piped", stderr: "null" },
    }).spawn();
    const keys = child.stdin.getWriter();
    let text = "", typed = 0;
    for await (const bytes of child.stdout) {
      text += new TextDecoder().decode(bytes);
      if (typed === 0 && text.includes("Name of this installation in the grid [")) {
        typed++;
        await keys.write(new TextEncoder().encode("Office PC\n"));
      }
      if (typed === 1 && text.includes("Code for the first administrator")) {
        typed++;
        await keys.write(Uint8Array.of(3));
      }
    }
    const { code } = await child.status;
    await keys.close().catch(() => {});
    assert.match(text, /runs as office-pc: client and server/);
    assert.match(text, /^\S+Z info {4}the service has started gridId="office-pc"/m);
    assert.equal(code, 0, text);
  },
});

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
