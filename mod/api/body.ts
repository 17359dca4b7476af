// Copyright the SpareGrid authors. Apache-2.0.
import type { IncomingMessage } from "node:http";
import { concatBytes, utf8TextStrict } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";

/** The largest body, bytes. */
export const BODY_BYTES_MAX = 262_144;

/** What a request asks. */
export interface Order {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly operationName?: string;
}

/** Reads the body, no more of it than is allowed. SG1041 for a longer one, SG1016 when the client went. */
export async function readBody(request: IncomingMessage, signal: AbortSignal): Promise<Uint8Array> {
  const tooLarge = () =>
    new SgError("SG1041", `Cannot answer the request: its body is larger than ${BODY_BYTES_MAX} bytes`);
  if (Number(request.headers["content-length"] ?? 0) > BODY_BYTES_MAX) throw tooLarge();
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const part of request as AsyncIterable<Uint8Array>) {
      signal.throwIfAborted();
      length += part.length;
      if (length > BODY_BYTES_MAX) throw tooLarge();
      parts.push(part);
    }
  } catch (error) {
    if (error instanceof SgError) throw error;
    throw new SgError("SG1016", "The request broke off", { cause: error });
  }
  return concatBytes(parts);
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
