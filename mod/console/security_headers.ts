// Copyright the SpareGrid authors. Apache-2.0.
import type { HttpHandler } from "../http/mod.ts";

/** What the console's pages may load and do: their own files, and nothing inline. */
export const PAGE_POLICY: string = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'self'",
].join("; ");

const HEADERS = {
  "Content-Security-Policy": PAGE_POLICY,
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
} as const;

/** A year, as is usual. Not for subdomains: they are other machines. */
const TLS_ONLY = "max-age=31536000";

/** The handler with the security headers on each of its answers; where it sets one of them itself, its own counts. */
export function withSecurityHeaders(handler: HttpHandler): HttpHandler {
  return async (request, response, call) => {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    if (call.secure && !isLocalhost(request.headers.host)) {
      response.setHeader("Strict-Transport-Security", TLS_ONLY);
    }
    await handler(request, response, call);
  };
}

/** The one name that has the console without TLS, too (port 6060): a browser that is told TLS only would never find it again. */
function isLocalhost(host = ""): boolean {
  return /^localhost(?::\d+)?$/i.test(host);
}
