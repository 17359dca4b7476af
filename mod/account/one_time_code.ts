// Copyright the SpareGrid authors. Apache-2.0.
import { createHmac } from "node:crypto";
import { utf8 } from "../base/mod.ts";
import { constantTimeEqual } from "../crypto/mod.ts";

/** How long a code is the current one, s. */
const STEP_SECONDS = 30;
/** Digits of a code. */
const DIGITS = 6;
/** RFC 4648. */
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** The code of a time step (HOTP, RFC 4226, with the step as counter: TOTP, RFC 6238): 6 digits of HMAC-SHA1. */
export function codeOfStep(key: Uint8Array, step: number): string {
  const counter = new DataView(new ArrayBuffer(8));
  counter.setBigUint64(0, BigInt(step));
  const mac = new DataView(
    Uint8Array.from(createHmac("sha1", key).update(new Uint8Array(counter.buffer)).digest()).buffer,
  );
  const offset = mac.getUint8(19) & 0xf;
  return String((mac.getUint32(offset) & 0x7fffffff) % 10 ** DIGITS).padStart(DIGITS, "0");
}

/**
 * The time step whose code was given, of the one at `nowMs` (milliseconds since 1970) and those beside it: clocks differ, and
 * typing takes time. Undefined where it is the code of none.
 */
export function stepOfCode(key: Uint8Array, code: string, nowMs: number): number | undefined {
  const now = Math.floor(nowMs / 1000 / STEP_SECONDS);
  const given = utf8(code);
  return [now, now - 1, now + 1].find((step) =>
    step >= 0 && constantTimeEqual(utf8(codeOfStep(key, step)), given)
  );
}

/** True for what looks like such a code. */
export function isOneTimeCode(text: string): boolean {
  return text.length === DIGITS && /^\d+$/.test(text);
}

/** The key as authenticator apps let people type it. */
export function base32Text(bytes: Uint8Array): string {
  let text = "";
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) text += BASE32[(value >> (bits - 5)) & 31];
  }
  return bits > 0 ? text + BASE32[(value << (5 - bits)) & 31] : text;
}

/** The address that authenticator apps read from a QR code. `issuer` and `name` tell their user what it is for. */
export function authenticatorAddress(key: Uint8Array, issuer: string, name: string): string {
  const values = {
    ...{ secret: base32Text(key), issuer, algorithm: "SHA1" },
    ...{ digits: String(DIGITS), period: String(STEP_SECONDS) },
  };
  const query = Object.entries(values).map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join("&");
  return `otpauth://totp/${encodeURIComponent(issuer)}:${encodeURIComponent(name)}?${query}`;
}
