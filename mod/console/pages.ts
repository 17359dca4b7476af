// Copyright the SpareGrid authors. Apache-2.0.
import { createHash } from "node:crypto";
import type { ServerResponse } from "node:http";
import api from "../../web/api.js" with { type: "text" };
import documents from "../../web/documents.js" with { type: "text" };
import dom from "../../web/dom.js" with { type: "text" };
import events from "../../web/events.js" with { type: "text" };
import folder from "../../web/folder.js" with { type: "text" };
import icon from "../../web/icon.svg" with { type: "text" };
import index from "../../web/index.html" with { type: "text" };
import main from "../../web/main.js" with { type: "text" };
import notFound from "../../web/not_found.html" with { type: "text" };
import overview from "../../web/overview.js" with { type: "text" };
import pagedList from "../../web/paged_list.js" with { type: "text" };
import proof from "../../web/proof.js" with { type: "text" };
import restore from "../../web/restore.js" with { type: "text" };
import route from "../../web/route.js" with { type: "text" };
import runs from "../../web/runs.js" with { type: "text" };
import set from "../../web/set.js" with { type: "text" };
import signIn from "../../web/sign_in.js" with { type: "text" };
import style from "../../web/style.css" with { type: "text" };
import words from "../../web/words.js" with { type: "text" };
import you from "../../web/you.js" with { type: "text" };
import type { HttpHandler } from "../http/mod.ts";

interface Page {
  readonly type: string;
  readonly bytes: Uint8Array;
  /** Changes with the content. */
  readonly tag: string;
}

const HTML = "text/html; charset=utf-8";
const SCRIPT = "text/javascript; charset=utf-8";
const STYLE = "text/css; charset=utf-8";
const IMAGE = "image/svg+xml";

const PAGES: ReadonlyMap<string, Page> = new Map([
  ["/", page(HTML, index)],
  ["/style.css", page(STYLE, style)],
  ["/icon.svg", page(IMAGE, icon)],
  ["/api.js", page(SCRIPT, api)],
  ["/documents.js", page(SCRIPT, documents)],
  ["/dom.js", page(SCRIPT, dom)],
  ["/events.js", page(SCRIPT, events)],
  ["/folder.js", page(SCRIPT, folder)],
  ["/main.js", page(SCRIPT, main)],
  ["/overview.js", page(SCRIPT, overview)],
  ["/paged_list.js", page(SCRIPT, pagedList)],
  ["/proof.js", page(SCRIPT, proof)],
  ["/restore.js", page(SCRIPT, restore)],
  ["/route.js", page(SCRIPT, route)],
  ["/runs.js", page(SCRIPT, runs)],
  ["/set.js", page(SCRIPT, set)],
  ["/sign_in.js", page(SCRIPT, signIn)],
  ["/words.js", page(SCRIPT, words)],
  ["/you.js", page(SCRIPT, you)],
]);
const NOT_FOUND = page(HTML, notFound);

/** The paths that are served. All others are answered with 404. */
export const PAGE_PATHS: readonly string[] = [...PAGES.keys()];

/** Serves the console's files: GET and HEAD, with an ETag each. Headers of security are put on by who calls it. */
export function consolePages(): HttpHandler {
  return (request, response) => {
    const page = PAGES.get((request.url ?? "").split("?", 1)[0]!);
    if (request.method !== "GET" && request.method !== "HEAD") refuseMethod(response);
    else if (page === undefined) send(response, 404, NOT_FOUND, { "Cache-Control": "no-store" });
    else if (knows(request.headers["if-none-match"], page.tag)) {
      response.writeHead(304, cacheHeaders(page)).end();
    } else send(response, 200, page, cacheHeaders(page));
    return Promise.resolve();
  };
}

function page(type: string, text: string): Page {
  const bytes = new TextEncoder().encode(text);
  const tag = `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 22)}"`;
  return { type, bytes, tag };
}

function send(response: ServerResponse, status: number, page: Page, headers: Record<string, string>): void {
  response.writeHead(status, {
    ...headers,
    "Content-Type": page.type,
    "Content-Length": page.bytes.length,
  });
  response.end(response.req.method === "HEAD" ? undefined : page.bytes);
}

/** Kept by the browser, and asked for again each time: after an update no file of before meets one of now. */
function cacheHeaders({ tag }: Page): Record<string, string> {
  return { "Cache-Control": "no-cache", "ETag": tag };
}

function refuseMethod(response: ServerResponse): void {
  // What may still come of a body is not read: the connection ends with the answer.
  response.writeHead(405, { "Allow": "GET, HEAD", "Connection": "close", "Content-Length": 0 }).end();
}

/** True when the browser has the page already: one of its tags, strong or weak, is the page's. */
function knows(header: string | undefined, tag: string): boolean {
  return (header ?? "").split(",").some((one) => one.trim().replace(/^W\//, "") === tag);
}
