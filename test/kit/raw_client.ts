// Copyright the SpareGrid authors. Apache-2.0.

const encoder = new TextEncoder();
const decoder = new TextDecoder("latin1");

/** A client that sends what a test tells it, byte for byte, over a plain connection to this machine. */
export class RawClient implements Disposable {
  readonly #connection: Deno.TcpConn;

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
  }

  static async connect(port: number): Promise<RawClient> {
    return new RawClient(await Deno.connect({ hostname: "127.0.0.1", port }));
  }

  /** A client on a connection that is there. */
  static over(connection: Deno.TcpConn): RawClient {
    return new RawClient(connection);
  }

  /** Sends all of it. */
  async send(text: string | Uint8Array): Promise<void> {
    const bytes = typeof text === "string" ? encoder.encode(text) : text;
    for (let at = 0; at < bytes.length;) at += await this.#connection.write(bytes.subarray(at));
  }

  /** Says that no more comes. */
  async endSending(): Promise<void> {
    await this.#connection.closeWrite();
  }

  /** What comes, until `pattern` is in it. Fails when the server ends before. */
  async until(pattern: RegExp): Promise<string> {
    let text = "";
    while (!pattern.test(text)) {
      const piece = await this.#read();
      if (piece === undefined) throw new Error(`The server ended before ${pattern}: ${JSON.stringify(text)}`);
      text += piece;
    }
    return text;
  }

  /** All that comes until the server ends the connection, in whatever way. */
  async toEnd(): Promise<string> {
    let text = "";
    for (let piece = await this.#read(); piece !== undefined; piece = await this.#read()) text += piece;
    return text;
  }

  /** Sends `text` and gives all that comes. */
  async ask(text: string | Uint8Array): Promise<string> {
    await this.send(text);
    return await this.toEnd();
  }

  [Symbol.dispose](): void {
    try {
      this.#connection.close();
    } catch {
      // It was closed before.
    }
  }

  async #read(): Promise<string | undefined> {
    const bytes = new Uint8Array(65_536);
    try {
      const length = await this.#connection.read(bytes);
      return length === null ? undefined : decoder.decode(bytes.subarray(0, length));
    } catch {
      return undefined;
    }
  }
}
