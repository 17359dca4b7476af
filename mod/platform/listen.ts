// Copyright the SpareGrid authors. Apache-2.0.
import { SgError } from "../errors/mod.ts";
import { endSocket, movedBytes, type SocketPlace } from "./_sockets.ts";

/** Where a listener waits for connections. */
export interface ListenOptions {
  /** A name or an address of this machine; `0.0.0.0` or `::` for all of them. */
  readonly hostname: string;
  /** 0: the system chooses one. */
  readonly port: number;
  /** Certificate chain and private key, PEM; without them connections are plain. */
  readonly tls?: { readonly certificate: string; readonly key: string };
}

/** A connection that somebody else opened. Its calls reject when it breaks; only closing it frees it. */
export interface Connection {
  /** The other side's address; one of IPv4 never in the clothes of IPv6. */
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** True behind TLS. */
  readonly secure: boolean;
  /** Ends the TLS handshake, which else begins with the first read or write. At once where the connection is plain. */
  handshake(): Promise<void>;
  /** Reads what there is, at least a byte; null at the end. */
  read(into: Uint8Array<ArrayBuffer>): Promise<number | null>;
  /** Writes a part of `bytes`; resolves to its length. */
  write(bytes: Uint8Array): Promise<number>;
  /** Tells the other side that no more comes. */
  closeWrite(): Promise<void>;
  /** What went over it, as {@link movedBytes}. */
  movedBytes(): number | undefined;
  /** Frees the socket once what was written is sent; calls under way reject. May be called again. */
  close(): void;
  /** Frees the socket now, whatever is unsent. */
  abort(): void;
}

/** An open port. */
export interface Listener {
  readonly address: { readonly hostname: string; readonly port: number };
  /** The next connection; undefined when the listener was closed. Rejects where the system has no descriptor left for it. */
  accept(): Promise<Connection | undefined>;
  close(): void;
}

/**
 * Opens a port for TCP, or for TLS with HTTP/1.1 as the only protocol on offer. SG0021 where the port is in use or not
 * allowed, the address is not this machine's, or the certificate cannot be used.
 */
export function listen({ hostname, port, tls }: ListenOptions): Listener {
  let listener: Deno.TcpListener | Deno.TlsListener;
  try {
    listener = tls === undefined
      ? Deno.listen({ hostname, port })
      : Deno.listenTls({ hostname, port, cert: tls.certificate, key: tls.key, alpnProtocols: ["http/1.1"] });
  } catch (error) {
    throw notOpened(hostname, port, tls !== undefined, error);
  }
  return new OpenListener(listener, tls !== undefined);
}

class OpenListener implements Listener {
  readonly address: { readonly hostname: string; readonly port: number };
  readonly #listener: Deno.TcpListener | Deno.TlsListener;
  readonly #secure: boolean;
  #closed = false;

  constructor(listener: Deno.TcpListener | Deno.TlsListener, secure: boolean) {
    this.#listener = listener;
    this.#secure = secure;
    const { hostname, port } = listener.addr as Deno.NetAddr;
    this.address = { hostname, port };
  }

  async accept(): Promise<Connection | undefined> {
    try {
      return new OpenConnection(await this.#listener.accept(), this.#secure);
    } catch (error) {
      if (this.#closed) return undefined;
      throw error;
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#listener.close();
  }
}

class OpenConnection implements Connection {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly secure: boolean;
  readonly #connection: Deno.TcpConn | Deno.TlsConn;
  #closed = false;

  constructor(connection: Deno.TcpConn | Deno.TlsConn, secure: boolean) {
    const { hostname, port } = connection.remoteAddr as Deno.NetAddr;
    this.remoteAddress = hostname.replace(/^::ffff:(?=\d+\.)/i, "");
    this.remotePort = port;
    this.secure = secure;
    this.#connection = connection;
    if ("setNoDelay" in connection) prepare(connection);
  }

  async handshake(): Promise<void> {
    if ("handshake" in this.#connection) await this.#connection.handshake();
  }

  read(into: Uint8Array<ArrayBuffer>): Promise<number | null> {
    return this.#connection.read(into);
  }

  write(bytes: Uint8Array): Promise<number> {
    return this.#connection.write(bytes as Uint8Array<ArrayBuffer>);
  }

  closeWrite(): Promise<void> {
    return this.#connection.closeWrite();
  }

  movedBytes(): number | undefined {
    return this.#closed ? undefined : movedBytes(...this.#places());
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    try {
      this.#connection.close();
    } catch {
      // It broke and is gone already.
    }
  }

  abort(): void {
    if (this.#closed) return;
    // The runtime would keep a TLS connection until the client takes what is unsent: perhaps for ever.
    if (this.secure) endSocket(...this.#places());
    this.close();
  }

  #places(): readonly [local: SocketPlace, remote: SocketPlace] {
    const { localAddr, remoteAddr } = this.#connection;
    return [localAddr as Deno.NetAddr, remoteAddr as Deno.NetAddr];
  }
}

/** Small answers go out at once, and a machine that is gone is noticed by the system in the end. */
function prepare(connection: Deno.TcpConn): void {
  try {
    connection.setNoDelay(true);
    connection.setKeepAlive(true);
  } catch {
    // It broke before it was looked at; the first read will say so.
  }
}

function notOpened(hostname: string, port: number, secure: boolean, cause: unknown): SgError {
  const place = `port ${port} at ${hostname}`;
  const context = { hostname, port };
  if (cause instanceof Deno.errors.AddrInUse) {
    return new SgError("SG0021", `Cannot open ${place}: another program uses it`, { cause, context });
  }
  if (cause instanceof Deno.errors.PermissionDenied || cause instanceof Deno.errors.NotCapable) {
    return new SgError("SG0021", `Cannot open ${place}: this user is not allowed to`, {
      cause,
      context,
      remedy: "Choose a port above 1023, or run the program as a user who may.",
    });
  }
  if (cause instanceof Deno.errors.AddrNotAvailable) {
    return new SgError("SG0021", `Cannot open ${place}: this machine has no such address`, {
      cause,
      context,
    });
  }
  const text = cause instanceof Error ? cause.message : String(cause);
  if (secure && (cause instanceof Deno.errors.InvalidData || /certificate|key/i.test(text))) {
    return new SgError("SG0021", `Cannot open ${place}: its certificate or key cannot be used`, {
      context,
      remedy: "Give a certificate chain and its private key, both PEM.",
    });
  }
  return new SgError("SG0021", `Cannot open ${place}: ${text}`, { cause, context });
}
