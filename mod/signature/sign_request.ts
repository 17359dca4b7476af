// Copyright the SpareGrid authors. Apache-2.0.
import { toBase64, utf8 } from "../base/mod.ts";
import { contentDigest } from "./content_digest.ts";
import { hmacSha256, signatureBase, type SignatureComponent } from "./signature_base.ts";

/** What is signed, and with what. */
export interface SignRequestOptions {
  readonly method: string;
  /**
   * The whole URI as the server will see it: scheme, host as in the `Host` header (lower case, the port where it is not the
   * scheme's own), path and query as on the request's first line. `new URL(…).href` is that, for URLs without fragment.
   */
  readonly targetUri: string;
  /** SHA-256 of the body; left out only for requests without one. */
  readonly bodySha256?: Uint8Array;
  /** The account's ID. */
  readonly account: string;
  /** The account's secret, the text as it was given. */
  readonly secret: string;
  /** Now, in seconds since 1970, by the server's clock as well as it is known. */
  readonly createdSeconds: number;
  /** A text that was never used before: base64url of 16 random bytes. */
  readonly nonce: string;
}

/** Headers to send. */
export interface SignatureHeaders {
  readonly "Signature-Input": string;
  readonly "Signature": string;
  readonly "Content-Digest"?: string;
}

/** Signs a request; each try of it needs a new nonce. Throws RangeError for values that cannot stand in a header. */
export function signRequest(options: SignRequestOptions): SignatureHeaders {
  const { method, targetUri, bodySha256, account, secret, createdSeconds, nonce } = options;
  for (const text of [account, nonce]) {
    if (!/^[A-Za-z0-9._~-]+$/.test(text)) throw new RangeError("Cannot sign: account or nonce is malformed");
  }
  if (/[\0-\x20\x7f]/.test(method + targetUri)) {
    throw new RangeError("Cannot sign: method or URI is malformed");
  }
  const digest = bodySha256 && contentDigest(bodySha256);
  const components: SignatureComponent[] = [
    { name: "@method", value: method },
    { name: "@target-uri", value: targetUri },
    ...(digest === undefined ? [] : [{ name: "content-digest", value: digest }]),
  ];
  const names = components.map(({ name }) => `"${name}"`).join(" ");
  const parameters = `(${names});created=${Math.floor(createdSeconds)};nonce="${nonce}"` +
    `;keyid="${account}";alg="hmac-sha256"`;
  const mac = hmacSha256(utf8(secret), signatureBase(components, parameters));
  return {
    "Signature-Input": `sig=${parameters}`,
    "Signature": `sig=:${toBase64(mac)}:`,
    ...(digest === undefined ? {} : { "Content-Digest": digest }),
  };
}
