// Copyright the SpareGrid authors. Apache-2.0.
import type { IncomingMessage, ServerResponse } from "node:http";
import { createYoga } from "graphql-yoga";
import type { Clock, Log, Random } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import { refuse, send } from "./answer.ts";
import { auditTrail } from "./audit_trail.ts";
import { orderIn, readBody } from "./body.ts";
import type { ApiContext } from "./context.ts";
import { cookieIn, setCookie } from "./cookies.ts";
import { enginePlugin, type RunContext } from "./engine_plugin.ts";
import { faultsOf, statusOf } from "./faults.ts";
import { type Asked, type Doorplate, refusalOf } from "./gate.ts";
import { LiveCallers } from "./live_callers.ts";
import { loadersOf } from "./loaders.ts";
import type { ApiNeeds } from "./needs.ts";
import type { Caller } from "./people_needs.ts";
import { prepare, type Prepared } from "./prepared.ts";
import { RequestLife } from "./request_life.ts";
import { apiSchema } from "./schema.ts";
import { REQUESTS_MAX, SUBSCRIPTIONS_MAX, Turns } from "./turns.ts";

/** What the API stands on. */
export interface ApiPlace {
  readonly needs: ApiNeeds;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly doorplate: Doorplate;
  /** Aborts when the service stops: subscriptions end. */
  readonly stopping: AbortSignal;
}

/** What is known of a connection besides the request. */
export interface Call {
  readonly remoteAddress: string;
  /** True over TLS. */
  readonly secure: boolean;
  /** Aborts when the client is gone. */
  readonly signal: AbortSignal;
}

/** Answers the requests to `/graphql`, and refuses all others. It never throws. */
export type GraphqlHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  call: Call,
) => Promise<void>;

const AGENT_CHARACTERS_MAX = 200;

/** The API's door. */
export function graphqlHandler(place: ApiPlace): GraphqlHandler {
  const { needs, clock, random, log, doorplate, stopping } = place;
  const faults = faultsOf(log, random);
  const schema = apiSchema(auditTrail(faults, log));
  const yoga = createYoga<RunContext>({
    schema,
    plugins: [enginePlugin(faults)],
    maskedErrors: false, // the plugin tells all errors, those of subscriptions, too
    parserAndValidationCache: false, // documents of strangers are not kept
    batching: false,
    multipart: false,
    cors: false,
    graphiql: false,
    landingPage: false,
    logging: false,
  });
  const load = loadersOf(needs);
  const callers = new LiveCallers(needs.people, clock, log);
  const requests = new Turns(REQUESTS_MAX);
  const subscriptions = new Turns(SUBSCRIPTIONS_MAX.each, SUBSCRIPTIONS_MAX.all);
  const lives = new Set<RequestLife>();
  stopping.addEventListener("abort", () => lives.forEach((life) => life.end()), { once: true });

  const run = async (
    request: IncomingMessage,
    response: ServerResponse,
    call: Call,
    caller: Caller | undefined,
    prepared: Prepared,
  ) => {
    const streams = prepared.operation.operation === "subscription";
    if (streams && !/\btext\/event-stream\b/i.test(request.headers.accept ?? "")) {
      throw new SgError("SG1040", "Cannot answer: a subscription needs the header Accept: text/event-stream");
    }
    const who = caller ? `user ${caller.userId}` : `address ${call.remoteAddress}`;
    using _turn = (streams ? subscriptions : requests).take(who);
    using life = new RequestLife(call.signal, clock, lives);
    using _watch = streams && caller ? callers.watch(caller, (reason) => life.end(reason)) : undefined;
    if (stopping.aborted) life.end();
    const cookie: ApiContext["cookie"] = {};
    const { headers } = request;
    const context: RunContext = {
      needs,
      clock,
      load,
      caller,
      from: {
        address: call.remoteAddress,
        agent: (headers["user-agent"] ?? "").slice(0, AGENT_CHARACTERS_MAX),
      },
      csrf: one(headers["x-sparegrid-csrf"]),
      signal: life.work,
      cookie,
      prepared,
      end: (reason) => life.end(reason),
    };
    const answer = await yoga.fetch(requestOf(prepared, streams), context);
    await send(
      response,
      answer,
      cookie.set === undefined ? undefined : setCookie(cookie.set, call.secure),
      life.line,
    );
  };

  return async (request, response, call) => {
    try {
      const refused = refusalOf(asked(request, call), doorplate);
      if (refused) {
        log.write("warning", `api: ${refused.error.message}`, {
          address: call.remoteAddress,
          status: refused.status,
        });
        return refuse(response, refused.status, refused.error, refused.headers);
      }
      const order = orderIn(await readBody(request, call.signal));
      const caller = await callerOf(needs.people, request, call);
      await run(request, response, call, caller, prepare(schema, order, caller === undefined));
    } catch (error) {
      const told = faults.told(error);
      refuse(response, statusOf(told.code), told);
    }
  };
}

/** The request as graphql-yoga takes it. */
function requestOf({ order }: Prepared, streams: boolean): Request {
  return new Request("http://localhost/graphql", {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "accept": streams ? "text/event-stream" : "application/json",
    },
    body: JSON.stringify(order),
  });
}

function asked(request: IncomingMessage, { secure, remoteAddress }: Call): Asked {
  return {
    method: request.method ?? "",
    url: request.url ?? "",
    headers: request.headers,
    secure,
    remoteAddress,
  };
}

/** Who asks: by a token where one is given, else by the cookie. A bad token is an error, an old cookie is nobody. */
async function callerOf(
  people: ApiNeeds["people"],
  request: IncomingMessage,
  { secure }: Call,
): Promise<Caller | undefined> {
  const { authorization, cookie } = request.headers;
  if (authorization !== undefined) {
    const token = /^Bearer ([\w.~+/=-]{1,512})$/i.exec(authorization)?.[1];
    const caller = token === undefined ? undefined : await people.byToken(token);
    if (!caller) {
      throw new SgError(
        "SG1037",
        "Cannot answer the request: the token is not valid, was revoked or has expired",
      );
    }
    return caller;
  }
  const value = cookieIn(cookie, secure);
  return value === undefined ? undefined : await people.bySession(value);
}

function one(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? undefined : header;
}
