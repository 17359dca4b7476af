// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import {
  alternativeNames,
  CERTIFICATE_NAME,
  openCertificate,
  readCertificate,
} from "../../../mod/app/certificate.ts";
import { DataFolder } from "../../../mod/app/data_folder.ts";
import { systemRandom } from "../../../mod/base/mod.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import { openFileSystem } from "../../../mod/platform/mod.ts";
import { makeCertificate } from "../../kit/certificate.ts";
import { scratch } from "../../kit/scratch.ts";

const how = { commonName: "vault", names: ["vault.example", "192.0.2.7"], random: systemRandom };
const open = (path: string) => DataFolder.open(path, openFileSystem(), systemRandom);

Deno.test("openCertificate makes one that is no authority, carries the names, and is the same from then on", async () => {
  await using place = await scratch();
  using folder = await open(`${place.path}/d`);
  const made = await openCertificate(folder, how);
  const parsed = new X509Certificate(made.certificate);
  assert.equal(parsed.ca, false);
  assert.equal(parsed.subject, "CN=vault");
  assert.match(parsed.serialNumber, /^[0-7]?[0-9A-F]+$/);
  for (const name of ["vault.example", "localhost", CERTIFICATE_NAME]) {
    assert.equal(parsed.checkHost(name), name);
  }
  for (const address of ["192.0.2.7", "127.0.0.1", "::1"]) assert.ok(parsed.checkIP(address), address);
  assert.equal(made.fingerprint, parsed.fingerprint256.replaceAll(":", "").toLowerCase());
  assert.ok(
    Date.parse(parsed.validFrom) < Date.parse("2021-01-01") &&
      Date.parse(parsed.validTo) > Date.parse("2100-01-01"),
  );
  assert.deepEqual(await openCertificate(folder, { ...how, names: [] }), made);
  assert.equal((await Deno.stat(`${folder.path}/tls.pem`)).mode! & 0o777, 0o600);
  assert.equal(await Deno.readTextFile(`${folder.path}/certificate.pem`), made.certificate);
  await Deno.remove(`${folder.path}/certificate.pem`);
  await openCertificate(folder, how);
  assert.equal(await Deno.readTextFile(`${folder.path}/certificate.pem`), made.certificate);
});

Deno.test("openCertificate: a client that trusts this very certificate reaches the server, by each of its names", async () => {
  await using place = await scratch();
  using folder = await open(`${place.path}/d`);
  const { certificate, key } = await openCertificate(folder, how);
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", cert: certificate, key, onListen() {} },
    () => new Response("yes"),
  );
  using client = Deno.createHttpClient({ caCerts: [certificate] });
  for (const host of ["127.0.0.1", "localhost"]) {
    const answer = await fetch(`https://${host}:${server.addr.port}/`, { client });
    assert.equal(await answer.text(), "yes");
  }
});

Deno.test("openCertificate refuses a damaged file and keeps it", async () => {
  await using place = await scratch();
  using folder = await open(`${place.path}/d`);
  await openCertificate(folder, how);
  const whole = await Deno.readTextFile(`${folder.path}/tls.pem`);
  const other = await makeCertificate();
  for (
    const text of [
      "",
      "no PEM",
      whole.slice(0, 300),
      whole.replace(/-----BEGIN PRIVATE[^]*/, ""),
      other.cert + whole.slice(whole.indexOf("-----BEGIN PRIVATE")),
    ]
  ) {
    await folder.write("tls.pem", new TextEncoder().encode(text));
    await assert.rejects(
      openCertificate(folder, how),
      (error) => isSgError(error, "SG0021") && error.message.includes("tls.pem"),
    );
    assert.equal(await Deno.readTextFile(`${folder.path}/tls.pem`), text);
  }
});

Deno.test("readCertificate takes one's own, and refuses what does not fit together with SG1046", async () => {
  await using place = await scratch();
  const [one, two] = [await makeCertificate(), await makeCertificate()];
  const file = async (name: string, text: string) => {
    await Deno.writeTextFile(`${place.path}/${name}`, text);
    return `${place.path}/${name}`;
  };
  const cert = await file("cert", one.cert + two.cert), key = await file("key", one.key);
  const read = await readCertificate(cert, key);
  assert.deepEqual([read.fingerprint, read.selfMade], [one.sha256, false]);
  assert.equal(read.certificate.match(/BEGIN CERTIFICATE/g)?.length, 2, "the chain is kept");
  const refused = (certificate: string, keyFile: string) =>
    assert.rejects(readCertificate(certificate, keyFile), (error) => isSgError(error, "SG1046"));
  await refused(cert, await file("other", two.key));
  await refused(key, key);
  await refused(cert, cert);
  await refused(`${place.path}/none`, key);
});

Deno.test("alternativeNames holds what a certificate can hold, each once", () => {
  const values = alternativeNames([
    "A.example",
    "a.example",
    "my_pc",
    "-x",
    "1.2.3",
    "10.0.0.1",
    "fd00::1",
    "x".repeat(64),
    "bücher",
  ]);
  assert.deepEqual(values.slice(4), [
    { type: "dns", value: "a.example" },
    { type: "ip", value: "10.0.0.1" },
    { type: "ip", value: "fd00::1" },
  ]);
});
