// Copyright the SpareGrid authors. Apache-2.0.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { addressGroup, type Clock, type Log } from "../base/mod.ts";
import { type Connection, listen, type Listener, type ListenOptions } from "../platform/mod.ts";
import type { ConnectionStream } from "./_connection_stream.ts";
import { requestFault } from "./_request_faults.ts";
import { ServedConnection } from "./_served_connection.ts";
import { Admission, type ConnectionLimits, LIMITS_DEFAULT } from "./admission.ts";
import { answerPlain } from "./answer.ts";
import { continueWhenRead } from "./body.ts";
import { type Deadlines, DEADLINES_DEFAULT } from "./deadlines.ts";

/** What a handler knows of a request beside the request. */
export interface HttpCall {
  /** The client's address; one of IPv4 never in the clothes of IPv6. Never from a header. */
  readonly remoteAddress: string;
  /** True behind TLS. */
  readonly secure: boolean;
  /** Aborts, with SG0083, when the client is gone before its answer was sent. */
  readonly signal: AbortSignal;
}

/**
 * Answers one request: resolves when the answer was ended. What it throws becomes a plain 500 that tells nothing, or
 * cuts the answer where it had begun. It must bound what it reads of the body ({@link readBody}).
 */
export type HttpHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  call: HttpCall,
) => Promise<void>;

/** What a server needs. */
export interface HttpServerOptions extends ListenOptions {
  readonly deadlines?: Partial<Deadlines>;
  readonly limits?: Partial<ConnectionLimits>;
  readonly log: Log;
  /** In a test, one whose sleeps wait. */
  readonly clock: Clock;
}

/** How long an accept that failed is not tried again (no descriptors left), ms. */
const ACCEPT_PAUSE_MS = 100;
/** How long handlers whose connections were cut are waited for, ms. */
const CUT_HANDLERS_MS = 2_000;

/**
 * An HTTP/1.1 server on one port, plain or TLS. Node's parser reads the requests; the connections, their deadlines and
 * their number are ours, for the runtime's own servers have no deadlines, or no back pressure behind TLS.
 */
export class HttpServer {
  readonly #parser: Server;
  readonly #listener: Listener;
  readonly #handler: HttpHandler;
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #deadlines: Deadlines;
  readonly #admission: Admission;
  readonly #open = new Map<ConnectionStream, ServedConnection>();
  readonly #running = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  #accepting: Promise<void>;
  #sweeping: Promise<void> | undefined;

  private constructor(options: HttpServerOptions, handler: HttpHandler) {
    const limits = { ...LIMITS_DEFAULT, ...options.limits };
    this.#handler = handler;
    this.#log = options.log;
    this.#clock = options.clock;
    this.#deadlines = { ...DEADLINES_DEFAULT, ...options.deadlines };
    this.#admission = new Admission(limits);
    this.#parser = this.#makeParser(limits.headerBytesMax);
    this.#listener = listen(options);
    this.#accepting = this.#acceptAll();
  }

  /** Opens the port and serves it. SG0021 where that cannot be. */
  static listen(options: HttpServerOptions, handler: HttpHandler): HttpServer {
    return new HttpServer(options, handler);
  }

  /** Where it listens; with the port that the system chose. */
  get address(): { readonly hostname: string; readonly port: number } {
    return this.#listener.address;
  }

  /** Open connections. */
  get connections(): number {
    return this.#open.size;
  }

