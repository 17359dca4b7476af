// Copyright the SpareGrid authors. Apache-2.0.
import { fromBase64, toBase64 } from "../base/mod.ts";

/** The header `Content-Digest` (RFC 9530) for a body with this SHA-256. */
export function contentDigest(sha256: Uint8Array): string {
  return `sha-256=:${toBase64(sha256)}:`;
}

const ONE = /^sha-256=:([A-Za-z0-9+/]{43}=):$/;

/** The SHA-256 that a header names; undefined unless it names that one digest and nothing else. */
export function readContentDigest(header: string): Uint8Array<ArrayBuffer> | undefined {
  const text = ONE.exec(header.trim())?.[1];
  if (text === undefined) return undefined;
  const bytes = fromBase64(text);
  return toBase64(bytes) === text ? bytes : undefined;
}
