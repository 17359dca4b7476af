// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { isSgError } from "../../../mod/errors/mod.ts";
import { readSignature, type SignedParts, signRequest, verifySignature } from "../../../mod/signature/mod.ts";

const order = {
  method: "POST",
  targetUri: "http://host:32004/a/r/data/00",
  bodySha256: new Uint8Array(32).fill(7),
  account: "ann",
  secret: "s3cret",
  createdSeconds: 1_800_000_000,
  nonce: "0123456789abcdef",
};

function parts(change: Partial<SignedParts> = {}, headers: Record<string, string> = {}): SignedParts {
  const signed = { ...signRequest(order), ...headers };
  return { ...order, headers: new Headers(signed), hasBody: true, ...change };
}

Deno.test("readSignature: reads what signRequest wrote, and it verifies with that secret only", () => {
  const found = readSignature(parts())!;
  const { keyId, created, nonce, bodySha256 } = found;
  assert.deepEqual({ keyId, created, nonce, bodySha256 }, {
    keyId: "ann",
    created: 1_800_000_000,
    nonce: "0123456789abcdef",
    bodySha256: order.bodySha256,
  });
  assert.ok(verifySignature(found, "s3cret"));
  for (const other of ["s3cre", "s3cret ", "", "S3cret"]) assert.ok(!verifySignature(found, other), other);
});

Deno.test("readSignature: a request without the headers has none", () => {
  assert.equal(readSignature(parts({ headers: new Headers() })), undefined);
});

Deno.test("verifySignature: whatever was changed on the way shows", () => {
  const changes: Partial<SignedParts>[] = [
    { method: "DELETE" },
    { method: "post" },
    { targetUri: "http://host:32004/a/r/data/01" },
    { targetUri: "https://host:32004/a/r/data/00" },
    { targetUri: "http://other:32004/a/r/data/00" },
    { targetUri: "http://host:32004/a/r/data/00?" },
  ];
  for (const change of changes) {
    assert.ok(!verifySignature(readSignature(parts(change))!, "s3cret"), JSON.stringify(change));
  }
  const digest = { "Content-Digest": `sha-256=:${"A".repeat(43)}=:` };
  assert.ok(!verifySignature(readSignature(parts({}, digest))!, "s3cret"));
  const input = signRequest(order)["Signature-Input"];
  for (
    const other of [
      input.replace("1800000000", "1800000001"),
      input.replace("abcdef", "abcdeg"),
      input.replace("ann", "bob"),
      input.replace(';alg="hmac-sha256"', ""),
      input.replace('"@method" "@target-uri"', '"@target-uri" "@method"'),
      `${input};tag="x"`,
    ]
  ) {
    assert.ok(!verifySignature(readSignature(parts({}, { "Signature-Input": other }))!, "s3cret"), other);
  }
});

const INPUT = signRequest(order)["Signature-Input"];
const MAC = signRequest(order)["Signature"];

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

