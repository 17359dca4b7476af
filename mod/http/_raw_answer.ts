// Copyright the SpareGrid authors. Apache-2.0.
import { STATUS_CODES } from "node:http";

/** An answer for a connection whose request the parser never gave out. It is the connection's last. */
export function rawAnswer(status: number): string {
  const text = `${STATUS_CODES[status] ?? "Error"}\n`;
  return `HTTP/1.1 ${status} ${text.trimEnd()}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n` +
    `Content-Length: ${text.length}\r\n\r\n${text}`;
}
