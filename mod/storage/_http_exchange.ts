// Copyright the SpareGrid authors. Apache-2.0.
import type http from "node:http";
import { type Clock, concatBytes } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import { LinkWatch, NEWS_BYTES_MIN } from "../platform/mod.ts";
import { abortError } from "./abort.ts";
import { type AnswerHead, networkFailure } from "./_http_failure.ts";

/** A request's body is handed over in pieces of this size, bytes: progress shows, and pacing is smooth. */
const PIECE_BYTES = 128 * 1024;
/** Received bytes that wait for the reader before the server has to wait. */
const QUEUE_BYTES_MAX = 1024 * 1024;

/** A body of more than this may lie with the system, sent by and by, bytes. */
const HELD_BYTES_MIN = 64 * 1024;
/** A body that does not matter is read up to this length, bytes. */
const DRAINED_BYTES_MAX = 64 * 1024;

/** What one exchange needs to know. */
export interface ExchangeContext {
  readonly clock: Clock;
  /** Silence from the server, milliseconds, that ends the exchange: SG0198, or SG0136 where no connection came about. */
  readonly idleMs: number;
  /** Continues "Cannot " in messages. */
  readonly doing: string;
  readonly signal: AbortSignal | undefined;
  /** True once its connection has come about. */
  readonly connected: () => boolean;
  /** What went over its connection, as of {@link LinkWatch}. */
  readonly movedBytes: () => number | undefined;
}

/**
 * One request and its answer on one connection. Nothing waits for ever: whenever it waits for the other side, silence
 * of `idleMs` ends it; waiting for its own caller is free. Dispose it when done: an answer read to its end leaves
 * the connection to the next request, any other closes it.
 */
export class HttpExchange implements AnswerHead, Disposable {
  readonly #request: http.ClientRequest;
  readonly #context: ExchangeContext;
  readonly #link: LinkWatch;
  readonly #stop = new AbortController();
  readonly #onAbort: () => void;
  #response: http.IncomingMessage | undefined;
  #queue: Uint8Array[] = [];
  #queued = 0;
  #drained = false;
  #ended = false;
  #failure: SgError | undefined;
  #wake: (() => void) | undefined;
  #waitingSince: number | undefined;
  /** Bytes of the answer that have come, and how many of them ended the last silence. */
  #received = 0;
  #heard = 0;
  /** Time waited since then, milliseconds. */
  #waitedMs = 0;
  #bodyBytes = 0;

