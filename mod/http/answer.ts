// Copyright the SpareGrid authors. Apache-2.0.
import { type ServerResponse, STATUS_CODES } from "node:http";

/** Headers that only forbid: right on any answer. */
const FORBIDDING =
  /^(?:content-security-policy|cross-origin-.*|referrer-policy|strict-transport-security|x-content-type-options)$/;

/** Ends an answer with a status and its name as text; of what was set before, only the headers of security remain. */
export function answerPlain(response: ServerResponse, status: number): void {
  for (const name of response.getHeaderNames()) {
    if (!FORBIDDING.test(name.toLowerCase())) response.removeHeader(name);
  }
  const text = `${STATUS_CODES[status] ?? "Error"}\n`;
  response.writeHead(status, {
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Length": text.length,
    "X-Content-Type-Options": "nosniff",
  });
  response.end(text);
}
