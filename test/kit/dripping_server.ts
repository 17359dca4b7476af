// Copyright the SpareGrid authors. Apache-2.0.

/** How a {@link DrippingServer} answers. */
export interface Drip {
  /** Sent at once. */
  readonly head: string;
  /** Sent again and again behind it, for ever. */
  readonly drop: Uint8Array;
  /** Milliseconds between two drops; 0: as fast as the client takes them. */
  readonly everyMs: number;
}

/** A server whose answers never end. */
export class DrippingServer implements AsyncDisposable {
  /** Bytes that went out. */
  sent = 0;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #open = new Set<Deno.TcpConn>();
  readonly #answer: (request: string) => Drip;
  readonly #done: Promise<void>;

  constructor(answer: (request: string) => Drip) {
    this.#answer = answer;
    this.#done = this.#serve();
  }

  get url(): string {
    return `http://127.0.0.1:${this.#listener.addr.port}/repo/`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const connection of this.#open) this.#close(connection);
    await this.#done;
  }

  async #serve(): Promise<void> {
    const work: Promise<void>[] = [];
    try {
      for await (const connection of this.#listener) work.push(this.#talk(connection));
    } catch {
      // Closed.
    }
    await Promise.all(work);
  }

  async #talk(connection: Deno.TcpConn): Promise<void> {
    this.#open.add(connection);
    try {
      const asked = new Uint8Array(8192);
      const length = await connection.read(asked) ?? 0;
      const { head, drop, everyMs } = this.#answer(new TextDecoder().decode(asked.subarray(0, length)));
      await this.#write(connection, new TextEncoder().encode(head));
      while (this.#open.has(connection)) {
        if (everyMs > 0) await new Promise((resolve) => setTimeout(resolve, everyMs));
        await this.#write(connection, drop);
      }
    } catch {
      // The client has had enough.
    } finally {
      this.#close(connection);
    }
  }

  async #write(connection: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      const written = await connection.write(bytes.subarray(at));
      this.sent += written;
      at += written;
    }
  }

  #close(connection: Deno.TcpConn): void {
    if (!this.#open.delete(connection)) return;
    connection.close();
  }
}
