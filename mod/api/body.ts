// Copyright the SpareGrid authors. Apache-2.0.
import { utf8TextStrict } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";

/** The largest body, bytes. */
export const BODY_BYTES_MAX = 262_144;

/** What a request asks. */
export interface Order {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly operationName?: string;
}

/** What the body asks. SG1040 for what is no GraphQL request, also for several in one. */
export function orderIn(body: Uint8Array): Order {
  const text = utf8TextStrict(body);
  let value: unknown;
  try {
    value = text === undefined ? undefined : JSON.parse(text);
  } catch {
    // Told below.
  }
  if (Array.isArray(value)) throw refused("it holds several requests; send one at a time");
  if (!isRecord(value)) throw refused("its body must be a JSON object in UTF-8");
  const { query, variables, operationName } = value;
  if (typeof query !== "string") throw refused("the field query is missing");
  if (variables !== undefined && variables !== null && !isRecord(variables)) {
    throw refused("the field variables must be an object");
  }
  if (operationName !== undefined && operationName !== null && typeof operationName !== "string") {
    throw refused("the field operationName must be a text");
  }
  return {
    query,
    ...(isRecord(variables) ? { variables } : {}),
    ...(typeof operationName === "string" ? { operationName } : {}),
  };
}

function refused(why: string): SgError {
  return new SgError("SG1040", `Cannot use the request: ${why}`, {
    remedy: "See docs/API.md for the form of a request.",
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
