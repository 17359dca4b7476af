// Copyright the SpareGrid authors. Apache-2.0.
import { utf8 } from "../base/mod.ts";
import { countOf, flagOf, objectOf, textOf, timeOf } from "./_fields.ts";
import { goJson, parseExact } from "./json.ts";
import { formatTime } from "./time.ts";
import type { Lock } from "./types.ts";

const U32_MAX = 0xffff_ffff;

/** The JSON of a lock file. */
export function encodeLock(
  { time, exclusive, hostname, username, pid, uid, gid }: Lock,
): Uint8Array<ArrayBuffer> {
  const owner = { uid: uid || undefined, gid: gid || undefined };
  return utf8(goJson({ time: formatTime(time), exclusive, hostname, username, pid, ...owner }));
}

/** A lock file from its JSON. SG1005, naming `what`, for what cannot be one. */
export function decodeLock(bytes: Uint8Array, what = "lock"): Lock {
  const fields = objectOf(parseExact(bytes, what), what);
  return {
    time: timeOf(fields, "time", what),
    exclusive: flagOf(fields, "exclusive", what),
    hostname: textOf(fields, "hostname", what, ""),
    username: textOf(fields, "username", what, ""),
    pid: countOf(fields, "pid", what),
    uid: countOf(fields, "uid", what, U32_MAX),
    gid: countOf(fields, "gid", what, U32_MAX),
  };
}
