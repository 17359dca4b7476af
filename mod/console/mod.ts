// Copyright the SpareGrid authors. Apache-2.0.
/**
 * Console: serves the files of `web/` to browsers, and puts the security headers on every answer of the console's ports.
 *
 * It knows no accounts, no sessions and no data: the page gets all of that from the API, as any other program does. The files
 * are part of the program (text imports), so nothing is read from a folder, and no path can lead to one.
 *
 * It follows W8 and W14 of reliability.md 5, and console.md 3.10.
 *
 * Invariants: what is served is the table in `pages.ts` and nothing else; no answer leaves without the headers of
 * `security_headers.ts`; no answer holds anything of the request.
 * @module
 */
export { consolePages, PAGE_PATHS } from "./pages.ts";
export { PAGE_POLICY, withSecurityHeaders } from "./security_headers.ts";
