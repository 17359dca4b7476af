// Copyright the SpareGrid authors. Apache-2.0.
import type { ServerResponse } from "node:http";
import { isLoopback } from "../base/mod.ts";
import { withSecurityHeaders } from "../console/mod.ts";
import { answerPlain, type HttpHandler, isOwnHost } from "../http/mod.ts";
import type { Health } from "./health.ts";
import type { Metrics } from "./metrics.ts";

/** What the console's ports lead to. */
export interface ConsoleDoors {
  readonly health: Health;
  readonly metrics: Metrics;
  /** Who may read the metrics now. */
  readonly metricsFor: () => "off" | "loopback" | "all";
  /** Host names by which this service may be asked; its addresses and localhost need not be listed. */
  readonly hosts: readonly string[];
  /** Answers `/graphql`; left out: there is no API. */
  readonly api?: HttpHandler;
  /** Answers all other paths; left out: there is nothing. */
  readonly pages?: HttpHandler;
}

/** The handler of the console's ports: `/health`, `/metrics`, `/graphql`, and the pages; each answer with security headers. */
export function consoleHandler(doors: ConsoleDoors): HttpHandler {
  return withSecurityHeaders(async (request, response, call) => {
    const path = (request.url ?? "").split("?", 1)[0];
    // A page of another name that leads its reader's browser here (DNS rebinding) is not answered.
    if (!isOwnHost(request.headers.host, doors.hosts)) return answerPlain(response, 421);
    if (path === "/graphql" && doors.api !== undefined) return await doors.api(request, response, call);
    if (path !== "/health" && path !== "/metrics") {
      return doors.pages === undefined
        ? answerPlain(response, 404)
        : await doors.pages(request, response, call);
    }
    if (request.method !== "GET" && request.method !== "HEAD") {
      answerPlain(response, 405);
      return;
    }
    const here = isLoopback(call.remoteAddress);
    if (path === "/health") {
      const { alive, ready, reasons } = await doors.health.report();
      const text = JSON.stringify({ alive, ready, ...(here ? { reasons } : {}) });
      return answerText(response, ready ? 200 : 503, "application/json; charset=utf-8", `${text}\n`);
    }
    const readers = doors.metricsFor();
    if (readers === "off" || (readers === "loopback" && !here)) return answerPlain(response, 404);
    answerText(response, 200, "text/plain; version=0.0.4; charset=utf-8", await doors.metrics.text());
  });
}

function answerText(response: ServerResponse, status: number, type: string, text: string): void {
  const bytes = new TextEncoder().encode(text);
  response.writeHead(status, {
    "Content-Type": type,
    "Content-Length": bytes.length,
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
  });
  response.end(response.req.method === "HEAD" ? undefined : bytes);
}
