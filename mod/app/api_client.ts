// Copyright the SpareGrid authors. Apache-2.0.
import http from "node:http";
import https from "node:https";
import { type Clock, systemClock, utf8 } from "../base/mod.ts";
import { isSgCode, isSgError, SgError } from "../errors/mod.ts";
import { connectionPool } from "../storage/mod.ts";
import { boundedText } from "./_bounded_text.ts";
import { streamEvents } from "./_event_stream.ts";
import { networkFailure } from "./_network_failure.ts";
import { type ApiOrder, type ApiPlace, resolveApiPlace } from "./api_place.ts";

/** Values of a document's variables. */
export type ApiVariables = Readonly<Record<string, unknown>>;

/** A service's GraphQL API, as this program asks it. */
export interface ApiClient extends Disposable {
  /** For people. */
  readonly address: string;
  /**
   * Asks a query or orders a mutation. Refusals are SgErrors with the service's code; a service that is not reached is
   * SG0134, SG0136 or SG0083, one that cannot be trusted SG1019.
   */
  ask<T>(document: string, variables: ApiVariables, signal: AbortSignal): Promise<T>;
  /**
   * Follows a subscription. A connection that breaks is made again until `signal` aborts: the service then tells the state of
   * the moment first. Ends when the service ends it; refusals as in {@link ask}.
   */
  follow<T>(document: string, variables: ApiVariables, signal: AbortSignal): AsyncIterable<T>;
}

/** Opens the way to a service; nothing is sent yet. See {@link resolveApiPlace}. */
export async function openApi(order: ApiOrder): Promise<ApiClient> {
  return new HttpApiClient(await resolveApiPlace(order), systemClock, () => resolveApiPlace(order));
}

/** Largest answer, bytes. */
const ANSWER_BYTES_MAX = 64 * 1024 * 1024;
/** A service that says nothing for so long is gone, ms; while a subscription is silent it sends signs of life. */
const SILENCE_MS = 60_000;
/** Waiting before a broken subscription is made again, ms: twice as long each time, up to the last. */
const PAUSE_FIRST_MS = 250;
const PAUSE_MAX_MS = 10_000;

interface ApiAnswer {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message?: unknown; readonly extensions?: Record<string, unknown> }[];
}

/** The client over HTTP/1.1. */
export class HttpApiClient implements ApiClient {
  readonly address: string;
  #place: ApiPlace;
  #agent: http.Agent;
  readonly #clock: Clock;
  readonly #again: () => Promise<ApiPlace>;

  /** `again` finds the service anew after it was away: a service of this machine has another token then, and maybe another port. */
  constructor(place: ApiPlace, clock: Clock, again: () => Promise<ApiPlace> = () => Promise.resolve(place)) {
    this.#place = place;
    this.#clock = clock;
    this.#again = again;
    this.address = place.url.origin;
    this.#agent = poolOf(place);
  }

  async ask<T>(document: string, variables: ApiVariables, signal: AbortSignal): Promise<T> {
    const response = await this.#send(document, variables, "application/json", signal);
    try {
      return await this.#answerIn<T>(response);
    } catch (error) {
      throw this.#failure(error, signal);
    } finally {
      response.destroy();
    }
  }

  async *follow<T>(document: string, variables: ApiVariables, signal: AbortSignal): AsyncGenerator<T> {
    let pauseMs = PAUSE_FIRST_MS, first = true;
    for (;;) {
      try {
        if (!first) await this.#renew();
        for await (const value of this.#stream<T>(document, variables, signal)) {
          pauseMs = PAUSE_FIRST_MS;
          first = false;
          yield value;
        }
        return;
      } catch (error) {
        if (first || !isAway(error)) throw error;
        await this.#clock.sleep(pauseMs, signal);
        pauseMs = Math.min(pauseMs * 2, PAUSE_MAX_MS);
      }
    }
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }

