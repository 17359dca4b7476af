// Copyright the SpareGrid authors. Apache-2.0.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { GraphQLSchema } from "graphql";
import { createYoga } from "graphql-yoga";
import { addressGroup, type Clock, type Log, type Random } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import { type HttpCall, type HttpHandler, readBody } from "../http/mod.ts";
import { refuse, send } from "./answer.ts";
import { auditTrail } from "./audit_trail.ts";
import { BODY_BYTES_MAX, orderIn } from "./body.ts";
import type { ApiContext } from "./context.ts";
import { type Caller, callerByCookie, callerByToken, type CallerNeeds } from "./callers.ts";
import { cookieIn, setCookie } from "./cookies.ts";
import { enginePlugin, type RunContext } from "./engine_plugin.ts";
import { type Faults, faultsOf, statusOf } from "./faults.ts";
import { type Asked, type Doorplate, refusalOf } from "./gate.ts";
import { LiveCallers } from "./live_callers.ts";
import { type Loaders, loadersOf } from "./loaders.ts";
import type { ApiNeeds } from "./needs.ts";
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

const AGENT_CHARACTERS_MAX = 200;

/** The API's door: answers the requests to `/graphql`, refuses all others, and never throws. */
export function graphqlHandler(place: ApiPlace): HttpHandler {
  const door = new Door(place);
  return (request, response, call) => door.answer(request, response, call);
}

class Door {
  readonly #place: ApiPlace;
  readonly #faults: Faults;
  readonly #schema: GraphQLSchema;
  readonly #yoga: ReturnType<typeof createYoga<RunContext>>;
  readonly #load: Loaders;
  readonly #callers: LiveCallers;
  readonly #requests = new Turns(REQUESTS_MAX);
  readonly #subscriptions = new Turns(SUBSCRIPTIONS_MAX.each, SUBSCRIPTIONS_MAX.all);
  /** Of the subscriptions. */
  readonly #lives = new Set<RequestLife>();

  constructor(place: ApiPlace) {
    const { needs, clock, random, log, stopping } = place;
    this.#place = place;
    this.#faults = faultsOf(log, random);
    this.#schema = apiSchema(auditTrail(this.#faults, log));
    this.#yoga = createYoga<RunContext>({
      schema: this.#schema,
      plugins: [enginePlugin(this.#faults)],
      maskedErrors: false, // the plugin tells all errors, those of subscriptions, too
      parserAndValidationCache: false, // documents of strangers are not kept
      batching: false,
      multipart: false,
      cors: false,
      graphiql: false,
      landingPage: false,
      logging: false,
    });
    this.#load = loadersOf(needs);
    this.#callers = new LiveCallers(clock, log);
    stopping.addEventListener("abort", () => this.#lives.forEach((life) => life.cut()), { once: true });
  }

  async answer(request: IncomingMessage, response: ServerResponse, call: HttpCall): Promise<void> {
    const { needs, log, doorplate } = this.#place;
    try {
      const refused = refusalOf(asked(request, call), doorplate);
      if (refused) {
        const { status, error, headers } = refused;
        log.write("warning", `api: ${error.message}`, { address: call.remoteAddress, status });
        return refuse(response, status, error, headers);
      }
      const order = orderIn(await readBody(request, BODY_BYTES_MAX, call.signal));
      const caller = await callerOf(needs.account, request, call);
      const prepared = prepare(this.#schema, order, caller === undefined);
      if (prepared.operation.operation === "subscription") {
        await this.#subscribe(request, response, call, caller, prepared);
      } else {
        await this.#execute(request, response, call, caller, prepared);
      }
    } catch (error) {
      const told = this.#faults.told(error);
      refuse(response, statusOf(told.code), told);
    }
  }

  async #execute(...[request, response, call, caller, prepared]: Run): Promise<void> {
    using _turn = this.#requests.take(counted(caller, call));
    // When the service stops, it waits for these.
    using life = new RequestLife(call.signal, this.#place.clock);
    await this.#run(life, request, response, call, caller, prepared);
  }

  async #subscribe(...[request, response, call, caller, prepared]: Run): Promise<void> {
    if (!/\btext\/event-stream\b/i.test(request.headers.accept ?? "")) {
      throw new SgError("SG1040", "Cannot answer: a subscription needs the header Accept: text/event-stream");
    }
    using _turn = this.#subscriptions.take(counted(caller, call));
    using life = new RequestLife(call.signal, this.#place.clock, this.#lives);
    if (this.#place.stopping.aborted) life.cut();
    using _watch = caller && this.#callers.watch(caller, (reason) => life.end(reason));
    await this.#run(life, request, response, call, caller, prepared);
  }

  async #run(life: RequestLife, ...[{ headers }, response, call, caller, prepared]: Run): Promise<void> {
    const { needs, clock } = this.#place;
    const cookie: ApiContext["cookie"] = {};
    const answer = await this.#yoga.fetch(requestOf(prepared), {
      needs,
      clock,
      load: this.#load,
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
    });
    const set = cookie.set === undefined ? undefined : setCookie(cookie.set, call.secure);
    await send(response, answer, set, life.line);
  }
}

type Run = [IncomingMessage, ServerResponse, HttpCall, Caller | undefined, Prepared];

/** Whose turns a request takes. */
function counted(caller: Caller | undefined, { remoteAddress }: HttpCall): string {
  return caller ? `user ${caller.identity.user.id}` : `address ${addressGroup(remoteAddress)}`;
}

/** The request as graphql-yoga takes it. */
function requestOf({ order, operation }: Prepared): Request {
  const accept = operation.operation === "subscription" ? "text/event-stream" : "application/json";
  return new Request("http://localhost/graphql", {
    method: "POST",
    headers: { "content-type": "application/json", accept },
    body: JSON.stringify(order),
  });
}

function asked(request: IncomingMessage, { secure, remoteAddress }: HttpCall): Asked {
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
  account: CallerNeeds,
  { headers: { authorization, cookie } }: IncomingMessage,
  { secure, remoteAddress }: HttpCall,
): Promise<Caller | undefined> {
  if (authorization !== undefined) return await callerByToken(account, authorization, remoteAddress);
  const value = cookieIn(cookie, secure);
  return value === undefined ? undefined : await callerByCookie(account, value);
}

function one(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? undefined : header;
}
