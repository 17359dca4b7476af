// Copyright the SpareGrid authors. Apache-2.0.

/** A server that gives every request on every connection the same bytes as an answer, then ends the connection. */
export class AnswerServer implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #open = new Set<Deno.TcpConn>();
  readonly #answer: Uint8Array;
  readonly #done: Promise<void>;

  constructor(answer: Uint8Array) {
    this.#answer = answer;
    this.#done = this.#serve();
  }

  get url(): string {
    return `http://127.0.0.1:${this.#listener.addr.port}/repo/`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const connection of this.#open) closeQuietly(connection);
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
      await connection.read(new Uint8Array(4096));
      for (let at = 0; at < this.#answer.length;) at += await connection.write(this.#answer.subarray(at));
    } catch {
      // The client has gone.
    } finally {
      this.#open.delete(connection);
      closeQuietly(connection);
    }
  }
}

function closeQuietly(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch {
    // It was closed before.
  }
}
