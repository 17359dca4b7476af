// Copyright the SpareGrid authors. Apache-2.0.
import { LinkWatch } from "../platform/mod.ts";

/**
 * How long a server waits for a client, milliseconds. Only waiting for the client counts: a handler may take as long as it
 * needs, and a body that it does not read puts nobody in the wrong.
 */
export interface Deadlines {
  /** From the connection's start to the end of the TLS handshake. */
  readonly handshakeMs: number;
  /** From the first byte of a request to the end of its headers, so that a slow drip does not help. */
  readonly headersMs: number;
  /** With no byte of a request, nor any that moves over the link: a new connection, or one that is kept for the next request. */
  readonly idleMs: number;
  /** With no byte of a body that is asked for, nor any that moves over the link. */
  readonly bodyStallMs: number;
  /** With no byte of an answer taken, nor any that moves over the link. */
  readonly answerStallMs: number;
  /** Bodies and answers must move this many bytes a second … */
  readonly bytesPerSecondMin: number;
  /** … on average, once the client has been waited for this long. */
  readonly graceMs: number;
  /** For the rest of a request that was answered before its end, so that the client reads the answer. */
  readonly lingerMs: number;
}

/**
 * The deadlines where nothing else is said. A link of 1 kbit/s is slow, not hostile, also where eight connections share it; one
 * whose queue is full delays each part of a handshake by seconds.
 */
export const DEADLINES_DEFAULT: Deadlines = {
  handshakeMs: 60_000,
  headersMs: 10_000,
  idleMs: 75_000,
  bodyStallMs: 60_000,
  answerStallMs: 60_000,
  bytesPerSecondMin: 8,
  graceMs: 600_000,
  lingerMs: 5_000,
};

/**
 * The time a client was waited for in one direction of one exchange. Only while a read or a write is pending does it
 * run; what it measures is held against a stall and a lowest rate.
 */
export class WaitMeter {
  readonly #link: LinkWatch;
  readonly #sending: boolean;
  #since: number | undefined;
  #waitedMs = 0;
  #bytes = 0;

  /** `sending`: that the client takes, not that it sends. `movedBytes` as of a connection. */
  constructor(sending: boolean, movedBytes: () => number | undefined) {
    this.#sending = sending;
    this.#link = new LinkWatch(movedBytes);
  }

  /** A read or write begins to wait, at `nowMs`. */
  begin(nowMs: number): void {
    this.#since = nowMs;
    this.#link.heard();
  }

  /** It ended, with `bytes` moved. */
  end(nowMs: number, bytes: number): void {
    if (this.#since !== undefined) this.#waitedMs += nowMs - this.#since;
    this.#since = undefined;
    this.#bytes += bytes;
  }

  /** A new exchange: what was measured before no longer counts. A wait that is pending goes on from now. */
  restart(nowMs: number): void {
    if (this.#since !== undefined) this.begin(nowMs);
    this.#waitedMs = 0;
    this.#bytes = 0;
  }

  /** True when the client is too slow. */
  late(nowMs: number, stallMs: number, { bytesPerSecondMin, graceMs }: Deadlines): boolean {
    if (this.#since === undefined) return false;
    const silentMs = nowMs - this.#since;
    const seen = this.#link.look(silentMs, stallMs, this.#sending);
    if (seen === "gone") return true;
    const waitedMs = this.#waitedMs + silentMs;
    if (seen === "moving") {
      this.#waitedMs = waitedMs;
      this.#since = nowMs;
    }
    return waitedMs >= graceMs && this.#bytes < bytesPerSecondMin * waitedMs / 1000;
  }
}