  constructor(request: http.ClientRequest, context: ExchangeContext) {
    this.#request = request;
    this.#context = context;
    this.#link = new LinkWatch(context.movedBytes);
    this.#onAbort = () => this.#fail(abortError(context.signal!));
    context.signal?.addEventListener("abort", this.#onAbort, { once: true });
    request.on("error", (error: Error) => this.#fail(error));
    request.on("close", () => this.#response === undefined && this.#fail(new Error("the connection closed")));
    request.on("drain", () => {
      this.#drained = true;
      this.#resume();
    });
    request.on("response", (response: http.IncomingMessage) => this.#begin(response));
    void this.#watch();
  }

  /** True when the server has answered, at least with a status. */
  get answered(): boolean {
    return this.#response !== undefined;
  }

  get status(): number {
    return this.#response?.statusCode ?? 0;
  }

  header(name: string): string | undefined {
    const value = this.#response?.headers[name];
    return Array.isArray(value) ? value.join(", ") : value;
  }

  /** The length that the answer announces, bytes; undefined where it announces none or nonsense. */
  get contentLength(): number | undefined {
    const text = this.header("content-length");
    if (text === undefined || !/^\d{1,15}$/.test(text)) return undefined;
    return Number(text);
  }

  /** Sends the body and waits for the head of the answer. Stops sending when the answer comes early. */
  async send(body: Uint8Array | undefined, pace?: (bytes: number) => Promise<void>): Promise<void> {
    this.#bodyBytes = body?.length ?? 0;
    for (let at = 0; body !== undefined && at < body.length; at += PIECE_BYTES) {
      const piece = body.subarray(at, at + PIECE_BYTES);
      if (pace) await pace(piece.length);
      if (this.#failure || this.#response) break;
      this.#drained = false;
      if (this.#request.write(piece)) continue;
      await this.#until(() => this.#drained || this.#response !== undefined);
    }
    if (!this.#response && !this.#failure) this.#request.end();
    await this.#until(() => this.#response !== undefined);
  }

  /** The pieces of the answer's body, as they come. */
  async *chunks(): AsyncIterable<Uint8Array> {
    for (;;) {
      await this.#until(() => this.#queue.length > 0 || this.#ended);
      const chunks = this.#queue;
      if (chunks.length === 0) return;
      this.#queue = [];
      this.#queued = 0;
      if (this.#response?.isPaused()) this.#response.resume();
      yield* chunks;
    }
  }

  /** A small body; what is beyond `bytesMax` is left out, and the connection then not used again. */
  async body(bytesMax: number): Promise<Uint8Array<ArrayBuffer>> {
    const pieces: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of this.chunks()) {
      pieces.push(chunk.subarray(0, bytesMax - bytes));
      bytes += chunk.length;
      if (bytes >= bytesMax) break;
    }
    return concatBytes(pieces);
  }

  /**
   * Reads the rest of a small body, so that the connection can be used again; gives up on a larger one. Gives the bytes
   * that came.
   */
  async drain(): Promise<number> {
    let bytes = 0;
    for await (const chunk of this.chunks()) {
      bytes += chunk.length;
      if (bytes > DRAINED_BYTES_MAX) break;
    }
    return bytes;
  }

  [Symbol.dispose](): void {
    this.#stop.abort();
    this.#context.signal?.removeEventListener("abort", this.#onAbort);
    if (!this.#ended || !this.#request.writableEnded) this.#request.destroy();
  }

  #begin(response: http.IncomingMessage): void {
    this.#response = response;
    response.on("data", (chunk: Uint8Array) => {
      this.#queue.push(chunk);
      this.#queued += chunk.length;
      this.#received += chunk.length;
      if (this.#queued > QUEUE_BYTES_MAX) response.pause();
      this.#resume();
    });
    response.on("end", () => {
      if (!response.complete) return this.#fail(new Error("the answer broke off"));
      this.#ended = true;
      this.#resume();
    });
    response.on("aborted", () => this.#fail(new Error("the answer broke off")));
    response.on("error", (error: Error) => this.#fail(error));
    response.on("close", () => !this.#ended && this.#fail(new Error("the answer broke off")));
    this.#resume();
  }

  #fail(error: Error): void {
    if (this.#failure || this.#ended) return;
    this.#failure = networkFailure(this.#context.doing, error, this.#context.connected());
    this.#request.destroy();
    this.#resume();
  }

  #resume(): void {
    this.#wake?.();
  }

  /** Waits until `done`; throws the exchange's failure, but hands out first what had arrived before it. */
  async #until(done: () => boolean): Promise<void> {
    while (!done()) {
      if (this.#failure) throw this.#failure;
      const since = this.#context.clock.monotonicMs();
      this.#waitingSince = since - this.#waitedMs;
      await new Promise<void>((resolve) => this.#wake = resolve);
      this.#wake = undefined;
      this.#waitingSince = undefined;
      this.#waitedMs += this.#context.clock.monotonicMs() - since;
      // While sending, every piece that goes is news; an answer that drips is as good as none.
      if (this.#response && this.#received - this.#heard < NEWS_BYTES_MIN) continue;
      this.#heard = this.#received;
      this.#waitedMs = 0;
      this.#link.heard();
    }
  }

  /** Whether a part of the body may lie with the system, unsent. */
  #maySend(): boolean {
    return this.#response === undefined && this.#bodyBytes > HELD_BYTES_MIN && this.#context.connected();
  }

  /** Ends the exchange when the other side stays silent and nothing moves over the link. */
  async #watch(): Promise<void> {
    const { clock, idleMs, doing } = this.#context;
    const stop = this.#stop.signal;
    const quarterMs = idleMs / 4;
    let sleepMs = quarterMs;
    while (!stop.aborted) {
      try {
        await clock.sleep(sleepMs, stop);
      } catch {
        return;
      }
      const nowMs = clock.monotonicMs();
      const silentMs = this.#waitingSince === undefined ? 0 : nowMs - this.#waitingSince;
      sleepMs = quarterMs - silentMs % quarterMs;
      const seen = this.#link.look(silentMs, idleMs, this.#maySend());
      if (seen === "moving") {
        this.#waitedMs = 0;
        this.#waitingSince = nowMs;
      }
      if (seen !== "gone") continue;
      this.#fail(
        new SgError(
          this.#context.connected() ? "SG0198" : "SG0136",
          `Cannot ${doing}: the server was silent for ${Math.round(idleMs / 1000)} seconds`,
        ),
      );
      return;
    }
  }
}
