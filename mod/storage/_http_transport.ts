// Copyright the SpareGrid authors. Apache-2.0.
import http from "node:http";
import https from "node:https";
import type { Socket } from "node:net";
import { type Clock, Semaphore, toBase64, utf8 } from "../base/mod.ts";
import { isSgError, SgError } from "../errors/mod.ts";
import { movedBytes } from "../platform/mod.ts";
import { abortError, throwIfAborted } from "./abort.ts";
import { connectionPool, type HttpTrust } from "./_http_agent.ts";
import { HttpExchange } from "./_http_exchange.ts";
import type { RequestSigner } from "./_http_signer.ts";

/** How to talk to a server. */
export interface HttpTransportOptions extends HttpTrust {
  readonly clock: Clock;
  /** Its path ends with a slash; holds no user name. */
  readonly url: URL;
  readonly username?: string;
  readonly password?: string;
  /** Sign requests with user name and password rather than send these. */
  readonly signer?: RequestSigner;
  readonly connections: number;
  readonly idleMs: number;
}

/** A request below the server's URL. */
export interface HttpRequest {
  readonly method: "GET" | "HEAD" | "POST" | "DELETE";
  /** Relative to the URL, such as `data/` or `?create=true`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** SHA-256 of the body, where it is known anyway. */
  readonly bodySha256?: Uint8Array;
  readonly signal?: AbortSignal | undefined;
  readonly pace?: ((bytes: number) => Promise<void>) | undefined;
  /** Continues "Cannot " in messages. */
  readonly doing: string;
}

/** Requests over a pool of HTTP/1.1 connections; never follows a redirect, never asks a proxy. */
export class HttpTransport {
  readonly #options: HttpTransportOptions;
  readonly #pool: http.Agent;
  readonly #permits: Semaphore;
  readonly #authorization: string | undefined;
  #announced = false;
  /** Connections that have carried a request: the server may have closed one while it lay idle. */
  readonly #used = new WeakSet<object>();
  readonly #closing = new AbortController();

  constructor(options: HttpTransportOptions) {
    this.#options = options;
    this.#pool = connectionPool(options.url, options);
    this.#permits = new Semaphore(options.connections);
    if (!options.signer && (options.username !== undefined || options.password !== undefined)) {
      this.#authorization = `Basic ${toBase64(utf8(`${options.username ?? ""}:${options.password ?? ""}`))}`;
    }
  }

  /** True when the server has said that it is one of SpareGrid: it answers more than restic's protocol asks. */
  get announced(): boolean {
    return this.#announced;
  }

  /**
   * Sends a request and hands the answer, of any status, to `use`; the exchange ends with it. A request that met a
   * connection which the server had closed meanwhile is sent once more: every request here may be repeated.
   */
  async exchange<T>(request: HttpRequest, use: (answer: HttpExchange) => T | Promise<T>): Promise<T> {
    using _permit = await this.#acquire(request.signal);
    using exchange = await this.#sendFresh(request);
    return await use(exchange);
  }

  /** Like {@link exchange}, for an answer that is read piece by piece; the caller disposes it. Not counted
   * as one of the `connections`, since its reader makes requests meanwhile. */
  open(request: HttpRequest): Promise<HttpExchange> {
    return this.#sendFresh(request);
  }

  /** Closes the connections that carry nothing now. */
  rest(): void {
    for (const sockets of Object.values(this.#pool.freeSockets)) {
      for (const socket of sockets ?? []) socket.destroy();
    }
  }

  /** Closes all connections; what is under way fails. */
  close(): void {
    this.#closing.abort(new SgError("SG1015", `Cannot use ${this.#options.url.href}: it has been closed`));
    this.#pool.destroy();
  }

  async #acquire(signal: AbortSignal | undefined): Promise<Disposable> {
    throwIfAborted(signal);
    try {
      return await this.#permits.acquire(signal);
    } catch (error) {
      throw signal?.aborted ? abortError(signal) : error;
    }
  }

  async #sendFresh(request: HttpRequest): Promise<HttpExchange> {
    let clockSet = false;
    for (let attempt = 1;; attempt++) {
      const { exchange, reused } = this.#start(request);
      try {
        await exchange.send(request.body, request.pace);
        this.#announced = exchange.header("sparegrid-server") === "1";
        if (clockSet || !this.#options.signer?.setClockBy(exchange)) return exchange;
        clockSet = true;
        exchange[Symbol.dispose]();
      } catch (error) {
        exchange[Symbol.dispose]();
        const stale = reused() && !exchange.answered && isSgError(error, "SG0083");
        if (!stale || attempt > this.#options.connections + 1) throw error;
      }
    }
  }

  #start(request: HttpRequest): { exchange: HttpExchange; reused: () => boolean } {
    const { url, clock, idleMs, signer } = this.#options;
    throwIfAborted(this.#closing.signal);
    throwIfAborted(request.signal);
    const wire = (url.protocol === "https:" ? https : http).request({
      protocol: url.protocol,
      hostname: url.hostname.replace(/^\[|\]$/g, ""),
      port: url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port),
      method: request.method,
      path: url.pathname + request.path,
      agent: this.#pool,
      headers: {
        ...(this.#authorization === undefined ? {} : { authorization: this.#authorization }),
        ...signer?.headers(request, `${url.protocol}//${url.host}${url.pathname}${request.path}`),
        ...(request.method === "POST" ? { "content-length": String(request.body?.length ?? 0) } : {}),
        ...request.headers,
      },
    });
    let reused = false;
    let connected = false;
    let place: Socket | undefined;
    wire.on("socket", (socket: Socket) => {
      place = socket;
      reused = this.#used.has(socket);
      this.#used.add(socket);
      connected = reused || socket.connecting !== true;
      if (!connected) socket.once("connect", () => connected = true);
    });
    const signal = request.signal === undefined
      ? this.#closing.signal
      : AbortSignal.any([request.signal, this.#closing.signal]);
    const exchange = new HttpExchange(wire, {
      ...{ clock, idleMs, doing: request.doing, signal },
      connected: () => connected,
      movedBytes: () => place && movedBytesOf(place),
    });
    return { exchange, reused: () => reused };
  }
}

/** What went over a connection; undefined before it has come about. */
function movedBytesOf(socket: Socket): number | undefined {
  const { localAddress, localPort, remoteAddress, remotePort } = socket;
  if (!localAddress || !localPort || !remoteAddress || !remotePort) return undefined;
  return movedBytes(
    { hostname: localAddress, port: localPort },
    { hostname: remoteAddress, port: remotePort },
  );
}
