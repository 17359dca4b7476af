// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { parseAddress, resolveApiPlace } from "../../../mod/app/api_place.ts";
import { isSgError, type SgCode } from "../../../mod/errors/mod.ts";
import { scratch } from "../../kit/scratch.ts";

const PIN = "ab".repeat(32);

Deno.test("parseAddress reads addresses as people write them; the default is TLS on 6061", () => {
  const table = {
    "vault": "https://vault:6061",
    "vault:7000": "https://vault:7000",
    "192.0.2.7": "https://192.0.2.7:6061",
    "[::1]:443": "https://[::1]",
    "https://vault/": "https://vault:6061",
    "http://localhost": "http://localhost:6060",
    "http://localhost:80": "http://localhost",
  };
  for (const [text, origin] of Object.entries(table)) assert.equal(parseAddress(text).origin, origin, text);
});

Deno.test("parseAddress refuses what is no address, and shows no password of it", () => {
  for (
    const text of [
      "",
      "ftp://x",
      "https://",
      "a b",
      "vault/path",
      "https://vault?x",
      "vault:99999",
      "file:///x",
    ]
  ) {
    assert.throws(() => parseAddress(text), (error) => isSgError(error, "SG0132"), text);
  }
  assert.throws(
    () => parseAddress("https://ann:hidden@vault"),
    (error) => isSgError(error, "SG0132") && !error.message.includes("hidden"),
  );
});

Deno.test("resolveApiPlace takes options, then the environment, then the data folder", async () => {
  await using place = await scratch();
  const data = `${place.path}/data`;
  await Deno.mkdir(data);
  const service = { pid: 1, address: "https://127.0.0.1:99", fingerprint: PIN };
  await Deno.writeTextFile(`${data}/service.json`, JSON.stringify(service));
  await Deno.writeTextFile(`${data}/owner.token`, "owner-token\n");
  await Deno.writeTextFile(`${place.path}/token`, "file-token\n");

  const local = await resolveApiPlace({ data, environment: {} });
  assert.deepEqual([local.url.origin, local.token, local.fingerprint], [
    "https://127.0.0.1:99",
    "owner-token",
    PIN,
  ]);
  assert.equal((await resolveApiPlace({ data, environment: { SPAREGRID_TOKEN: "t" } })).token, "t");
  assert.equal((await resolveApiPlace({ environment: { SPAREGRID_DATA: data } })).token, "owner-token");

  const environment = {
    SPAREGRID_ADDRESS: "vault",
    SPAREGRID_TOKEN: "env-token",
    SPAREGRID_FINGERPRINT: `sha256:${"AB:".repeat(31)}AB`,
  };
  const far = await resolveApiPlace({ data, environment });
  assert.deepEqual([far.url.origin, far.token, far.fingerprint], ["https://vault:6061", "env-token", PIN]);
  const here = await resolveApiPlace({
    data,
    here: true,
    environment: { ...environment, SPAREGRID_DATA: "/none" },
  });
  assert.deepEqual([here.url.origin, here.token], ["https://127.0.0.1:99", "owner-token"]);
  const order = { address: "https://other:1", tokenFile: `${place.path}/token`, environment };
  const given = await resolveApiPlace(order);
  assert.deepEqual([given.url.origin, given.token], ["https://other:1", "file-token"]);
  // The data folder's own token is not for others.
  assert.equal((await resolveApiPlace({ address: "vault", data, environment: {} })).token, undefined);
});

Deno.test("resolveApiPlace says what is missing", async () => {
  await using place = await scratch();
  const refused = (order: Parameters<typeof resolveApiPlace>[0], code: SgCode, text: RegExp) =>
    assert.rejects(
      resolveApiPlace({ environment: {}, ...order }),
      (error) => isSgError(error, code) && text.test(`${error.message} ${error.remedy}`),
    );
  await refused({ data: place.path }, "SG0136", /does not run .*sparegrid serve/);
  await refused({ address: "vault", tokenFile: `${place.path}/none` }, "SG1037", /there is no such file/);
  await Deno.writeTextFile(`${place.path}/empty`, "\n");
  await refused({ address: "vault", tokenFile: `${place.path}/empty` }, "SG1037", /does not hold a token/);
  await refused(
    { address: "http://vault", environment: { SPAREGRID_TOKEN: "hidden" } },
    "SG0132",
    /in clear/,
  );
  await refused({ address: "vault", fingerprint: "12" }, "SG1008", /64 hexadecimal/);
});
