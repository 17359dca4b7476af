// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import {
  authenticatorAddress,
  base32Text,
  codeOfStep,
  isOneTimeCode,
  stepOfCode,
} from "../../../mod/account/one_time_code.ts";
import { utf8 } from "../../../mod/base/mod.ts";

const KEY = utf8("12345678901234567890");

Deno.test("codeOfStep: the values of RFC 4226, appendix D", () => {
  const codes = "755224 287082 359152 969429 338314 254676 287922 162583 399871 520489".split(" ");
  assert.deepEqual(codes.map((_, step) => codeOfStep(KEY, step)), codes);
});

Deno.test("codeOfStep: the times of RFC 6238, appendix B, of which six digits are shown", () => {
  const table: readonly (readonly [number, string])[] = [
    [59, "287082"],
    [1_111_111_109, "081804"],
    [1_111_111_111, "050471"],
    [1_234_567_890, "005924"],
    [2_000_000_000, "279037"],
    [20_000_000_000, "353130"],
  ];
  for (const [seconds, code] of table) assert.equal(codeOfStep(KEY, Math.floor(seconds / 30)), code);
});

Deno.test("stepOfCode: takes the codes of now, the half minute before and the one after, and no other", () => {
  const now = 1_800_000_007_000, step = Math.floor(now / 30_000);
  for (const by of [-1, 0, 1]) assert.equal(stepOfCode(KEY, codeOfStep(KEY, step + by), now), step + by);
  for (const by of [-3, -2, 2, 3]) assert.equal(stepOfCode(KEY, codeOfStep(KEY, step + by), now), undefined);
  for (const code of ["", "1", codeOfStep(KEY, step).slice(1), `${codeOfStep(KEY, step)}0`, "abcdef"]) {
    assert.equal(stepOfCode(KEY, code, now), undefined, code);
  }
  assert.equal(stepOfCode(KEY, codeOfStep(KEY, 0), 5), 0, "the beginning of time");
});

Deno.test("base32Text: the values of RFC 4648 without padding", () => {
  const table = {
    f: "MY",
    fo: "MZXQ",
    foo: "MZXW6",
    foob: "MZXW6YQ",
    fooba: "MZXW6YTB",
    foobar: "MZXW6YTBOI",
  };
  for (const [text, expected] of Object.entries(table)) assert.equal(base32Text(utf8(text)), expected);
  assert.equal(base32Text(new Uint8Array(20)).length, 32);
});

Deno.test("authenticatorAddress: holds key, issuer and name, whatever signs are in them", () => {
  const address = authenticatorAddress(KEY, "SpareGrid pc-1", "ann & b/ö");
  assert.equal(
    address,
    "otpauth://totp/SpareGrid%20pc-1:ann%20%26%20b%2F%C3%B6?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" +
      "&issuer=SpareGrid%20pc-1&algorithm=SHA1&digits=6&period=30",
  );
  assert.deepEqual([isOneTimeCode("012345"), isOneTimeCode("0123456"), isOneTimeCode("01234a")], [
    true,
    false,
    false,
  ]);
});
