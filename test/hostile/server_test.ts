// Copyright the SpareGrid authors. Apache-2.0.
// F27 on the wire: answers without an end, fast or drop by drop. The other lies of a server: lies_test.ts and http_test.ts.
import assert from "node:assert/strict";
import { systemClock, utf8 } from "../../mod/base/mod.ts";
import { type SgCode, SgError } from "../../mod/errors/mod.ts";
import { HttpStorage, parseLocation, type RestLocation } from "../../mod/storage/mod.ts";
import { type Drip, DrippingServer } from "../kit/dripping_server.ts";

const NAME = "ab".repeat(32);
const FILE = { type: "data", name: NAME } as const;
const OK = "HTTP/1.1 200 OK\r\ncontent-type: application/vnd.x.restic.rest.v2\r\n";
const CHUNKED = `${OK}transfer-encoding: chunked\r\n\r\n`;
const PART =
  "HTTP/1.1 206 Partial\r\ncontent-range: bytes 0-9999999/10000000\r\ncontent-length: 10000000\r\n\r\n";

type Call = (storage: HttpStorage) => Promise<unknown>;
const load: Call = (storage) => storage.load(FILE, { length: 10_000_000 });
const loadAll: Call = (storage) => storage.load(FILE);
const list: Call = (storage) => Array.fromAsync(storage.list("data"));
const stat: Call = (storage) => storage.stat(FILE);
const save: Call = (storage) => storage.save(FILE, utf8("x"));
const remove: Call = (storage) => storage.remove(FILE);

async function codeOf(call: Call, answer: Drip): Promise<{ code: SgCode; sent: number }> {
  await using server = new DrippingServer(() => answer);
  const storage = new HttpStorage(parseLocation(`rest:${server.url}`) as RestLocation, systemClock, {
    idleMs: 300,
  });
  try {
    await call(storage);
  } catch (error) {
    assert.ok(error instanceof SgError, String(error));
    return { code: error.code, sent: server.sent };
  } finally {
    await storage.close();
  }
  throw new Error("it passed for an answer");
}

Deno.test("HttpStorage gives up an answer that comes drop by drop", async () => {
  const drop = utf8("x");
  const cases: [string, Call, string, Uint8Array][] = [
    ["a file", load, PART, drop],
    ["a file of unknown length", loadAll, `${OK}content-length: 9999999\r\n\r\n`, drop],
    ["a list", list, `${OK}content-length: 9999999\r\n\r\n[`, utf8(" ")],
    ["a list in chunks", list, `${CHUNKED}1\r\n[\r\n`, utf8("1\r\n \r\n")],
    ["the head", stat, "HTTP/1.1 200 OK\r\nx: ", drop],
    ["heads", save, "HTTP/1.1 ", utf8("100 Continue\r\n\r\nHTTP/1.1 ")],
    ["the answer to a save", save, `${OK}content-length: 9999999\r\n\r\n`, drop],
    ["the answer to a removal", remove, `${CHUNKED}`, utf8("1\r\n \r\n")],
  ];
  for (const [what, call, head, bytes] of cases) {
    const { code } = await codeOf(call, { head, drop: bytes, everyMs: 20 });
    assert.ok(["SG0083", "SG0198", "SG1015"].includes(code), `${what}: ${code}`);
  }
});

Deno.test("HttpStorage gives up an answer without an end, and takes little of it", async () => {
  const flood = new Uint8Array(65_536).fill(0x20);
  const chunk = utf8(`10000\r\n${" ".repeat(65_536)}\r\n`);
  const cases: [string, Call, string, Uint8Array, SgCode[]][] = [
    ["more than was asked for", load, PART, flood, ["SG1015", "SG0083"]],
    ["a length beyond any file", loadAll, `${OK}content-length: 999999999999\r\n\r\n`, flood, ["SG1017"]],
    ["no length", loadAll, CHUNKED, chunk, ["SG1015"]],
    ["a head", stat, "HTTP/1.1 200 OK\r\nx: ", utf8("x".repeat(65_536)), ["SG0083", "SG1015"]],
    ["an entry of a list", list, `${CHUNKED}2\r\n["\r\n`, chunk, ["SG1015"]],
  ];
  for (const [what, call, head, bytes, codes] of cases) {
    const { code, sent } = await codeOf(call, { head, drop: bytes, everyMs: 0 });
    assert.ok(codes.includes(code), `${what}: ${code}`);
    assert.ok(sent < 64 * 2 ** 20, `${what}: ${sent} bytes`);
  }
});
