// Copyright the SpareGrid authors. Apache-2.0.
import type { IncomingMessage } from "node:http";

/** More headers than any client of ours or any browser sends. */
const HEADERS_MAX = 200;

/**
 * The status that a request gets for its form alone, before any handler sees it; undefined where all is well. The parser
 * has refused most by then; what is left is what it lets pass and two programs could understand in two ways.
 */
export function requestFault(request: IncomingMessage): number | undefined {
  const { method = "", url = "", headers } = request;
  if (method === "TRACE" || method === "TRACK" || method === "CONNECT") return 405;
  // One form of target only: a path. Others name a host of their own beside the Host header.
  if (!/^\/[\x21-\x7e]*$/.test(url) && !(method === "OPTIONS" && url === "*")) return 400;
  if (request.rawHeaders.length > 2 * HEADERS_MAX) return 431;
  const hosts = count(request, "host");
  if (hosts > 1 || (hosts === 0 && request.httpVersion !== "1.0")) return 400;
  const coding = headers["transfer-encoding"];
  if (coding !== undefined && (coding.toLowerCase() !== "chunked" || request.httpVersion !== "1.1")) {
    return 400;
  }
  return undefined;
}

function count({ rawHeaders }: IncomingMessage, name: string): number {
  let found = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) if (rawHeaders[i]!.toLowerCase() === name) found++;
  return found;
}