const HOSTILE: Readonly<Record<string, Record<string, string>>> = {
  "no input": { "Signature-Input": "" },
  "no signature": { "Signature": "" },
  "two inputs": { "Signature-Input": `${INPUT}, ${INPUT.replace("sig", "two")}` },
  "two signatures": { "Signature": `${MAC}, ${MAC.replace("sig", "two")}` },
  "another label": { "Signature": MAC.replace("sig", "two") },
  "a short MAC": { "Signature": "sig=:AAAA:" },
  "a MAC that is a text": { "Signature": `sig="${MAC.slice(5, -1)}"` },
  // The last digit's two low bits mean nothing: the next digit spells the same MAC.
  "a MAC spelt otherwise": {
    "Signature": MAC.replace(/(.)(?==:$)/, (digit) => DIGITS[DIGITS.indexOf(digit) + 1]!),
  },
  "the method not covered": { "Signature-Input": INPUT.replace('"@method" ', "") },
  "the URI not covered": { "Signature-Input": INPUT.replace(' "@target-uri"', "") },
  "the body not covered": { "Signature-Input": INPUT.replace(' "content-digest"', "") },
  "nothing covered": { "Signature-Input": INPUT.replace(/\(.*\)/, "()") },
  "a component twice": { "Signature-Input": INPUT.replace('"@method"', '"@method" "@method"') },
  "another component": { "Signature-Input": INPUT.replace('"@method"', '"@method" "host"') },
  "a component with parameters": { "Signature-Input": INPUT.replace('"@method"', '"@method";req') },
  "no created": { "Signature-Input": INPUT.replace(/;created=\d+/, "") },
  "created as text": { "Signature-Input": INPUT.replace(/created=(\d+)/, 'created="$1"') },
  "created negative": { "Signature-Input": INPUT.replace("created=", "created=-") },
  "created endless": { "Signature-Input": INPUT.replace("created=", "created=99999999999999999999") },
  "no nonce": { "Signature-Input": INPUT.replace(/;nonce="[^"]*"/, "") },
  "a short nonce": { "Signature-Input": INPUT.replace("0123456789abcdef", "x") },
  "a long nonce": { "Signature-Input": INPUT.replace("0123456789abcdef", "x".repeat(65)) },
  "no keyid": { "Signature-Input": INPUT.replace(/;keyid="[^"]*"/, "") },
  "a keyid that is a path": { "Signature-Input": INPUT.replace("ann", "../ann") },
  "a keyid in capitals": { "Signature-Input": INPUT.replace("ann", "ANN") },
  "a parameter twice": { "Signature-Input": `${INPUT};created=1800000000` },
  "another algorithm": { "Signature-Input": INPUT.replace("hmac-sha256", "rsa-pss-sha512") },
  "an algorithm that is a number": { "Signature-Input": INPUT.replace('"hmac-sha256"', "5") },
  "an escaped quote": { "Signature-Input": INPUT.replace("ann", 'an\\"n') },
  "text behind": { "Signature-Input": `${INPUT} x` },
  "a huge header": { "Signature-Input": `${INPUT};tag="${"x".repeat(10_000)}"` },
  "a digest of another kind": { "Content-Digest": "md5=:AAAA:" },
  "two digests": { "Content-Digest": `sha-256=:${"A".repeat(43)}=:, sha-512=:AAAA:` },
  "no digest": { "Content-Digest": "" },
};

for (const [what, headers] of Object.entries(HOSTILE)) {
  Deno.test(`readSignature: refuses ${what}`, () => {
    assert.throws(() => readSignature(parts({}, headers)), (error) => isSgError(error, "SG1044"));
  });
}

Deno.test("readSignature: a request without a body need not cover one", () => {
  const { bodySha256: _, ...bodyless } = order;
  const headers = new Headers({ ...signRequest(bodyless) });
  const found = readSignature({ ...bodyless, headers, hasBody: false })!;
  assert.ok(verifySignature(found, "s3cret") && found.bodySha256 === undefined);
  assert.throws(
    () => readSignature({ ...bodyless, headers, hasBody: true }),
    (error) => isSgError(error, "SG1044") && error.message.includes("content-digest"),
  );
});

Deno.test("verifySignature: whichever one character is changed, it is refused or does not verify", () => {
  const other = (text: string, at: number) =>
    text.slice(0, at) + (text[at] === "1" ? "2" : "1") + text.slice(at + 1);
  const verifies = (change: Partial<SignedParts>, headers: Record<string, string>): boolean => {
    try {
      return verifySignature(readSignature(parts(change, headers))!, "s3cret");
    } catch (error) {
      assert.ok(isSgError(error, "SG1044"), String(error));
      return false;
    }
  };
  assert.ok(verifies({}, {}));
  const digest = signRequest(order)["Content-Digest"]!;
  for (
    const [name, text] of [["Signature-Input", INPUT], ["Signature", MAC], [
      "Content-Digest",
      digest,
    ]] as const
  ) {
    for (let at = 0; at < text.length; at++) {
      assert.ok(!verifies({}, { [name]: other(text, at) }), `${name} at ${at}`);
    }
  }
  for (let at = 0; at < order.targetUri.length; at++) {
    assert.ok(!verifies({ targetUri: other(order.targetUri, at) }, {}), `URI at ${at}`);
  }
});

Deno.test("readSignature: random headers give an SgError or a signature, never anything else", () => {
  const pieces = ["sig", "=", "(", ")", '"', "@method", ";", "created", "1", ":", " ", ",", INPUT, MAC, "\\"];
  let seed = 1;
  const next = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
  for (let i = 0; i < 5_000; i++) {
    const text = () => Array.from({ length: next(12) }, () => pieces[next(pieces.length)]).join("").trim();
    try {
      readSignature(parts({}, { "Signature-Input": text(), "Signature": text() }));
    } catch (error) {
      assert.ok(isSgError(error, "SG1044"), String(error));
    }
  }
});
