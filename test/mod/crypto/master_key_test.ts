// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { systemRandom } from "../../../mod/base/mod.ts";
import { deriveSecret, generateMasterKey } from "../../../mod/crypto/mod.ts";

const key = {
  encrypt: new Uint8Array(32).fill(1),
  macK: new Uint8Array(16).fill(2),
  macR: new Uint8Array(16).fill(3),
};

Deno.test("generateMasterKey gives parts of the right length with r masked as restic masks it", () => {
  const ones = generateMasterKey({ bytes: (length) => new Uint8Array(length).fill(255) });
  assert.equal(ones.macR.toHex(), "ffffff0ffcffff0ffcffff0ffcffff0f");
  assert.equal(ones.encrypt.length, 32);
  assert.equal(ones.macK.length, 16);
  assert.notDeepEqual(generateMasterKey(systemRandom), generateMasterKey(systemRandom));
});

Deno.test("deriveSecret stays what it was: chunks of old backups depend on it", () => {
  assert.equal(
    deriveSecret(key, "chunker").toHex(),
    "ca7665b114440ee33bbbe463fa4eccbc230ffac4efd3e6eadf7359e027417f32",
  );
});

Deno.test("deriveSecret differs by purpose and by each part of the key", () => {
  const secrets = [
    deriveSecret(key, "chunker"),
    deriveSecret(key, "other"),
    deriveSecret({ ...key, encrypt: new Uint8Array(32) }, "chunker"),
    deriveSecret({ ...key, macK: new Uint8Array(16) }, "chunker"),
    deriveSecret({ ...key, macR: new Uint8Array(16) }, "chunker"),
  ].map((secret) => secret.toHex());
  assert.equal(new Set(secrets).size, 5);
  assert.ok(secrets.every((secret) => secret.length === 64));
});

Deno.test("deriveSecret does not care whether r was stored masked", () => {
  const masked = { ...key, macR: new Uint8Array(16).fill(0xff) };
  masked.macR.set([0x0f], 3);
  assert.deepEqual(
    deriveSecret(masked, "x"),
    deriveSecret({ ...key, macR: new Uint8Array(16).fill(0xff) }, "x"),
  );
});
