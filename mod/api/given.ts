// Copyright the SpareGrid authors. Apache-2.0.
import { fromBase64, toBase64, utf8, utf8Text, utf8TextStrict } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import type { ClientNeeds } from "./client_needs.ts";
import type { ApiContext } from "./context.ts";
import type { PathInput } from "./schema_types.ts";
import type { ServerNeeds } from "./server_needs.ts";

/** An input without what was left out or null: both mean the same to us. */
export type Given<T> = { [K in keyof T]: Exclude<T[K], null | undefined> };

/** What of an input was given. */
export function given<T extends object>(input: T): Given<T> {
  return Object.fromEntries(
    Object.entries(input).filter(([, value]) => value !== undefined && value !== null),
  ) as Given<T>;
}

/** The client role of this process. SG1036 without one. */
export function clientIn({ needs }: ApiContext): ClientNeeds {
  if (!needs.client) throw withoutRole("client");
  return needs.client;
}

/** The server role of this process. SG1036 without one. */
export function serverIn({ needs }: ApiContext): ServerNeeds {
  if (!needs.server) throw withoutRole("server");
  return needs.server;
}

/** What is there, or SG1036 with the same words for what is not and for what is not the caller's. */
export function found<T>(row: T | undefined): T {
  if (row === undefined) throw new SgError("SG1036", "There is nothing of this name or ID");
  return row;
}

/** The bytes of a path inside a snapshot. SG1040 where it does not begin with `/`. */
export function pathBytes({ text, base64 }: PathInput): Uint8Array {
  const bytes = typeof base64 === "string" ? decoded(base64) : utf8(text ?? "");
  if (bytes[0] !== 0x2f || bytes.includes(0)) {
    throw new SgError("SG1040", "Cannot use the path: it must begin with / and hold no NUL");
  }
  return bytes;
}

/** The text of a name or path, for showing, and its bytes where the text does not say them. */
export function pathFields(bytes: Uint8Array): { text: string; base64: string | null } {
  const text = utf8TextStrict(bytes);
  return text === undefined ? { text: utf8Text(bytes), base64: toBase64(bytes) } : { text, base64: null };
}

function decoded(base64: string): Uint8Array {
  try {
    return fromBase64(base64);
  } catch {
    throw new SgError("SG1040", "Cannot use the path: base64 is not valid");
  }
}

function withoutRole(role: string): SgError {
  return new SgError("SG1036", `There is nothing of this: the service runs without the ${role} role`, {
    remedy: `Start it with: sparegrid serve --${role}`,
  });
}
