// Copyright the SpareGrid authors. Apache-2.0.
import { createHmac } from "node:crypto";

/** A part of a message that a signature covers: a header's name in lower case, or a derived one such as `@method`. */
export interface SignatureComponent {
  readonly name: string;
  readonly value: string;
}

/**
 * The text that is signed (RFC 9421, section 2.5): a line for each component, in order, and one for the parameters, which
 * are given as they stand in `Signature-Input` after the label.
 */
export function signatureBase(components: readonly SignatureComponent[], parameters: string): string {
  return [...components.map(({ name, value }) => `"${name}": ${value}`), `"@signature-params": ${parameters}`]
    .join("\n");
}

/** HMAC-SHA256 of `text` under `key`: the algorithm `hmac-sha256` of RFC 9421, section 3.3.3. */
export function hmacSha256(key: Uint8Array, text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHmac("sha256", key).update(text, "utf8").digest());
}
