// Copyright the SpareGrid authors. Apache-2.0.
import type { ServerResponse } from "node:http";
import { utf8, utf8TextStrict } from "../base/mod.ts";
import { constantTimeEqual, sha256 } from "../crypto/mod.ts";
import { SgError } from "../errors/mod.ts";
import { readBody } from "../http/mod.ts";
import type { PortCall } from "./port_call.ts";

/** Ends an answer with JSON. */
export function answerJson(response: ServerResponse, value: unknown): void {
  const body = utf8(JSON.stringify(value));
  response.writeHead(200, {
    "Content-Type": "application/json",
    "Content-Length": body.length,
    "Cache-Control": "no-store",
  });
  response.end(body);
}

/** The body as JSON. SG1040 where it is none, or not what was signed; SG1041. */
export async function jsonBody(
  { request, call }: PortCall,
  bytesMax: number,
  expectedSha256?: Uint8Array,
): Promise<unknown> {
  const body = await readBody(request, bytesMax, call.signal);
  if (expectedSha256 !== undefined && !constantTimeEqual(sha256(body), expectedSha256)) {
    throw new SgError("SG1044", "The body is not what its Content-Digest says");
  }
  try {
    return JSON.parse(utf8TextStrict(body) ?? "") as unknown;
  } catch {
    throw new SgError("SG1040", "The body is not JSON");
  }
}