  async #renew(): Promise<void> {
    const place = await this.#again();
    if (JSON.stringify(place) === JSON.stringify(this.#place)) return;
    this.#agent.destroy();
    this.#place = place;
    this.#agent = poolOf(place);
  }

  async *#stream<T>(document: string, variables: ApiVariables, signal: AbortSignal): AsyncGenerator<T> {
    const response = await this.#send(document, variables, "text/event-stream", signal);
    try {
      if (!/^text\/event-stream\b/.test(response.headers["content-type"] ?? "")) {
        await this.#answerIn(response);
        throw new SgError(
          "SG0136",
          `Cannot follow ${this.address}: it does not answer as a SpareGrid service`,
        );
      }
      for await (const { event, data } of streamEvents(response)) {
        if (event === "complete") return;
        if (event === "next") yield dataOf<T>(this.#parse(data, 200));
      }
      throw new SgError("SG0083", `The connection to ${this.address} broke off`);
    } catch (error) {
      throw this.#failure(error, signal);
    } finally {
      response.destroy();
    }
  }

  async #send(
    document: string,
    variables: ApiVariables,
    accept: string,
    signal: AbortSignal,
  ): Promise<http.IncomingMessage> {
    signal.throwIfAborted();
    const { url, token } = this.#place;
    const body = utf8(JSON.stringify({ query: document, variables }));
    const headers = {
      "Content-Type": "application/json",
      "Content-Length": String(body.length),
      "Accept": accept,
      ...(token === undefined ? {} : { "Authorization": `Bearer ${token}` }),
    };
    try {
      return await new Promise((resolve, reject) => {
        const call = url.protocol === "https:" ? https.request : http.request;
        const request = call(new URL("/graphql", url), {
          method: "POST",
          headers,
          agent: this.#agent,
          signal,
        });
        request.once("response", resolve);
        request.once("error", reject);
        request.setTimeout(
          SILENCE_MS,
          () => request.destroy(new Error(`nothing came for ${SILENCE_MS / 1000} s`)),
        );
        request.end(body);
      });
    } catch (error) {
      throw this.#failure(error, signal);
    }
  }

  async #answerIn<T>(response: http.IncomingMessage): Promise<T> {
    const text = await boundedText(response, ANSWER_BYTES_MAX, `The answer of ${this.address}`);
    return dataOf<T>(this.#parse(text, response.statusCode ?? 0));
  }

  #parse(text: string, status: number): ApiAnswer {
    try {
      const answer = JSON.parse(text) as ApiAnswer;
      if (typeof answer === "object" && answer !== null && ("data" in answer || "errors" in answer)) {
        return answer;
      }
    } catch {
      // told below
    }
    throw new SgError(
      "SG0136",
      `Cannot ask ${this.address}: it does not answer as a SpareGrid service (status ${status})`,
    );
  }

  #failure(error: unknown, signal: AbortSignal): unknown {
    return networkFailure(error, {
      what: "the service",
      at: this.#place.url.host,
      signal,
      remedies: REMEDIES,
    });
  }
}

/** A pool of connections for one place: never shared, for a pooled one is not checked again. */
function poolOf({ url, fingerprint }: ApiPlace): http.Agent {
  return connectionPool(url, fingerprint === undefined ? {} : { pinnedSha256: fingerprint });
}

/** True for what a service that is being started anew brings about. */
function isAway(error: unknown): boolean {
  return isSgError(error, "SG0083") || isSgError(error, "SG0136") || isSgError(error, "SG0134");
}

const REMEDIES = {
  closed: "Check that it runs (sparegrid serve) and that no firewall is in between.",
  untrusted: "Give the fingerprint that the service printed at its start with --fingerprint.",
};

function dataOf<T>({ data, errors }: ApiAnswer): T {
  const error = errors?.[0];
  if (error === undefined) return data as T;
  const { code, remedy } = error.extensions ?? {};
  const known = isSgCode(code);
  const message = String(error.message ?? "The service answered an error without a message");
  throw new SgError(
    known ? code : "SG1023",
    known || typeof code !== "string" ? message : `${message} (${code}, which this version does not know)`,
    typeof remedy === "string" ? { remedy } : {},
  );
}