  /**
   * Takes no more connections and requests, waits up to `graceMs` for answers under way, and cuts what is left then.
   */
  async close(graceMs: number): Promise<void> {
    this.#listener.close();
    await this.#accepting;
    for (const connection of this.#open.values()) connection.endSoon();
    await this.#handlersEnd(graceMs);
    for (const connection of this.#open.values()) connection.cut();
    await this.#handlersEnd(CUT_HANDLERS_MS);
    this.#stop.abort();
    await this.#sweeping;
  }

  #makeParser(headerBytesMax: number): Server {
    const parser = createServer({
      maxHeaderSize: headerBytesMax,
      keepAliveTimeout: this.#deadlines.idleMs,
      // Looked at by `requestFault`: after an answer of the parser's own, what is behind would still be served.
      requireHostHeader: false,
    });
    // All of them are given out and counted; the parser would drop what is beyond, without a word.
    parser.maxHeadersCount = 0;
    // A server that does not listen would end each connection behind its first answer.
    Object.defineProperty(parser, "listening", { value: true });
    const refuse = (status: number) => (_request: IncomingMessage, stream: unknown) =>
      this.#open.get(stream as ConnectionStream)?.refuse(status);
    parser.on("request", (request, response) => this.#take(request, response));
    parser.on("checkContinue", (request, response) => {
      continueWhenRead(request, response);
      this.#take(request, response);
    });
    parser.on("connect", refuse(405));
    parser.on("upgrade", refuse(501));
    parser.on("clientError", (error: NodeJS.ErrnoException, stream) => {
      const status = error.code === "HPE_HEADER_OVERFLOW" ? 431 : 400;
      this.#open.get(stream as unknown as ConnectionStream)?.refuse(status);
    });
    return parser;
  }

  async #acceptAll(): Promise<void> {
    for (;;) {
      try {
        const connection = await this.#listener.accept();
        if (connection === undefined) return;
        this.#admit(connection);
      } catch (error) {
        this.#log.write("warning", "cannot accept a connection", { reason: textOf(error) });
        await this.#clock.sleep(ACCEPT_PAUSE_MS, this.#stop.signal).catch(() => {});
      }
    }
  }

  #admit(connection: Connection): void {
    const { remoteAddress } = connection;
    const full = this.#admission.full(remoteAddress);
    if (full !== undefined && !this.#makeRoom(full === "address" ? remoteAddress : undefined)) {
      this.#log.write("warning", "too many connections", { address: remoteAddress, limit: full });
      connection.close();
      return;
    }
    const served = new ServedConnection(connection, this.#clock, this.#deadlines);
    this.#admission.enter(remoteAddress);
    this.#open.set(served.stream, served);
    served.stream.once("close", () => {
      this.#open.delete(served.stream);
      this.#admission.leave(remoteAddress);
    });
    void this.#begin(served);
    this.#sweeping ??= this.#sweep();
  }

  async #begin(served: ServedConnection): Promise<void> {
    try {
      await served.handshake();
      if (!served.stream.destroyed) this.#parser.emit("connection", served.stream);
    } catch (error) {
      this.#log.write("debug", "TLS handshake failed", {
        address: served.remoteAddress,
        reason: textOf(error),
      });
      served.cut();
    }
  }

  /** Ends the connection that was idle for longest, of `address` where one is given; false where all have work. */
  #makeRoom(address: string | undefined): boolean {
    const group = address === undefined ? undefined : addressGroup(address);
    let longest: ServedConnection | undefined;
    for (const connection of this.#open.values()) {
      if (connection.idleSinceMs === undefined) continue;
      if (group !== undefined && addressGroup(connection.remoteAddress) !== group) continue;
      if (longest === undefined || connection.idleSinceMs < longest.idleSinceMs!) longest = connection;
    }
    longest?.cut();
    return longest !== undefined;
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    const served = this.#open.get(request.socket as unknown as ConnectionStream);
    if (served === undefined) return;
    const running = served.take(
      request,
      response,
      (signal) => this.#serve(served, request, response, signal),
    );
    this.#running.add(running);
    void running.finally(() => this.#running.delete(running));
  }

  async #serve(
    { remoteAddress, stream }: ServedConnection,
    request: IncomingMessage,
    response: ServerResponse,
    signal: AbortSignal,
  ): Promise<void> {
    const fault = requestFault(request);
    if (fault !== undefined) {
      response.shouldKeepAlive = false;
      return answerPlain(response, fault);
    }
    try {
      await this.#handler(request, response, { remoteAddress, secure: stream.encrypted, signal });
      if (response.writableEnded || signal.aborted) return;
      this.#log.write("error", "a request was left without an answer", { method: request.method ?? "" });
    } catch (error) {
      if (signal.aborted) return;
      this.#log.write("error", "a request failed", { method: request.method ?? "", reason: textOf(error) });
    }
    if (response.headersSent) stream.destroy();
    else answerPlain(response, 500);
  }

  /** Looks after deadlines while there are connections. */
  async #sweep(): Promise<void> {
    const { handshakeMs, headersMs, idleMs, bodyStallMs, answerStallMs, graceMs, lingerMs } = this.#deadlines;
    const shortest = Math.min(handshakeMs, headersMs, idleMs, bodyStallMs, answerStallMs, graceMs, lingerMs);
    const pauseMs = Math.min(1000, Math.max(10, shortest / 4));
    try {
      while (this.#open.size > 0) {
        await this.#clock.sleep(pauseMs, this.#stop.signal);
        const nowMs = this.#clock.monotonicMs();
        for (const connection of this.#open.values()) {
          const late = connection.check(nowMs);
          if (late === undefined) continue;
          this.#log.write("debug", "a client was too slow", {
            address: connection.remoteAddress,
            with: late,
          });
        }
      }
    } catch {
      // Stopped.
    } finally {
      this.#sweeping = undefined;
    }
  }

  async #handlersEnd(graceMs: number): Promise<void> {
    if (this.#running.size === 0) return;
    const done = new AbortController();
    const patience = this.#clock.sleep(graceMs, done.signal).catch(() => {});
    await Promise.race([patience, Promise.all(this.#running)]);
    done.abort();
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
