// Copyright the SpareGrid authors. Apache-2.0.
import type { ServerResponse } from "node:http";
import { type SgCode, SgError } from "../errors/mod.ts";

/** The status of each code that the port answers with; others are 500. */
const STATUS: Partial<Record<SgCode, number>> = {
  SG0178: 507,
  SG0180: 403,
  SG0191: 409,
  SG0200: 507,
  SG0290: 409,
  SG1002: 404,
  SG1004: 403,
  SG1006: 404,
  SG1014: 503,
  SG1015: 503,
  SG1034: 503,
  SG1035: 409,
  SG1036: 404,
  SG1037: 401,
  SG1038: 403,
  SG1039: 429,
  SG1040: 400,
  SG1041: 413,
  SG1042: 403,
  SG1043: 403,
  SG1044: 401,
  SG1045: 403,
};

/** A refusal whose status the code alone does not tell: 405, 411, 416. */
export class StatusError extends SgError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: SgCode, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(code, message);
    this.status = status;
    this.headers = headers;
  }
}

/** The status that tells an error over HTTP. */
export function statusOf(error: SgError): number {
  return error instanceof StatusError ? error.status : STATUS[error.code] ?? 500;
}

/**
 * Ends an answer that has not begun with an error: `application/problem+json` (RFC 9457) with the code, which stands in
 * `X-SpareGrid-Code`, too. What the error is about in detail stays with the server where it is none of the client's business.
 */
export function answerProblem(response: ServerResponse, error: SgError, head: boolean): void {
  const status = statusOf(error);
  // Messages of failures inside name paths and calls of the server.
  const detail = status === 500 || status === 503 ? "The server failed; its log says more" : error.message;
  const body = JSON.stringify({
    title: error.entry.title,
    status,
    detail,
    code: error.code,
    remedy: error.remedy,
  });
  const headers: Record<string, string> = {
    "Content-Type": "application/problem+json",
    "X-SpareGrid-Code": error.code,
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    ...(error instanceof StatusError ? error.headers : {}),
  };
  if (status === 401) headers["WWW-Authenticate"] = 'Basic realm="SpareGrid", charset="UTF-8"';
  if (status === 429 || status === 503) headers["Retry-After"] = String(retryAfterOf(error));
  if (!head) headers["Content-Length"] = String(new TextEncoder().encode(body).length);
  response.writeHead(status, headers);
  response.end(head ? undefined : body);
}

function retryAfterOf({ context }: SgError): number {
  const seconds = Number(context["waitSeconds"] ?? 5);
  return Number.isFinite(seconds) ? Math.max(1, Math.ceil(seconds)) : 5;
}
