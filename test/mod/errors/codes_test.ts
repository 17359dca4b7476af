// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { CODES, EXIT, isSgCode } from "../../../mod/errors/codes.ts";

Deno.test("EXIT has restic's statuses", () => {
  assert.deepEqual(EXIT, {
    done: 0,
    failed: 1,
    usage: 2,
    incomplete: 3,
    noRepository: 10,
    locked: 11,
    wrongPassword: 12,
    interrupted: 130,
  });
});

Deno.test("isSgCode knows the codes of the catalogue, and nothing else", () => {
  assert.deepEqual(["SG1001", "SG0083"].filter((code) => !isSgCode(code)), []);
  assert.deepEqual(["SG9999", "sg1001", "toString", "", null, undefined, 1001].filter(isSgCode), []);
});

Deno.test("CODES lead to the exit statuses that scripts rely on", () => {
  assert.equal(CODES.SG1001.exit, EXIT.wrongPassword);
  assert.equal(CODES.SG1002.exit, EXIT.noRepository);
  assert.equal(CODES.SG1003.exit, EXIT.locked);
  assert.equal(CODES.SG1008.exit, EXIT.usage);
  assert.equal(CODES.SG1016.exit, EXIT.interrupted);
  assert.equal(CODES.SG0094.exit, EXIT.incomplete);
  assert.equal(CODES.SG1005.exit, EXIT.failed);
});
