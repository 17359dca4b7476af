// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { LOOPBACK, ServicePorts } from "../../../mod/app/service_ports.ts";
import { silentLog, systemClock } from "../../../mod/base/mod.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import { answerPlain, type HttpHandler } from "../../../mod/http/mod.ts";
import { makeCertificate } from "../../kit/certificate.ts";

const handler: HttpHandler = (_request, response) => Promise.resolve(answerPlain(response, 200));
const made = await makeCertificate();
const certificate = { certificate: made.cert, key: made.key, fingerprint: made.sha256, selfMade: true };
const place = { certificate, log: silentLog, clock: systemClock };

async function status(address: string): Promise<number> {
  using client = Deno.createHttpClient({ caCerts: [made.cert], poolMaxIdlePerHost: 0 });
  const answer = await fetch(address, { client });
  await answer.body?.cancel();
  return answer.status;
}

Deno.test("ServicePorts opens plain and TLS ports, tells their numbers, and closes them", async () => {
  const ports = new ServicePorts(place);
  await ports.open({ name: "console", port: "any", addresses: LOOPBACK, handler });
  await ports.open({ name: "consoleTls", port: "any", addresses: LOOPBACK, handler });
  await ports.open({ name: "backup", port: 0, addresses: [], handler });
  const { console: plain, consoleTls } = ports.numbers;
  assert.deepEqual(Object.keys(ports.numbers), ["console", "consoleTls"]);
  assert.equal(await status(`http://127.0.0.1:${plain}/`), 200);
  assert.equal(await status(`https://localhost:${consoleTls}/`), 200);
  await ports.close(1000);
  await assert.rejects(status(`http://127.0.0.1:${plain}/`), TypeError);
  assert.deepEqual(ports.numbers, {});
});

Deno.test("ServicePorts says SG0021 in a sentence where a port is taken, and opens nothing of it", async () => {
  using taken = Deno.listen({ hostname: "0.0.0.0", port: 0 });
  const { port } = taken.addr as Deno.NetAddr;
  const ports = new ServicePorts(place);
  for (const addresses of [[], LOOPBACK, ["127.0.0.1"]]) {
    await assert.rejects(
      ports.open({ name: "console", port, addresses, handler }),
      (error) =>
        isSgError(error, "SG0021") &&
        /^Cannot open port \d+ at \S+: another program uses it$/.test(error.message),
    );
  }
  await assert.rejects(
    ports.open({ name: "console", port: "any", addresses: ["192.0.2.1"], handler }),
    (error) => isSgError(error, "SG0021"),
  );
  assert.deepEqual(ports.numbers, {});
  await ports.close(0);
});

Deno.test("ServicePorts.widen opens a port at more addresses under its number, and leaves out what cannot be", async () => {
  const ports = new ServicePorts(place);
  await ports.open({ name: "consoleTls", port: "any", addresses: ["127.0.0.1"], handler });
  const { consoleTls } = ports.numbers;
  // Another address of this machine, at which the first listener is not.
  await assert.rejects(
    Deno.connect({ hostname: "127.0.0.2", port: consoleTls! }),
    Deno.errors.ConnectionRefused,
  );
  ports.widen("consoleTls", ["192.0.2.1", "127.0.0.2"]);
  ports.widen("backup", ["127.0.0.2"]);
  assert.deepEqual(ports.numbers, { consoleTls });
  using socket = await Deno.connect({ hostname: "127.0.0.2", port: consoleTls! });
  assert.ok(socket);
  assert.equal(await status(`https://127.0.0.1:${consoleTls}/`), 200);
  await ports.close(100);
});
