// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import fc from "fast-check";
import { utf8, utf8Text } from "../../../mod/base/mod.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import { decodeLock, encodeLock } from "../../../mod/format/mod.ts";
import { answersOrRefuses, COUNT, hostileBytes, INSTANT, TEXT, U32 } from "./_arbitraries.ts";

const GOOD =
  '{"time":"2021-01-01T00:00:00Z","exclusive":true,"hostname":"h","username":"u","pid":7,"uid":1,"gid":2}';
const LOCK = fc.record({
  time: INSTANT,
  exclusive: fc.boolean(),
  hostname: TEXT,
  username: TEXT,
  pid: COUNT,
  uid: U32,
  gid: U32,
}, { noNullPrototype: true });

Deno.test("encodeLock writes restic's fields and leaves out the numbers of root", () => {
  const lock = decodeLock(utf8(GOOD));
  assert.equal(utf8Text(encodeLock(lock)), GOOD);
  assert.equal(utf8Text(encodeLock({ ...lock, uid: 0, gid: 0 })), GOOD.replace(',"uid":1,"gid":2', ""));
});

Deno.test("decodeLock gives back what encodeLock wrote", () => {
  fc.assert(fc.property(LOCK, (lock) => assert.deepEqual(decodeLock(encodeLock(lock)), lock)));
});

Deno.test("decodeLock refuses what cannot be a lock", () => {
  const wrong = [
    "",
    "[]",
    "null",
    "{}",
    GOOD.slice(0, -1),
    GOOD.replace("true", '"yes"'),
    GOOD.replace("true", "1"),
  ];
  wrong.push(GOOD.replace(":7", ":-7"), GOOD.replace(":7", ":1e400"), GOOD.replace(":7", ':"7"'));
  wrong.push(GOOD.replace(":1,", ":4294967296,"), GOOD.replace('"h"', "[]"), GOOD.replace("2021", "20x1"));
  for (const text of wrong) {
    assert.throws(() => decodeLock(utf8(text)), (error) => isSgError(error, "SG1005"), text);
  }
});

Deno.test("decodeLock answers or refuses any bytes", () => {
  fc.assert(fc.property(hostileBytes(utf8(GOOD)), (bytes) => answersOrRefuses(() => decodeLock(bytes))));
});
