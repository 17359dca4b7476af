// Copyright the SpareGrid authors. Apache-2.0.
import { type Random, utf8 } from "../base/mod.ts";
import { sha256Hex } from "../crypto/mod.ts";

/** 32 random bytes as base64url: 43 characters that nobody guesses. */
export function secretText(random: Random): string {
  return random.bytes(32).toBase64({ alphabet: "base64url", omitPadding: true });
}

/** The hash under which the catalog keeps a secret of 128 bits and more; weaker ones need scrypt. */
export function secretHash(text: string): string {
  return sha256Hex(utf8(text));
}

/** An ID for a row of the catalog. */
export function rowId(random: Random): string {
  return random.bytes(16).toHex();
}

/** How far the clock may have been set back before what lies in the future counts as wrong, ms. */
const CLOCK_SLACK_MS = 5 * 60_000;

/**
 * True when what was made at `since` is no longer than `lifeMs` old. False, too, for what was made in the future: where the
 * clock was set back, nothing may live longer than it was to.
 */
export function isYoung(since: number, now: number, lifeMs: number): boolean {
  return now - since < lifeMs && since - now <= CLOCK_SLACK_MS;
}
