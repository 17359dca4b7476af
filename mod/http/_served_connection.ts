// Copyright the SpareGrid authors. Apache-2.0.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import { type Connection, LinkWatch } from "../platform/mod.ts";
import { ConnectionStream } from "./_connection_stream.ts";
import type { Deadlines } from "./deadlines.ts";
import { rawAnswer } from "./_raw_answer.ts";

/**
 * What a connection is doing: the TLS handshake, nothing, sending headers, being served, sending the rest of a request
 * that was answered before, or going away.
 */
type Phase = "handshake" | "idle" | "headers" | "busy" | "draining" | "ending";

/** Requests that a client may send ahead on one connection. */
const AHEAD_MAX = 100;

/** A request under way. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly abort: AbortController;
  /** Settles when the answer is sent or can no longer be. */
  readonly closed: PromiseWithResolvers<void>;
}

/** A connection that is served: knows what it waits for, and ends it when that takes too long. */
export class ServedConnection {
  readonly stream: ConnectionStream;
  readonly #connection: Connection;
  readonly #clock: Clock;
  readonly #deadlines: Deadlines;
  readonly #link: LinkWatch;
  readonly #exchanges: Exchange[] = [];
  #phase: Phase;
  #sinceMs: number;
  #tail: Promise<void> = Promise.resolve();
  #last = false;

  constructor(connection: Connection, clock: Clock, deadlines: Deadlines) {
    this.#connection = connection;
    this.#clock = clock;
    this.#deadlines = deadlines;
    this.#link = new LinkWatch(() => connection.movedBytes());
    this.stream = new ConnectionStream(connection, clock);
    this.#phase = connection.secure ? "handshake" : "idle";
    this.#sinceMs = clock.monotonicMs();
    this.stream.onBytes = () => {
      if (this.#phase === "idle") this.#enter("headers");
    };
    this.stream.onEnding = () => this.#enter("ending");
    this.stream.once("close", () => {
      // Answers that wait for their turn are not told by the parser.
      for (const { closed } of this.#exchanges) closed.resolve();
    });
  }

  get remoteAddress(): string {
    return this.#connection.remoteAddress;
  }

  /** Since when it has nothing to do, on the clock that never runs backwards; undefined while it has. */
  get idleSinceMs(): number | undefined {
    return this.#phase === "idle" ? this.#sinceMs : undefined;
  }

  /** Resolves when the TLS handshake is over. */
  async handshake(): Promise<void> {
    await this.#connection.handshake();
    if (this.#phase === "handshake") this.#enter("idle");
  }

  /**
   * Serves a request whose headers are complete: one after the other, in their order. `serve` must not reject; its signal
   * aborts when the client is gone.
   */
  take(
    request: IncomingMessage,
    response: ServerResponse,
    serve: (signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    const closed = Promise.withResolvers<void>();
    const exchange = { request, response, abort: new AbortController(), closed };
    // The parser goes on with what it has, though nobody is there to be answered.
    if (this.stream.destroyed) return this.#tail;
    if (this.#exchanges.length >= AHEAD_MAX) this.cut();
    this.#exchanges.push(exchange);
    if (this.#last) response.shouldKeepAlive = false;
    this.#enter("busy");
    response.once("close", closed.resolve);
    // A client that goes away is told by the signal; without listeners these would end the process.
    request.on("error", () => {});
    response.on("error", () => {});
    void closed.promise.then(() => this.#ended(exchange));
    const run = async () => {
      // The waits of the one before are no fault of this one.
      this.stream.reading.restart(this.#clock.monotonicMs());
      this.stream.writing.restart(this.#clock.monotonicMs());
      // Behind the last answer nothing is served, whatever was sent ahead.
      if (!this.stream.writable) this.cut();
      if (!exchange.abort.signal.aborted) await serve(exchange.abort.signal);
      await closed.promise;
    };
    return this.#tail = this.#tail.then(run);
  }

  /** The next answer is the last one; where none is under way, ends at once. */
  endSoon(): void {
    this.#last = true;
    if (this.#phase !== "busy" && this.#phase !== "ending") return this.cut();
    for (const { response } of this.#exchanges) {
      if (!response.headersSent) response.shouldKeepAlive = false;
    }
  }

  /** Ends now, whatever is under way. */
  cut(): void {
    this.stream.destroy();
    this.#abortAll();
  }

  /** Refuses what came with a status of the protocol, where no answer has begun yet, and ends. */
  refuse(status: number): void {
    const begun = this.#exchanges.some(({ response }) => response.headersSent);
    this.#abortAll();
    if (begun || this.stream.destroyed || !this.stream.writable) this.stream.destroy();
    else this.stream.destroySoon(rawAnswer(status));
  }

  /** Ends the connection where the client is too slow, and says with what. */
  check(nowMs: number): string | undefined {
    const late = this.#late(nowMs);
    // Who is in the middle of a request is told; who has sent nothing, or takes nothing, is not.
    if (late === "headers" || late === "body") this.refuse(408);
    else if (late !== undefined) this.cut();
    return late;
  }

  #late(nowMs: number): string | undefined {
    const { handshakeMs, headersMs, idleMs, bodyStallMs, answerStallMs, lingerMs } = this.#deadlines;
    if (this.#phase === "busy") {
      if (this.stream.writing.late(nowMs, answerStallMs, this.#deadlines)) return "answer";
      if (this.#sending() && this.stream.reading.late(nowMs, bodyStallMs, this.#deadlines)) return "body";
      return undefined;
    }
    if (this.#phase === "idle") {
      // A record of TLS, with the headers in it, may be on its way for longer.
      const seen = this.#link.look(nowMs - this.#sinceMs, idleMs, false);
      if (seen === "moving") this.#sinceMs = nowMs;
      return seen === "gone" ? "idle" : undefined;
    }
    const patienceMs = {
      ...{ handshake: handshakeMs, headers: headersMs },
      ...{ draining: lingerMs, ending: lingerMs },
    }[this.#phase];
    return nowMs - this.#sinceMs >= patienceMs ? this.#phase : undefined;
  }

  #abortAll(): void {
    const reason = brokeOff();
    for (const { abort } of this.#exchanges) abort.abort(reason);
  }

  /** True while the client owes the rest of a body. */
  #sending(): boolean {
    return this.#exchanges.some(({ request }) => !request.complete);
  }

  #ended(exchange: Exchange): void {
    if (!exchange.response.writableFinished) exchange.abort.abort(brokeOff());
    this.#exchanges.splice(this.#exchanges.indexOf(exchange), 1);
    if (this.#exchanges.length > 0 || this.#phase === "ending") return;
    if (this.#last) return this.cut();
    if (exchange.request.complete) return this.#enter("idle");
    this.#enter("draining");
    exchange.request.resume();
    exchange.request.once("close", () => {
      if (this.#phase === "draining") this.#enter("idle");
    });
  }

  #enter(phase: Phase): void {
    this.#phase = phase;
    this.#sinceMs = this.#clock.monotonicMs();
    this.#link.heard();
  }
}

function brokeOff(): SgError {
  return new SgError("SG0083", "The client broke off the connection");
}
