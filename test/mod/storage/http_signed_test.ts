// Copyright the SpareGrid authors. Apache-2.0.
// The client of a SpareGrid server: signed requests, its codes, its additions.
import assert from "node:assert/strict";
import { systemClock, systemRandom } from "../../../mod/base/mod.ts";
import { CODES, isSgError, type SgCode } from "../../../mod/errors/mod.ts";
import {
  HttpStorage,
  type HttpStorageOptions,
  openStorage,
  parseLocation,
  type RestLocation,
} from "../../../mod/storage/mod.ts";
import { openFileSystem } from "../../../mod/platform/mod.ts";
import { makeCertificate } from "../../kit/certificate.ts";
import { RestServer, type RestServerOptions, type SpareGridSide } from "../../kit/rest_server.ts";
import { TcpProxy } from "../../kit/tcp_proxy.ts";
import { pattern, rejectsWith, stored, testStorage } from "../../suite/storage.ts";

const certificate = await makeCertificate("DNS:backup.internal");
const SIDE: SpareGridSide = { account: "ada", secret: "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LTEyMzQ" };
const SIGNED = { username: SIDE.account, password: SIDE.secret, signed: true, random: systemRandom };

async function bench(
  server: Partial<RestServerOptions> = {},
  options: HttpStorageOptions = {},
) {
  const folder = await Deno.makeTempDir();
  const running = new RestServer({ folder, spareGrid: SIDE, ...server });
  const location = parseLocation(`rest:${running.url}`) as RestLocation;
  const storage = new HttpStorage(location, systemClock, { ...SIGNED, ...options });
  return {
    storage,
    server: running,
    async [Symbol.asyncDispose]() {
      await storage.close();
      await running[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

testStorage("HttpStorage with signed requests", () => bench());
testStorage(
  "HttpStorage with signed requests over TLS with a pin",
  () => bench({ tls: certificate }, { pinnedSha256: certificate.sha256 }),
);

Deno.test("HttpStorage: the secret never travels, and no two requests carry the same signature", async () => {
  const seen: string[] = [];
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    for await (const connection of listener) {
      void (async () => {
        using open = connection;
        for (const buffer = new Uint8Array(65_536);;) {
          const got = await open.read(buffer).catch(() => null);
          if (got === null) return;
          seen.push(new TextDecoder().decode(buffer.subarray(0, got)));
          await open.write(new TextEncoder().encode("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"));
        }
      })();
    }
  })();
  const location = parseLocation(`rest:http://127.0.0.1:${listener.addr.port}/ada/set/`) as RestLocation;
  const storage = new HttpStorage(location, systemClock, SIGNED);
  for (let i = 0; i < 3; i++) await rejectsWith("SG1006", storage.stat({ type: "config", name: "" }));
  await storage.close();
  listener.close();
  await serving;
  const all = seen.join("");
  assert.ok(
    !all.includes(SIDE.secret) && !/authorization:/i.test(all) && !all.includes(btoa(`ada:${SIDE.secret}`)),
  );
  const macs = [...all.matchAll(/^signature: (.*)$/gim)].map((match) => match[1]);
  assert.deepEqual([macs.length, new Set(macs).size], [3, 3]);
});

Deno.test("HttpStorage: a request whose kept connection ends under it is signed anew before it is sent again", async () => {
  for (const kind of ["reset", "close"] as const) {
    await using it = await bench();
    const bytes = pattern(10_000), file = stored("data", bytes);
    await it.storage.create();
    await it.storage.save(file, bytes);
    await using proxy = await TcpProxy.to(it.server.port);
    const location = parseLocation(`rest:http://127.0.0.1:${proxy.port}/repo/`) as RestLocation;
    const storage = new HttpStorage(location, systemClock, SIGNED);
    await storage.stat(file);
    proxy.reset({ kind, direction: "down", at: proxy.passed("down") });
    it.server.requests.length = 0;
    await storage.stat(file);
    // The answer to the first one is lost, and so the second finds nothing.
    await rejectsWith("SG1006", storage.remove(file));
    await storage.close();
    assert.deepEqual(it.server.requests.map((line) => line.split(" ")[0]), ["HEAD", "DELETE", "DELETE"]);
  }
});

Deno.test("HttpStorage: a wrong secret, and a clock that cannot be why, is SG1044", async () => {
  await using it = await bench({}, { password: "another" });
  await rejectsWith("SG1044", it.storage.create());
  // HEAD config, and nothing twice.
  assert.equal(it.server.requests.length, 1);
});

Deno.test("HttpStorage: signs by the server's clock when ours is another one, but not by one that is days off", async () => {
  for (const aheadMs of [3_600_000, -20 * 3_600_000]) {
    await using it = await bench({ spareGrid: { ...SIDE, aheadMs } });
    await it.storage.create();
    await it.storage.save(stored("data", pattern(1000)), pattern(1000));
    assert.equal(it.server.requests.filter((line) => line.startsWith("POST data")).length, 1);
  }
  await using it = await bench({ spareGrid: { ...SIDE, aheadMs: 3 * 24 * 3_600_000 } });
  await rejectsWith("SG1044", it.storage.create());
});

Deno.test("HttpStorage: an account or a secret that cannot be one is SG1020 at once, and signing needs randomness", () => {
  const location = parseLocation("rest:http://127.0.0.1:1/") as RestLocation;
  for (const [username, password] of [["", "x"], ["a b", "x"], ["a\r\nx: y", "x"], ["a", ""]]) {
    assert.throws(
      () => new HttpStorage(location, systemClock, { ...SIGNED, username: username!, password: password! }),
      { code: "SG1020" },
    );
  }
  const { random: _, ...without } = SIGNED;
  assert.throws(() => new HttpStorage(location, systemClock, without), { code: "SG1023" });
});

/** Status and code as the server sends them, and the code that it means to us. */
const REFUSALS: readonly (readonly [number, string, SgCode])[] = [
  ...[[507, "SG0178"], [403, "SG0180"], [507, "SG0200"], [409, "SG0191"], [403, "SG1042"], [
    403,
    "SG1044",
  ]] as const,
  ...[[403, "SG1045"], [401, "SG1020"], [429, "SG1039"], [403, "SG1038"], [404, "SG1036"], [
    400,
    "SG1040",
  ]] as const,
].map(([status, code]) => [status, code, code] as const);
/** What no server may say for us. */
const FORBIDDEN: readonly (readonly [number, string, SgCode])[] = [
  [403, "SG1018", "SG1014"],
  [403, "SG1002", "SG1014"],
  [507, "SG1016", "SG0200"],
  [500, "SG1006", "SG1015"],
  [500, "SG9999", "SG1015"],
  [500, "__proto__", "SG1015"],
];

Deno.test("HttpStorage: a code that the server names is ours, as far as it may name it, with its sentence cleaned", async () => {
  await using it = await bench();
  await it.storage.create();
  const hostile = "Space\u001b[31m is\u202e short\r\nby 5 MB " + "x".repeat(5000);
  for (const [status, code, meant] of [...REFUSALS, ...FORBIDDEN]) {
    it.server.faults.splice(0, 9, {
      on: /^POST data/,
      kind: "status",
      status,
      headers: { "x-sparegrid-code": code, "content-type": "application/problem+json" },
      text: JSON.stringify({ code, detail: hostile }),
    });
    await assert.rejects(it.storage.save(stored("data", pattern(9)), pattern(9)), (error: unknown) => {
      assert(isSgError(error, meant), `${status} ${code}: ${error}`);
      assert.ok(error.message.length < 600 && !/[\p{Cc}\p{Cf}]/u.test(error.message), error.message);
      assert.equal(error.message.includes("the server says: Space [31m is short by 5 MB x"), meant === code);
      return true;
    });
  }
  for (const text of ["", "{", "[]", "null", `{"detail":5}`, `{"detail":"  "}`, "x".repeat(100_000)]) {
    it.server.faults.splice(0, 9, {
      on: /^POST data/,
      kind: "status",
      status: 507,
      headers: { "x-sparegrid-code": "SG0178", "content-type": "application/problem+json" },
      text,
    });
    await assert.rejects(it.storage.save(stored("data", pattern(9)), pattern(9)), (error: unknown) => {
      return isSgError(error, "SG0178") && error.message.endsWith(CODES.SG0178.title.toLowerCase());
    });
  }
});

Deno.test("openStorage: what the server asks to wait for is tried again, what it refuses is not", async () => {
  await using it = await bench();
  await it.storage.create();
  const storage = openStorage(`rest:${it.server.url}`, {
    ...{ fs: openFileSystem(), clock: systemClock, random: systemRandom, http: SIGNED },
    retry: { attempts: 3, baseMs: 1 },
  });
  for (const [status, code, tries] of [[429, "SG1039", 2], [409, "SG0191", 1], [507, "SG0178", 1]] as const) {
    it.server.requests.length = 0;
    const headers = { "x-sparegrid-code": code };
    it.server.faults.splice(0, 9, { on: /^POST data/, kind: "status", status, headers, times: 1 });
    const bytes = pattern(50 + status);
    const saved = await storage.save(stored("data", bytes), bytes).then(() => "saved", (error) => error.code);
    assert.equal(saved, tries === 2 ? "saved" : code);
    assert.equal(it.server.requests.filter((line) => line.startsWith("POST data")).length, tries);
  }
  await storage.close();
});

Deno.test("HttpStorage.missing says in one request which of many files are not there", async () => {
  await using it = await bench();
  await it.storage.create();
  const there = [1, 2, 3].map((seed) => ({
    bytes: pattern(100, seed),
    file: stored("data", pattern(100, seed)),
  }));
  for (const { file, bytes } of there) await it.storage.save(file, bytes);
  const away = [7, 8].map((seed) => stored(seed === 7 ? "data" : "snapshots", pattern(100, seed)));
  const asked = [...there.map(({ file }) => file), ...away];
  it.server.requests.length = 0;
  assert.deepEqual(await it.storage.missing(asked), away);
  assert.deepEqual(it.server.requests, ["POST ?missing"]);
  assert.deepEqual(await it.storage.missing([]), []);
  for (const text of ["{}", "[5]", `["data/../../x"]`, "[", `["${"x".repeat(1_000_000)}"]`]) {
    it.server.faults.splice(0, 9, { on: /missing/, kind: "body", text });
    await rejectsWith("SG1015", it.storage.missing(asked));
  }
});

Deno.test("HttpStorage.missing and usage are for servers of SpareGrid alone", async () => {
  await using it = await bench({ spareGrid: undefined as never, username: "ada", password: "p" }, {
    signed: false,
    username: "ada",
    password: "p",
  });
  await it.storage.create();
  assert.equal(await it.storage.missing([stored("data", pattern(9))]), undefined);
  assert.equal(await it.storage.usage(), undefined);
  assert.ok(it.server.requests.every((line) => !/missing|usage/.test(line)));
});

Deno.test("HttpStorage.usage gives the figures that make sense", async () => {
  const cases: readonly (readonly [unknown, unknown])[] = [
    [{ used: 5, allotted: 10, free: 5, trash: 1, retentionLockDays: 14 }, undefined],
    [{ used: 5, allotted: null, free: -1, trash: "1", more: 3 }, { used: 5 }],
    [{ used: 1e300 }, "SG1015"],
    [[], "SG1015"],
    ["x".repeat(10_000), "SG1015"],
  ];
  for (const [usage, expected = usage] of cases) {
    await using it = await bench({ spareGrid: { ...SIDE, usage } });
    if (expected === "SG1015") await rejectsWith("SG1015", it.storage.usage());
    else assert.deepEqual(await it.storage.usage(), expected);
  }
});
