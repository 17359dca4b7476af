// Copyright the SpareGrid authors. Apache-2.0.
import type { ServerResponse } from "node:http";
import type { SgError } from "../errors/mod.ts";
import { formatted } from "./faults.ts";

/** On every answer: it is data, and nobody's but the asker's. */
const HEADERS = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
} as const;

/** Answers a request that was not run. */
export function refuse(
  response: ServerResponse,
  status: number,
  error: SgError,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.destroyed || response.headersSent) return;
  const body = JSON.stringify({ errors: [formatted(error)] });
  // What is still to come of the request is not read: the connection ends with the answer.
  const close: Record<string, string> = response.req.complete ? {} : { connection: "close" };
  response.writeHead(status, {
    ...HEADERS,
    "content-type": "application/json; charset=utf-8",
    ...close,
    ...headers,
  });
  response.end(body);
}

/** Sends `answer` as fast as the client takes it. Gives its body up when the client is gone or `signal` aborts. */
export async function send(
  response: ServerResponse,
  answer: Response,
  cookie: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const type = answer.headers.get("content-type") ?? "application/json; charset=utf-8";
  if (response.destroyed || signal.aborted) {
    response.destroy();
    return await answer.body?.cancel();
  }
  response.writeHead(answer.status, {
    ...HEADERS,
    "content-type": type,
    ...(cookie === undefined ? {} : { "set-cookie": cookie }),
  });
  const reader = answer.body?.getReader();
  // A read under way ends at once then; what the body's own end takes is not waited for.
  const giveUp = () => void reader?.cancel().catch(() => {});
  response.on("close", giveUp);
  signal.addEventListener("abort", giveUp, { once: true });
  try {
    while (reader) {
      const { done, value } = await reader.read();
      if (done) break;
      if (!response.write(value)) await drained(response);
    }
  } catch {
    // The body failed after its beginning was sent: all that can be said is that it ends here.
  } finally {
    signal.removeEventListener("abort", giveUp);
    response.off("close", giveUp);
    giveUp();
    response.end();
  }
}

/** When the client has taken what was written, or is gone. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    if (response.destroyed) return resolve();
    const wake = () => {
      response.off("drain", wake);
      response.off("close", wake);
      resolve();
    };
    response.on("drain", wake);
    response.on("close", wake);
  });
}
