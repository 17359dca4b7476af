// Copyright the SpareGrid authors. Apache-2.0.
/**
 * Api: the administration API: GraphQL over HTTP at `/graphql`, subscriptions as server-sent events. A door: it translates
 * requests into orders to the rooms below and their answers into JSON. It holds no rules of theirs; what it wants from them
 * stands in `needs.ts`, and `app` hands it in.
 *
 * Specification: schema.graphql (the contract), docs/API.md; GraphQL of October 2021; GraphQL over SSE, distinct
 * connections.
 *
 * Invariants: no field of a root type is reached without the right that its `@needs` names; a browser changes nothing
 * without the CSRF value; every mutation leaves a line in the audit log; what is too deep, wide, long or costly is refused
 * before it is run; no answer tells of the inside; nothing that is secret is logged.
 * @module
 */
export { type ApiPlace, graphqlHandler } from "./graphql_handler.ts";
export type { Doorplate } from "./gate.ts";
export { cookieIn, cookieName, setCookie } from "./cookies.ts";
export { SCHEMA_TEXT } from "./schema.ts";
export { LIMITS } from "./limits.ts";
export type * from "./needs.ts";
export type * from "./client_needs.ts";
export type * from "./server_needs.ts";
