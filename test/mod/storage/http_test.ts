// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { systemClock } from "../../../mod/base/mod.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import {
  HttpStorage,
  type HttpStorageOptions,
  parseLocation,
  type RestLocation,
} from "../../../mod/storage/mod.ts";
import { listedFiles } from "../../../mod/storage/_http_list.ts";
import { makeCertificate } from "../../kit/certificate.ts";
import { FakeClock } from "../../kit/fake_clock.ts";
import { type RestFault, RestServer, type RestServerOptions } from "../../kit/rest_server.ts";
import { listed, pattern, rejectsWith, stored, testStorage } from "../../suite/storage.ts";

const trusted = await makeCertificate();
const stranger = await makeCertificate();
const elsewhere = await makeCertificate("DNS:backup.internal");

interface Bench extends AsyncDisposable {
  readonly storage: HttpStorage;
  readonly server: RestServer;
  readonly folder: string;
}

async function bench(
  server: Partial<RestServerOptions> = {},
  options: HttpStorageOptions = {},
  clock = systemClock,
): Promise<Bench> {
  const folder = await Deno.makeTempDir();
  const running = new RestServer({ folder, ...server });
  const storage = new HttpStorage(parseLocation(`rest:${running.url}`) as RestLocation, clock, options);
  return {
    storage,
    server: running,
    folder,
    async [Symbol.asyncDispose]() {
      await storage.close();
      await running[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** A bench with one data file of `length` bytes stored, and the faults set after that. */
async function benchWithFile(length: number, ...faults: RestFault[]): Promise<Bench & { bytes: Uint8Array }> {
  const made = await bench();
  const bytes = pattern(length);
  await made.storage.create();
  await made.storage.save(stored("data", bytes), bytes);
  made.server.faults.push(...faults);
  return { ...made, bytes };
}

testStorage("HttpStorage v2", () => bench());
testStorage("HttpStorage v1 with login", () => bench({ version: 1, username: "u@x", password: "p:ä/%" }));
testStorage(
  "HttpStorage over TLS with an own authority",
  () => bench({ tls: trusted }, { caCertificates: [trusted.cert] }),
);
testStorage(
  "HttpStorage over TLS with a pin",
  () => bench({ tls: elsewhere }, { pinnedSha256: elsewhere.sha256 }),
);

Deno.test("HttpStorage: another certificate than the pinned one is SG1019 with both, and no request is sent [W18]", async () => {
  await using it = await bench({ tls: stranger }, { pinnedSha256: trusted.sha256 });
  await assert.rejects(it.storage.stat({ type: "config", name: "" }), (error: unknown) => {
    assert(isSgError(error, "SG1019"), String(error));
    assert(error.message.includes(stranger.sha256) && error.message.includes(trusted.sha256), error.message);
    return true;
  });
  assert.deepEqual(it.server.requests, []);
});

Deno.test("HttpStorage: a certificate of nobody known is SG1019", async () => {
  for (const options of [{}, { caCertificates: [trusted.cert] }]) {
    await using it = await bench({ tls: stranger }, options);
    await rejectsWith("SG1019", it.storage.stat({ type: "config", name: "" }));
    assert.deepEqual(it.server.requests, []);
  }
});

Deno.test("HttpStorage: a trusted certificate for another name is SG1019", async () => {
  await using it = await bench({ tls: elsewhere }, { caCertificates: [elsewhere.cert] });
  await rejectsWith("SG1019", it.storage.stat({ type: "config", name: "" }));
});

Deno.test("HttpStorage: a wrong password is SG1020 and shows nowhere", async () => {
  await using it = await bench({ username: "anna", password: "right" });
  const url = it.server.url.replace("anna:right", "anna:wrong-secret");
  const storage = new HttpStorage(parseLocation(`rest:${url}`) as RestLocation, systemClock);
  try {
    assert(!storage.location.includes("anna") && !storage.location.includes("secret"), storage.location);
    await assert.rejects(storage.load({ type: "config", name: "" }), (error: unknown) => {
      assert(isSgError(error, "SG1020"), String(error));
      assert(!JSON.stringify([error.message, error.context, String(error.cause)]).includes("secret"));
      return true;
    });
  } finally {
    await storage.close();
  }
});

Deno.test("HttpStorage: user name and password may come beside the address", async () => {
  await using it = await bench({ username: "anna", password: "right" });
  const location = parseLocation(`rest:${it.server.url.replace("anna:right@", "")}`) as RestLocation;
  const storage = new HttpStorage(location, systemClock, { username: "anna", password: "right" });
  await storage.create();
  await storage.close();
});

Deno.test("HttpStorage: a closed port is SG0136", async () => {
  const it = await bench();
  await it[Symbol.asyncDispose]();
  const again = new HttpStorage(parseLocation(`rest:${it.server.url}`) as RestLocation, systemClock);
  await rejectsWith("SG0136", again.load({ type: "config", name: "" }));
  await again.close();
});

Deno.test("HttpStorage: a download that breaks off goes on from where it stopped", async () => {
  for (const range of [{}, { offset: 1000 }, { offset: 1000, length: 900_000 }]) {
    await using it = await benchWithFile(1_000_000, {
      on: /^GET data/,
      kind: "drop",
      bytes: 300_000,
      times: 2,
    });
    const { offset = 0, length = 1_000_000 - offset } = range as { offset?: number; length?: number };
    const got = await it.storage.load(stored("data", it.bytes), range);
    assert.deepEqual(got, it.bytes.slice(offset, offset + length));
    assert.equal(it.server.requests.filter((line) => line.startsWith("GET data")).length, 3);
  }
});

Deno.test("HttpStorage: a download that brings nothing at all is SG0083", async () => {
  await using it = await benchWithFile(100_000, { on: /^GET data/, kind: "drop", bytes: 0 });
  await rejectsWith("SG0083", it.storage.load(stored("data", it.bytes)));
  assert.equal(it.server.requests.filter((line) => line.startsWith("GET data")).length, 1);
});

Deno.test("HttpStorage: answers that are not the exact one are errors", async () => {
  const part = { offset: 100, length: 1000 };
  const cases: [RestFault, { offset?: number; length?: number }][] = [
    [{ on: /^GET/, kind: "whole" }, part],
    [{ on: /^GET/, kind: "shift" }, part],
    [{ on: /^GET/, kind: "truncate", bytes: 999 }, part],
    [{ on: /^GET/, kind: "status", status: 302, headers: { location: "/repo/config" } }, {}],
    [{ on: /^GET/, kind: "status", status: 204 }, {}],
    [{ on: /^GET/, kind: "status", status: 502 }, {}],
    [{ on: /^GET/, kind: "status", status: 206, headers: { "content-range": "bytes 100-1099/1100" } }, part],
  ];
  for (const [fault, range] of cases) {
    await using it = await benchWithFile(5000, fault);
    await assert.rejects(it.storage.load(stored("data", it.bytes), range), (error: unknown) => {
      assert(isSgError(error) && ["SG1015", "SG0083"].includes(error.code), `${fault.kind}: ${error}`);
      return true;
    });
  }
});

Deno.test("HttpStorage: a redirect leads nowhere: what it names is never asked [W21]", async () => {
  let asked = 0;
  const inner = http.createServer((_request, response) => {
    asked++;
    response.end("{}");
  });
  const outer = http.createServer((_request, response) => {
    const { port } = inner.address() as AddressInfo;
    response.writeHead(307, { location: `http://127.0.0.1:${port}/metadata` }).end();
  });
  for (const server of [inner, outer]) {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  }
  try {
    const { port } = outer.address() as AddressInfo;
    const location = parseLocation(`rest:http://127.0.0.1:${port}/`) as RestLocation;
    const storage = new HttpStorage(location, systemClock);
    const file = { type: "config", name: "" } as const;
    for (const act of [() => storage.stat(file), () => storage.load(file), () => storage.remove(file)]) {
      await assert.rejects(act, isSgError);
    }
    assert.equal(asked, 0);
    await storage.close();
  } finally {
    for (const server of [inner, outer]) server.close();
  }
});

Deno.test("HttpStorage: a page in the server's place does not pass for a stored or removed file", async () => {
  const file = stored("data", pattern(9));
  await using it = await bench();
  await it.storage.create();
  const page = { kind: "body", text: "<html>Welcome</html>", times: 1 } as const;
  it.server.faults.push({ on: /^POST data/, ...page });
  await rejectsWith("SG1015", it.storage.save(file, pattern(9)));
  await it.storage.save(file, pattern(9));
  it.server.faults.push({ on: /^DELETE data/, ...page });
  await rejectsWith("SG1015", it.storage.remove(file));
  assert.deepEqual(await it.storage.load(file), pattern(9));
});

Deno.test("HttpStorage: a list or a size out of a cache is SG1015", async () => {
  const file = stored("snapshots", pattern(9));
  await using it = await bench({ rememberAnswers: true });
  await it.storage.create();
  assert.deepEqual(await listed(it.storage, "snapshots"), []);
  await rejectsWith("SG1006", it.storage.stat(file));
  await it.storage.save(file, pattern(9));
  it.server.faults.push({ on: /^(GET|HEAD)/, kind: "stale", times: 2 });
  await rejectsWith("SG1015", listed(it.storage, "snapshots"));
  await rejectsWith("SG1015", it.storage.stat(file));
  assert.equal((await listed(it.storage, "snapshots")).length, 1);
});

Deno.test("HttpStorage: what a status means", async () => {
  const cases = [
    [500, {}, "SG1015"],
    [403, {}, "SG1014"],
    [401, {}, "SG1020"],
    [413, {}, "SG0178"],
    [507, {}, "SG0200"],
    [507, { "x-sparegrid-code": "SG0178" }, "SG0178"],
    [507, { "x-sparegrid-code": "SG1016" }, "SG0200"],
    [500, { "x-sparegrid-code": "SG9999" }, "SG1015"],
    [503, { "retry-after": "7" }, "SG1015"],
  ] as const;
  await using it = await bench();
  await it.storage.create();
  for (const [status, headers, code] of cases) {
    it.server.faults.splice(0, 9, { on: /^POST data/, kind: "status", status, headers });
    await assert.rejects(it.storage.save(stored("data", pattern(9)), pattern(9)), (error: unknown) => {
      assert(isSgError(error, code), `${status}: ${error}`);
      assert.equal(error.context["retryAfterMs"], "retry-after" in headers ? 7000 : undefined);
      return true;
    });
  }
});

Deno.test("HttpStorage: a file of another length under the name is SG1005", async () => {
  await using it = await bench();
  await it.storage.create();
  const bytes = pattern(100);
  const file = stored("index", bytes);
  await Deno.writeFile(`${it.folder}/index/${file.name}`, bytes.subarray(1));
  await rejectsWith("SG1005", it.storage.save(file, bytes));
});

Deno.test("HttpStorage: an append-only server's refusal is SG1014, and locks can go", async () => {
  await using it = await bench({ appendOnly: true });
  await it.storage.create();
  await it.storage.save(stored("data", pattern(9)), pattern(9));
  await it.storage.save(stored("locks", pattern(9)), pattern(9));
  await rejectsWith("SG1014", it.storage.remove(stored("data", pattern(9))));
  await it.storage.remove(stored("locks", pattern(9)));
});

Deno.test("HttpStorage: hostile lists are refused and strangers in lists left out", async () => {
  const name = "ab".repeat(32);
  const lists: [string, number | "SG1015"][] = [
    [`[{"name":"${name}","size":5}]`, 1],
    [` [ ] `, 0],
    [`[{"name":"../../etc/passwd","size":5},{"name":"${name}","size":0,"more":{"a":["]"]}}]`, 1],
    [`[{"name":"${name}","size":-1}]`, "SG1015"],
    [`[{"name":"${name}","size":1e300}]`, "SG1015"],
    [`[{"name":"${name}"}]`, "SG1015"],
    [`[{"name":"${name}","size":5}`, "SG1015"],
    [`[{"name":"${name}","size":5},]`, "SG1015"],
    [`[{"name":"${name}","size":5}]]`, "SG1015"],
    [`[[[[[[`, "SG1015"],
    [`{}`, "SG1015"],
    [``, "SG1015"],
    [`[null]`, "SG1015"],
    [`["${"x".repeat(10_000)}"]`, "SG1015"],
  ];
  await using it = await bench();
  for (const [text, expected] of lists) {
    it.server.faults.splice(0, 9, { on: /^GET data/, kind: "body", text });
    if (expected === "SG1015") await rejectsWith(expected, listed(it.storage, "data"));
    else assert.equal((await listed(it.storage, "data")).length, expected, text);
  }
});

Deno.test("HttpStorage: leaving an endless list ends it", async () => {
  await using it = await bench();
  it.server.faults.push({ on: /^GET data/, kind: "endless" });
  let seen = 0;
  for await (const _ of it.storage.list("data")) if (++seen === 5000) break;
  assert.equal(seen, 5000);
});

/** A server that says the same to every request, byte for byte. */
async function withRawServer(answer: string, act: (storage: HttpStorage) => Promise<void>): Promise<void> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    for await (const connection of listener) {
      using open = connection;
      await open.read(new Uint8Array(10_000));
      await open.write(new TextEncoder().encode(answer));
      while (await open.read(new Uint8Array(10_000)).catch(() => null) !== null);
    }
  })();
  const location = parseLocation(`rest:http://127.0.0.1:${listener.addr.port}/`) as RestLocation;
  const storage = new HttpStorage(location, systemClock);
  try {
    await act(storage);
  } finally {
    await storage.close();
    listener.close();
    await serving.catch(() => {});
  }
}

Deno.test("HttpStorage: a file declared larger than any valid one is SG1017 before it is read", async () => {
  await withRawServer("HTTP/1.1 200 OK\r\ncontent-length: 700000000\r\n\r\nabc", async (storage) => {
    await rejectsWith("SG1017", storage.load({ type: "config", name: "" }));
  });
});

Deno.test("HttpStorage: an answer without a length, or that is no HTTP, is an error", async () => {
  for (
    const answer of [
      "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
      "HTTP/1.1 200 OK\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabc",
      "HTTP/1.1 200 OK\r\n" + "x: y\r\n".repeat(20_000) + "\r\n",
      "220 mail.example ESMTP\r\n",
    ]
  ) {
    await withRawServer(answer, async (storage) => {
      await assert.rejects(storage.load({ type: "config", name: "" }), (error: unknown) => {
        assert(isSgError(error) && ["SG1015", "SG0083"].includes(error.code), `${error}`);
        return true;
      });
    });
  }
});

Deno.test("HttpStorage: silence ends a request with SG0198 after the set time [W21]", async () => {
  for (const kind of ["stall", "stall-body"] as const) {
    const clock = new FakeClock({ auto: false, start: 1_700_000_000_000_000_000n });
    await using it = await bench({}, { idleMs: 60_000 }, clock);
    await it.storage.create();
    await it.storage.save(stored("data", pattern(1000)), pattern(1000));
    it.server.faults.push({ on: /^GET data/, kind, bytes: 10, times: 1 }, { on: /^GET data/, kind: "drop" });
    const requested = it.server.requests.length;
    const loading = rejectsWith("SG0198", it.storage.load(stored("data", pattern(1000))));
    let settled = false;
    void loading.finally(() => settled = true);
    while (it.server.requests.length === requested) await new Promise((resolve) => setTimeout(resolve, 1));
    while (!settled) {
      await clock.advance(30_000);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await loading;
  }
});

Deno.test("HttpStorage: an abort ends a request under way", async () => {
  await using it = await benchWithFile(1000, { on: /^GET data/, kind: "stall" });
  const stop = new AbortController();
  const loading = rejectsWith("SG1016", it.storage.load(stored("data", it.bytes), { signal: stop.signal }));
  while (!it.server.requests.some((line) => line.startsWith("GET data"))) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  stop.abort();
  await loading;
});

Deno.test("HttpStorage: a save whose answer is lost is SG0083, and saving again succeeds", async () => {
  await using it = await bench();
  await it.storage.create();
  it.server.faults.push({ on: /^POST data/, kind: "lost", times: 1 });
  const bytes = pattern(1000);
  await rejectsWith("SG0083", it.storage.save(stored("data", bytes), bytes));
  await it.storage.save(stored("data", bytes), bytes);
  assert.deepEqual(await it.storage.load(stored("data", bytes)), bytes);
});

Deno.test("HttpStorage: connections that the server closed while they lay idle cost nothing", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let connections = 0;
  const serving = (async () => {
    for await (const connection of listener) {
      connections++;
      void (async () => {
        using open = connection;
        // Promises to stay, answers one request, takes another and goes.
        const request = new Uint8Array(10_000);
        if (await open.read(request) === null) return;
        await open.write(new TextEncoder().encode("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"));
        await open.read(request);
      })().catch(() => {});
    }
  })();
  const location = parseLocation(`rest:http://127.0.0.1:${listener.addr.port}/`) as RestLocation;
  const storage = new HttpStorage(location, systemClock);
  for (let i = 0; i < 40; i++) {
    await Promise.all([1, 2, 3].map(() => storage.save(stored("index", pattern(9)), pattern(9))));
  }
  await storage.close();
  listener.close();
  await serving.catch(() => {});
  assert(connections <= 120, `${connections} connections`);
});

Deno.test("HttpStorage: connections are used again", async () => {
  await using it = await bench();
  await it.storage.create();
  const seen = it.server.connections;
  for (let i = 0; i < 10; i++) await it.storage.save(stored("index", pattern(10, i)), pattern(10, i));
  assert.equal(it.server.connections - seen, 0);
});

Deno.test("listedFiles: a list without an end is SG1017 [W21]", async () => {
  const entry = new TextEncoder().encode(`"${"ab".repeat(32)}",`);
  async function* chunks(first: Uint8Array, more: Uint8Array): AsyncIterable<Uint8Array> {
    yield first;
    for (;;) yield await Promise.resolve(more);
  }
  const most = { entries: 1000, bytes: 100_000 };
  const opening = new TextEncoder().encode("[");
  for (const more of [entry, new TextEncoder().encode("   ")]) {
    const endless = { chunks: () => chunks(opening, more) };
    await rejectsWith("SG1017", Array.fromAsync(listedFiles("data", endless, "list data", most)));
  }
});
