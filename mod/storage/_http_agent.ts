// Copyright the SpareGrid authors. Apache-2.0.
import http from "node:http";
import https from "node:https";
import tls from "node:tls";
import type { Duplex } from "node:stream";
import { SgError } from "../errors/mod.ts";

/** Whom to trust behind an https address; without either, the authorities that the runtime knows. */
export interface HttpTrust {
  /** Certificates of authorities, PEM; only these are trusted. */
  readonly caCertificates?: readonly string[];
  /** SHA-256 of the server's own certificate, hexadecimal; colons allowed. Only this one is trusted. */
  readonly pinnedSha256?: string;
}

/**
 * A pool of connections for one server and one kind of trust: never shared, since a pooled one is not checked again. No request is
 * sent twice behind its sender's back.
 */
export function connectionPool(url: URL, trust: HttpTrust): http.Agent {
  if (url.protocol === "http:") return new PlainAgent({ keepAlive: true });
  if (trust.pinnedSha256 !== undefined) return new PinnedAgent(parsePin(trust.pinnedSha256));
  const ca = trust.caCertificates;
  return new TlsAgent({ keepAlive: true, ...(ca === undefined ? {} : { ca: [...ca] }) });
}

/** 64 lower-case hex digits of a fingerprint as people write it. Throws SG1008. */
export function parsePin(text: string): string {
  const pin = text.replaceAll(":", "").toLowerCase();
  if (/^[0-9a-f]{64}$/.test(pin)) return pin;
  throw new SgError("SG1008", "Cannot use the server's fingerprint: it is not 64 hexadecimal digits");
}

/**
 * Deno (2.9) sends a request whose reused connection ends once more by itself, its signature included, and even one that was
 * destroyed here (denoland/deno#36786). It does not where a request says that its connection is new.
 */
function sendOnce(request: http.ClientRequest): void {
  request.reusedSocket = false;
}

class PlainAgent extends http.Agent {
  override reuseSocket(socket: Duplex, request: http.ClientRequest): void {
    super.reuseSocket(socket, request);
    sendOnce(request);
  }
}

class TlsAgent extends https.Agent {
  override reuseSocket(socket: Duplex, request: http.ClientRequest): void {
    super.reuseSocket(socket, request);
    sendOnce(request);
  }
}

type Connected = (error: Error | null, socket: Duplex) => void;

/** Hands a connection over only when the certificate on it is the pinned one, so nothing is sent to another. */
class PinnedAgent extends TlsAgent {
  readonly #pin: string;

  constructor(pin: string) {
    super({ keepAlive: true });
    this.#pin = pin;
  }

  override createConnection(
    options: http.ClientRequestArgs,
    done?: Connected,
  ): Duplex {
    // The pin decides: names, dates and issuers in the certificate do not.
    const socket = tls.connect({ ...options as tls.ConnectionOptions, rejectUnauthorized: false });
    let settled = false;
    const settle = (error: Error | null) => {
      if (settled) return;
      settled = true;
      if (error) socket.destroy();
      done?.(error, socket);
    };
    socket.once("error", settle);
    socket.once("close", () => settle(new Error("the connection closed during the TLS handshake")));
    socket.once("secureConnect", () => {
      const shown = socket.getPeerCertificate().fingerprint256?.replaceAll(":", "").toLowerCase() ?? "none";
      settle(shown === this.#pin ? null : this.#refused(shown));
    });
    // The agent takes a connection that is not returned from the callback; its type does not know.
    return undefined as unknown as Duplex;
  }

  #refused(shown: string): SgError {
    return new SgError(
      "SG1019",
      `Cannot trust the server: its certificate has the SHA-256 fingerprint ${shown}, expected is ${this.#pin}`,
      { context: { shown, expected: this.#pin } },
    );
  }
}
