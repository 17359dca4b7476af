// Copyright the SpareGrid authors. Apache-2.0.
import { concatBytes, fromHex, toHex, utf8, utf8TextStrict } from "../base/mod.ts";
import { sha256 } from "../crypto/mod.ts";
import { SgError } from "../errors/mod.ts";
import { notValid, wholeNumber } from "./names.ts";
import { typedBytes, typedText } from "./typed_text.ts";

/** All that a client needs to pair with a server. */
export interface InviteFacts {
  /** Name or address of the server, without port; IPv6 without brackets. */
  readonly address: string;
  /** Its backup ports: TLS, and without TLS (0: none). */
  readonly tlsPort: number;
  readonly plainPort: number;
  /** SHA-256 of its certificate, 64 hexadecimal digits. */
  readonly fingerprint: string;
  /** The one-time code, 16 bytes. */
  readonly code: Uint8Array;
}

/** Bytes of the one-time code: 128 bits. */
export const INVITE_CODE_BYTES = 16;

const PREFIX = "SGI1";
const CHECK_BYTES = 4;
const FIXED_BYTES = 2 + 2 + 32 + INVITE_CODE_BYTES;
const ADDRESS_BYTES_MAX = 253;
const BYTES_MAX = FIXED_BYTES + ADDRESS_BYTES_MAX + CHECK_BYTES;
/** Name or address of a host: nothing that could turn into another URL. */
const ADDRESS = /^[A-Za-z0-9._:-]{1,253}$/;

/**
 * The invite's text: `SGI1-` and groups of digits and capital letters, to print, read out or paste. Layout before the
 * typing form: TLS port and plain port (2 bytes each, big-endian), fingerprint (32), code (16), address (the rest), and the
 * first 4 bytes of the SHA-256 of `SGI1` and all that. SG1040 for facts that cannot stand in it.
 */
export function inviteText({ address, tlsPort, plainPort, fingerprint, code }: InviteFacts): string {
  if (!ADDRESS.test(address)) throw notValid("address", "it is no host name and no IP address");
  if (!/^[0-9a-f]{64}$/i.test(fingerprint)) {
    throw notValid("fingerprint", "it is not of 64 hexadecimal digits");
  }
  if (code.length !== INVITE_CODE_BYTES) {
    throw new RangeError("Cannot write the invite: its code has another length");
  }
  const fixed = new Uint8Array(FIXED_BYTES);
  const view = new DataView(fixed.buffer);
  view.setUint16(0, wholeNumber("TLS port", tlsPort, 1, 65_535));
  view.setUint16(2, wholeNumber("plain port", plainPort, 0, 65_535));
  fixed.set(fromHex(fingerprint), 4);
  fixed.set(code, 36);
  const body = concatBytes([fixed, utf8(address)]);
  return `${PREFIX}-${typedText(concatBytes([body, checkOf(body)]), 5)}`;
}

/** Reads an invite's text; spaces, line breaks and dashes do not matter. SG1043 says when a character is wrong or missing. */
export function parseInvite(text: string): InviteFacts {
  const [, rest] = /^\s*SGI1((?:[\s-]|\w)+)$/i.exec(text.slice(0, 4_000)) ?? [];
  if (rest === undefined) {
    throw notReadable("it does not begin with SGI1, or holds other signs than letters and digits");
  }
  const bytes = typedBytes(rest, BYTES_MAX);
  if (!bytes || bytes.length <= FIXED_BYTES + CHECK_BYTES) throw notReadable("it is not whole");
  const body = bytes.slice(0, -CHECK_BYTES);
  if (toHex(checkOf(body)) !== toHex(bytes.subarray(-CHECK_BYTES))) {
    throw notReadable("a character of it is wrong, missing or too many");
  }
  const view = new DataView(body.buffer);
  const address = utf8TextStrict(body.subarray(FIXED_BYTES)) ?? "";
  const [tlsPort, plainPort] = [view.getUint16(0), view.getUint16(2)];
  if (!ADDRESS.test(address) || tlsPort === 0) throw notReadable("it names no server");
  return {
    address,
    tlsPort,
    plainPort,
    fingerprint: toHex(body.subarray(4, 36)),
    code: body.slice(36, FIXED_BYTES),
  };
}

function checkOf(body: Uint8Array): Uint8Array {
  return sha256(concatBytes([utf8(PREFIX), body])).slice(0, CHECK_BYTES);
}

function notReadable(why: string): SgError {
  return new SgError("SG1043", `Cannot read the invite: ${why}`, {
    remedy: "Copy the whole text of the invite again.",
  });
}
