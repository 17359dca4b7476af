// Copyright the SpareGrid authors. Apache-2.0.
import { timingSafeEqual } from "node:crypto";
import { fromBase64, toBase64, utf8 } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import { readContentDigest } from "./content_digest.ts";
import { hmacSha256, signatureBase, type SignatureComponent } from "./signature_base.ts";

/** Where a request's headers are asked for, without regard to case; several of one name joined by `, `. */
export interface HeaderSource {
  get(name: string): string | null | undefined;
}

/** A signature as a request carries it. Nothing of it is proved before {@link verifySignature} says so. */
export interface RequestSignature {
  /** The account that claims to have signed. */
  readonly keyId: string;
  /** Seconds since 1970. */
  readonly created: number;
  /** Seconds since 1970; absent: not limited by the signer. */
  readonly expires?: number;
  readonly nonce: string;
  /** SHA-256 that the body must have; absent for requests without a body. */
  readonly bodySha256?: Uint8Array<ArrayBuffer>;
  /** The text that was signed, and the MAC. */
  readonly base: string;
  readonly mac: Uint8Array<ArrayBuffer>;
}

/** What of a request is covered. */
export interface SignedParts {
  readonly method: string;
  /** As {@link SignRequestOptions.targetUri}. */
  readonly targetUri: string;
  readonly headers: HeaderSource;
  /** True unless it is certain that there is no body. */
  readonly hasBody: boolean;
}

/** Longest header that is looked at, UTF-16 units. Ours have some 200. */
const HEADER_MAX = 1_000;
const INPUT =
  /^([a-z*][a-z0-9_.*-]{0,63})=(\(((?:"[a-z@][a-z0-9-]*"(?: |(?=\))))+)\)((?:;[a-z][a-z0-9-]*=(?:"[\x20\x21\x23-\x5b\x5d-\x7e]*"|\d{1,15}))+))$/;
const PARAMETER = /;([a-z][a-z0-9-]*)=(?:"([^"]*)"|(\d+))/g;
const NONCE = /^[\x21\x23-\x5b\x5d-\x7e]{16,64}$/;
const KEY_ID = /^[a-z0-9_-][a-z0-9._-]{0,63}$/;

/**
 * The one signature of a request; undefined where it carries none. SG1044 for one that is malformed, covers other than what
 * it must, or lacks a parameter.
 */
export function readSignature(parts: SignedParts): RequestSignature | undefined {
  const input = parts.headers.get("signature-input") ?? "";
  const signature = parts.headers.get("signature") ?? "";
  if (input === "" && signature === "") return undefined;
  if (input.length > HEADER_MAX || signature.length > HEADER_MAX) throw refused("its header is too long");
  const [, label, written, names, rest] = INPUT.exec(input.trim()) ?? [];
  if (label === undefined) throw refused("its Signature-Input is not one signature as SpareGrid writes it");
  const components = covered(parts, [...names!.matchAll(/"([^"]+)"/g)].map((match) => match[1]!));
  const parameters = parametersOf(rest!);
  const mac = macOf(signature.trim(), label);
  const digest = components.find(({ name }) => name === "content-digest");
  const bodySha256 = digest && readContentDigest(digest.value);
  if (digest && !bodySha256) throw refused("its Content-Digest is not one sha-256");
  return {
    ...parameters,
    ...(bodySha256 ? { bodySha256 } : {}),
    base: signatureBase(components, written!),
    mac,
  };
}

/** True when the MAC was made with this secret. Takes the same time whatever differs. */
export function verifySignature({ base, mac }: RequestSignature, secret: string): boolean {
  return timingSafeEqual(hmacSha256(utf8(secret), base), mac);
}

/** The covered components with this request's own values; they must be just the ones that are needed. */
function covered(parts: SignedParts, names: readonly string[]): SignatureComponent[] {
  const needed = ["@method", "@target-uri", ...(parts.hasBody ? ["content-digest"] : [])];
  const missing = needed.find((name) => !names.includes(name));
  if (missing !== undefined) throw refused(`it does not cover ${missing}`);
  return names.map((name, i) => {
    if (names.indexOf(name) !== i) throw refused(`it covers ${name} twice`);
    return { name, value: valueOf(parts, name) };
  });
}

function valueOf({ method, targetUri, headers }: SignedParts, name: string): string {
  switch (name) {
    case "@method":
      return method;
    case "@target-uri":
      return targetUri;
    case "content-digest": {
      const value = headers.get(name);
      if (value === null || value === undefined) {
        throw refused("it covers content-digest, which is not there");
      }
      return value.trim();
    }
    default:
      throw refused("it covers other parts than @method, @target-uri and content-digest");
  }
}

function parametersOf(text: string): Pick<RequestSignature, "keyId" | "created" | "expires" | "nonce"> {
  const texts = new Map<string, string>();
  const numbers = new Map<string, number>();
  for (const [, name, quoted, digits] of text.matchAll(PARAMETER)) {
    if (texts.has(name!) || numbers.has(name!)) throw refused(`its parameter ${name} stands twice`);
    if (quoted === undefined) numbers.set(name!, Number(digits));
    else texts.set(name!, quoted);
  }
  const [keyId, nonce, created] = [texts.get("keyid"), texts.get("nonce"), numbers.get("created")];
  if (keyId === undefined || !KEY_ID.test(keyId)) throw refused("its keyid is no account");
  if (nonce === undefined || !NONCE.test(nonce)) throw refused("its nonce is not of 16 to 64 characters");
  if (created === undefined) throw refused("it does not say when it was created");
  if (texts.has("alg") ? texts.get("alg") !== "hmac-sha256" : numbers.has("alg")) {
    throw refused("its algorithm is not hmac-sha256");
  }
  if (texts.has("expires")) throw refused("its expires is no number");
  const expires = numbers.get("expires");
  return { keyId, created, nonce, ...(expires === undefined ? {} : { expires }) };
}

function macOf(signature: string, label: string): Uint8Array<ArrayBuffer> {
  const [, name, text] = /^([a-z*][a-z0-9_.*-]*)=:([A-Za-z0-9+/]{43}=):$/.exec(signature) ?? [];
  if (name !== label || text === undefined) throw refused("its Signature is not one MAC of the same label");
  const mac = fromBase64(text);
  // The last digit holds two bits that mean nothing: one MAC has one spelling.
  if (toBase64(mac) !== text) throw refused("its Signature is not one MAC of the same label");
  return mac;
}

function refused(why: string): SgError {
  return new SgError("SG1044", `Cannot accept the request's signature: ${why}`);
}
