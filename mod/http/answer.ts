// Copyright the SpareGrid authors. Apache-2.0.
import { type ServerResponse, STATUS_CODES } from "node:http";

/** Ends an answer with a status and its name as text; nothing that was set before remains. */
export function answerPlain(response: ServerResponse, status: number): void {
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  const text = `${STATUS_CODES[status] ?? "Error"}\n`;
  response.writeHead(status, {
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Length": text.length,
    "X-Content-Type-Options": "nosniff",
  });
  response.end(text);
}
