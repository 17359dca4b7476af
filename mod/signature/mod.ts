// Copyright the SpareGrid authors. Apache-2.0.
/**
 * Signature: requests to the backup port, signed with the account's secret, so that the secret itself never travels and
 * nobody on the way can change a request or send it again. Both sides use it: the client signs, the server reads and
 * verifies.
 *
 * It follows RFC 9421 (HTTP Message Signatures) with `hmac-sha256`, RFC 9530 (Content-Digest) and, as far as these need
 * it, RFC 8941 (Structured Fields). A request of ours carries one signature over `@method`, `@target-uri` and, where it
 * has a body, `content-digest`, with `created`, `nonce` and the account as `keyid`. The HMAC key is the secret's text.
 *
 * It is pure: no time, no randomness, no network; which nonce was used before and how old is too old is decided above.
 *
 * Invariants: MACs are compared in constant time; what is not written just as expected is refused; no message holds a
 * secret or a signature.
 * @module
 */
export { contentDigest, readContentDigest } from "./content_digest.ts";
export { type SignatureHeaders, signRequest, type SignRequestOptions } from "./sign_request.ts";
export {
  type HeaderSource,
  readSignature,
  type RequestSignature,
  type SignedParts,
  verifySignature,
} from "./read_signature.ts";
export { targetUri } from "./target_uri.ts";
export { hmacSha256, signatureBase, type SignatureComponent } from "./signature_base.ts";
