// Copyright the SpareGrid authors. Apache-2.0.
import { createHmac } from "node:crypto";

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** What an authenticator app shows at `nowMs` for a key that was typed into it: written from RFC 6238, apart from the program's. */
export function authenticatorCode(secret: string, nowMs: number): string {
  const bits = [...secret].map((sign) => BASE32.indexOf(sign).toString(2).padStart(5, "0")).join("");
  const key = Uint8Array.from(bits.match(/.{8}/g)!, (byte) => parseInt(byte, 2));
  const counter = new Uint8Array(8);
  new DataView(counter.buffer).setUint32(4, Math.floor(nowMs / 30_000));
  const mac = createHmac("sha1", key).update(counter).digest();
  const at = mac[19]! & 15;
  const number = ((mac[at]! & 127) << 24) | (mac[at + 1]! << 16) | (mac[at + 2]! << 8) | mac[at + 3]!;
  return String(number % 1_000_000).padStart(6, "0");
}
