// Copyright the SpareGrid authors. Apache-2.0.
import { toBase64, utf8 } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import { base64Of, countOf, objectOf, shown, textOf, timeOf } from "./_fields.ts";
import { goJson, parseExact } from "./json.ts";
import { formatTime } from "./time.ts";
import type { KeyFile } from "./types.ts";

/** The JSON of a key file. */
export function encodeKey(key: KeyFile): Uint8Array<ArrayBuffer> {
  const { username, hostname, kdf, N, r, p } = key;
  const created = formatTime(key.created);
  return utf8(
    goJson({ created, username, hostname, kdf, N, r, p, salt: toBase64(key.salt), data: toBase64(key.data) }),
  );
}

/** A key file from its JSON. SG1005 for what cannot be one, SG1007 for another way to derive the key. */
export function decodeKey(bytes: Uint8Array, what = "key"): KeyFile {
  const fields = objectOf(parseExact(bytes, what), what);
  if (fields.kdf !== "scrypt") {
    throw new SgError("SG1007", `Cannot read ${what}: its key derivation is ${shown(fields.kdf)}`);
  }
  return {
    created: timeOf(fields, "created", what),
    username: textOf(fields, "username", what, ""),
    hostname: textOf(fields, "hostname", what, ""),
    kdf: "scrypt",
    N: countOf(fields, "N", what),
    r: countOf(fields, "r", what),
    p: countOf(fields, "p", what),
    salt: base64Of(fields.salt, "salt", what),
    data: base64Of(fields.data, "data", what),
  };
}
