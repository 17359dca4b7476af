// Copyright the SpareGrid authors. Apache-2.0.
import { Buffer } from "node:buffer";
import { Duplex } from "node:stream";
import { type Clock, concatBytes } from "../base/mod.ts";
import type { Connection } from "../platform/mod.ts";
import { WaitMeter } from "./deadlines.ts";

/** Bytes asked for at a time where much comes: what a socket's buffer holds. */
const READ_BYTES = 64 * 1024;
/** Bytes asked for where little comes: a record of TLS. Idle connections hold no more. */
const READ_BYTES_MIN = 16 * 1024;
/** Pieces up to this size that are written together travel in one write, bytes. */
const JOIN_BYTES_MAX = 16 * 1024;

type Done = (error?: Error | null) => void;

/**
 * A connection as the duplex stream that node's HTTP parser takes for a socket. A byte is read only when the parser asks
 * for it, so a handler that does not read stops the client.
 */
export class ConnectionStream extends Duplex {
  /** What the parser and its requests show of a socket. */
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly encrypted: boolean;
  /** Waiting for the client to send, and to take. */
  readonly reading: WaitMeter;
  readonly writing: WaitMeter;
  /** Told when bytes came, before the parser sees them. */
  onBytes: () => void = () => {};
  /** Told when the last answer is on its way. */
  onEnding: () => void = () => {};
  readonly #connection: Connection;
  readonly #clock: Clock;
  #discarding = false;
  #readPending = false;
  /** For the next read. */
  #room: Uint8Array<ArrayBuffer> | undefined;
  #roomBytes = READ_BYTES_MIN;

  constructor(connection: Connection, clock: Clock) {
    super({ allowHalfOpen: true, highWaterMark: READ_BYTES });
    this.#connection = connection;
    this.#clock = clock;
    const movedBytes = () => connection.movedBytes();
    this.reading = new WaitMeter(false, movedBytes);
    this.writing = new WaitMeter(true, movedBytes);
    this.remoteAddress = connection.remoteAddress;
    this.remotePort = connection.remotePort;
    this.encrypted = connection.secure;
  }

  /** Node's own time-outs do not see this stream; the server has its own. */
  setTimeout(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  /**
   * What the parser calls behind the last answer. Sends what is left and `answer`, and throws away what still comes until
   * the client ends or the stream is destroyed: closing with bytes unread would tear the answer from the client's hands.
   */
  destroySoon(answer?: string): void {
    if (this.#discarding || this.destroyed) return;
    this.#discarding = true;
    this.onEnding();
    if (this.writable) this.end(answer);
    if (this.readableEnded) this.once("finish", () => this.destroy());
    else if (!this.#readPending) void this.#readOn();
  }

  override _read(): void {
    if (!this.#readPending && !this.#discarding) void this.#readOn();
  }

  async #readOn(): Promise<void> {
    this.#readPending = true;
    try {
      do {
        const room = this.#room ?? new Uint8Array(this.#roomBytes);
        this.reading.begin(this.#clock.monotonicMs());
        const length = await this.#connection.read(room);
        this.reading.end(this.#clock.monotonicMs(), length ?? 0);
        if (this.destroyed) return;
        if (this.#discarding) {
          this.#room = room;
          if (length === null) this.destroy();
          continue;
        }
        this.#readPending = false;
        if (length === null) {
          this.push(null);
          return;
        }
        this.onBytes();
        this.push(this.#taken(room, length));
        return;
      } while (!this.destroyed);
    } catch (error) {
      this.destroy(asError(error));
    }
  }

  /** What came, without the room that stayed empty: who holds on to a piece shall not hold four times as much. */
  #taken(room: Uint8Array<ArrayBuffer>, length: number): Buffer {
    const full = length === room.length;
    this.#roomBytes = full ? READ_BYTES : length < READ_BYTES / 8 ? READ_BYTES_MIN : this.#roomBytes;
    if (length > room.length / 2) {
      this.#room = undefined;
      return Buffer.from(room.buffer, 0, length);
    }
    this.#room = room.length === this.#roomBytes ? room : undefined;
    return Buffer.from(room.slice(0, length).buffer);
  }

  override _write(bytes: Uint8Array, _encoding: string, done: Done): void {
    this.#writeAll(bytes).then(() => done(), (error) => done(asError(error)));
  }

  override _writev(chunks: { chunk: Uint8Array }[], done: Done): void {
    const pieces = joined(chunks.map(({ chunk }) => chunk));
    const run = async () => {
      for (const piece of pieces) await this.#writeAll(piece);
    };
    run().then(() => done(), (error) => done(asError(error)));
  }

  override _final(done: Done): void {
    // A client that is gone needs no farewell.
    this.#connection.closeWrite().then(() => done(), () => done());
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    // What ended well is sent to its end; all else is cut.
    if (this.writableFinished && error === null) this.#connection.close();
    else this.#connection.abort();
    done(error);
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      this.writing.begin(this.#clock.monotonicMs());
      const length = await this.#connection.write(bytes.subarray(at));
      this.writing.end(this.#clock.monotonicMs(), length);
      at += length;
    }
  }
}

/** Joins neighbours that are small: headers and a short body are one packet. */
function joined(pieces: Uint8Array[]): Uint8Array[] {
  const out: Uint8Array[] = [];
  let small: Uint8Array[] = [];
  let bytes = 0;
  const flush = () => {
    if (small.length > 0) out.push(small.length === 1 ? small[0]! : concatBytes(small));
    small = [];
    bytes = 0;
  };
  for (const piece of pieces) {
    if (bytes + piece.length > JOIN_BYTES_MAX) flush();
    small.push(piece);
    bytes += piece.length;
  }
  flush();
  return out;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
