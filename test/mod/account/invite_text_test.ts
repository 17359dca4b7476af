// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import fc from "fast-check";
import { systemRandom } from "../../../mod/base/mod.ts";
import { inviteText, parseInvite } from "../../../mod/account/mod.ts";
import { typedBytes, typedText } from "../../../mod/account/typed_text.ts";
import { isSgError } from "../../../mod/errors/mod.ts";

const facts = {
  ...{ address: "backup.example.org", tlsPort: 32_007, plainPort: 32_004, fingerprint: "5e".repeat(32) },
  code: Uint8Array.from({ length: 16 }, (_, i) => i * 16),
};
const notValid = (error: unknown) => isSgError(error, "SG1043");

Deno.test("inviteText: stays as it is written here, for invites that were printed", () => {
  assert.equal(
    inviteText(facts),
    "SGI1-FM3QT-12YBS-F5WQJ-YBSF5-WQJYB-SF5WQ-JYBSF-5WQJY-BSF5W-QJYBS-F5WQJ-YBR01-081G8-1860W-40J2G-B1G6G-W3R64-RB3DD-TQ0BK-5F1GP-TW3CC-MQ6YW-K787E-F968",
  );
});

Deno.test("parseInvite: gives back what was written, however it was wrapped or typed", () => {
  for (const address of ["backup.example.org", "192.0.2.7", "2001:db8::7", "a", "h".repeat(253)]) {
    for (const plainPort of [0, 32_004]) {
      const text = inviteText({ ...facts, address, plainPort });
      assert.match(text, /^SGI1(-[0-9A-HJKMNP-TV-Z]{1,5})+$/);
      const typed = [
        text,
        text.toLowerCase(),
        text.replaceAll("-", " \n"),
        ` ${text}\r\n`,
        text.replaceAll("0", "o"),
      ];
      for (const spelt of typed) assert.deepEqual(parseInvite(spelt), { ...facts, address, plainPort });
    }
  }
});

Deno.test("parseInvite: each character that is wrong, missing, doubled or swapped is noticed", () => {
  const text = inviteText(facts);
  const digits = text.slice(5).replaceAll("-", "");
  for (let at = 0; at < digits.length; at++) {
    const other = digits[at] === "7" ? "8" : "7";
    for (
      const spoilt of [
        digits.slice(0, at) + other + digits.slice(at + 1),
        digits.slice(0, at) + digits.slice(at + 1),
        digits.slice(0, at) + digits[at] + digits.slice(at),
      ]
    ) {
      assert.throws(() => parseInvite(`SGI1-${spoilt}`), notValid, spoilt);
    }
    const swapped = digits.slice(0, at) + (digits[at + 1] ?? "") + digits[at] + digits.slice(at + 2);
    if (swapped !== digits) assert.throws(() => parseInvite(`SGI1-${swapped}`), notValid, swapped);
  }
});

Deno.test("parseInvite: what is no invite is refused, never more than a bounded look at it", () => {
  const others = [
    "",
    "SGI1",
    "SGI1-",
    "SGI2-" + inviteText(facts).slice(5),
    "https://x/",
    "SGI1-" + "0".repeat(4_000),
  ];
  for (const text of [...others, "x".repeat(1e6), "SGI1-\u0000", inviteText(facts) + inviteText(facts)]) {
    assert.throws(() => parseInvite(text), notValid, text.slice(0, 40));
  }
});

Deno.test("inviteText: facts that cannot stand in it are refused", () => {
  const bad = [
    { address: "" },
    { address: "host/path" },
    { address: "user@host" },
    { address: "h".repeat(254) },
    { tlsPort: 0 },
    { tlsPort: 65_536 },
    { plainPort: -1 },
    { fingerprint: "5e" },
  ];
  for (const change of bad) {
    assert.throws(
      () => inviteText({ ...facts, ...change }),
      (error) => isSgError(error, "SG1040"),
      JSON.stringify(change),
    );
  }
});

Deno.test("typedText: is its own bytes again, for any bytes and groups", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 1, max: 9 }), (bytes, group) => {
    assert.deepEqual(typedBytes(typedText(bytes, group), 40), new Uint8Array(bytes));
  }));
  assert.equal(typedBytes("U", 5), undefined);
  assert.equal(typedBytes(typedText(systemRandom.bytes(6), 4), 5), undefined);
  assert.equal(typedBytes("0".repeat(1e6), 5), undefined);
  assert.equal(typedBytes("01", 5), undefined); // bits left over
});
