// Copyright the SpareGrid authors. Apache-2.0.
/**
 * Http: the one server that all ports share: HTTP/1.1 on plain TCP and TLS, with deadlines, limits and back pressure of its
 * own. Node's parser (llhttp) reads the requests; it never listens.
 *
 * It knows no routes, no accounts and no sessions, and reads no body: handlers do.
 *
 * It follows RFC 9110 and RFC 9112, and W16 and W17 of reliability.md 5.
 *
 * Invariants: nobody is waited for without an end, and a handler is never hurried; a request that two programs could read in
 * two ways is refused and its connection ended; a client that is gone aborts its handler's signal; what a handler throws is
 * never shown to the client.
 * @module
 */
export { type HttpCall, type HttpHandler, HttpServer, type HttpServerOptions } from "./http_server.ts";
export { type ConnectionLimits, LIMITS_DEFAULT } from "./admission.ts";
export { type Deadlines, DEADLINES_DEFAULT } from "./deadlines.ts";
export { bodyPieces, readBody } from "./body.ts";
export { answerPlain } from "./answer.ts";
export { isOwnHost } from "./own_host.ts";
