// Copyright the SpareGrid authors. Apache-2.0.
// What a server says: lists in pieces, and whole HTTP answers as bytes on a socket.
import assert from "node:assert/strict";
import { systemClock, utf8 } from "../../mod/base/mod.ts";
import { isSgError } from "../../mod/errors/mod.ts";
import { listedFiles } from "../../mod/storage/_http_list.ts";
import { HttpStorage, isFileName, parseLocation, type RestLocation } from "../../mod/storage/mod.ts";
import { AnswerServer } from "../kit/answer_server.ts";
import { type Dice, mutateBytes, mutateJson } from "../kit/mutator.ts";
import { fuzz } from "./campaign.ts";

const NAME = "ab".repeat(32);
const LISTS = [
  `[{"name":"${NAME}","size":7},{"name":"${NAME.toUpperCase()}","size":1},{"name":"../x","size":2}]`,
  `["${NAME}","x"]`,
  "[]",
];

function listBytes(dice: Dice): Uint8Array<ArrayBuffer> {
  return dice.once(2) ? mutateJson(LISTS, dice) : mutateBytes(LISTS.map(utf8), dice);
}

fuzz({
  name: "list",
  says: "listedFiles gives only names of files and whole sizes, however the list is cut, or refuses it",
  cases: 8_000,
  input: listBytes,
  async feed(bytes) {
    const read = async (piece: number) => {
      const chunks = async function* () {
        for (let at = 0; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece);
      };
      const files: string[] = [];
      try {
        for await (const { name, size } of listedFiles("data", { chunks }, "list")) {
          assert.ok(isFileName("data", name), name);
          assert.ok(size === undefined || Number.isSafeInteger(size) && size >= 0);
          files.push(`${name} ${size}`);
        }
      } catch (error) {
        if (!isSgError(error)) throw error;
        // What was given before the error came may differ; that it came may not.
        return error.code;
      }
      return files;
    };
    assert.deepEqual(await read(1), await read(bytes.length || 1));
    assert.deepEqual(await read(3), await read(17));
  },
});

const OCTETS = "application/octet-stream";
const BODY = "0123456789";
const ANSWERS = [
  `HTTP/1.1 200 OK\r\ncontent-type: ${OCTETS}\r\ncontent-length: 10\r\n\r\n${BODY}`,
  `HTTP/1.1 206 Partial Content\r\ncontent-range: bytes 0-9/10\r\ncontent-length: 10\r\n\r\n${BODY}`,
  `HTTP/1.1 206 Partial Content\r\ncontent-range: bytes 2-6/10\r\ncontent-length: 5\r\n\r\n23456`,
  `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\na\r\n${BODY}\r\n0\r\n\r\n`,
  `HTTP/1.1 200 OK\r\ncontent-length: ${LISTS[0]!.length}\r\n\r\n${LISTS[0]}`,
  "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n",
  "HTTP/1.1 503 Busy\r\nretry-after: 99999999999\r\nx-sparegrid-code: SG1023\r\ncontent-length: 2\r\n\r\nno",
  "HTTP/1.1 416 Range\r\ncontent-range: bytes */10\r\n\r\n",
  "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n0123456789",
  "HTTP/1.0 200 OK\r\n\r\n0123456789",
];

fuzz({
  name: "http_answer",
  says: "HttpStorage takes from any answer the bytes that were asked for, or refuses it with a code",
  cases: 500,
  input: (dice) => mutateBytes(ANSWERS.map(utf8), dice),
  async feed(bytes) {
    await using server = new AnswerServer(bytes);
    const storage = new HttpStorage(parseLocation(`rest:${server.url}`) as RestLocation, systemClock, {
      idleMs: 2_000,
      connections: 2,
    });
    const file = { type: "data", name: NAME } as const;
    const calls: (() => Promise<unknown>)[] = [
      async () => assert.equal((await storage.load(file, { offset: 2, length: 5 })).length, 5),
      async () => assert.equal((await storage.load(file, { length: 10 })).length, 10),
      () => storage.load(file),
      () => storage.stat(file),
      () => Array.fromAsync(storage.list("data")),
      () => storage.save(file, utf8(BODY)),
      () => storage.remove(file),
    ];
    try {
      for (const call of calls) {
        try {
          await call();
        } catch (error) {
          if (!isSgError(error) || error.code === "SG1023") throw error;
        }
      }
    } finally {
      await storage.close();
    }
  },
});
