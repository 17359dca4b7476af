// Copyright the SpareGrid authors. Apache-2.0.
// What the client role wants from others; `app` hands it in.
import type { DestinationUsage } from "./records.ts";

/** Seals secrets with the installation's key. `purpose` says what a secret is for: it opens for that only. */
export interface Vault {
  seal(purpose: string, plain: Uint8Array): Uint8Array | Promise<Uint8Array>;
  /** Fails for what was changed, or sealed for another purpose. */
  open(purpose: string, sealed: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

/** An account that a server keeps for this machine. */
export interface ServerAccount {
  /** `https://HOST:PORT` of its TLS backup port. */
  readonly url: string;
  readonly account: string;
  readonly secret: string;
  /** SHA-256 of the server's certificate, hexadecimal. */
  readonly fingerprint: string;
  /** True: an administrator has to approve it first. */
  readonly pending: boolean;
}

/** How to become a client of a SpareGrid server, and what only such servers say. */
export interface ServerLink {
  /** Uses an invitation. SG1043 where it is not valid, and the network's failures. */
  redeem(invite: string, signal: AbortSignal): Promise<ServerAccount>;
  /** Asks `HOST` or `HOST:PORT` for an account; without a fingerprint it is refused with the one that was shown (SG1019). */
  request(address: string, fingerprint: string | undefined, signal: AbortSignal): Promise<ServerAccount>;
  /** Space of the account; undefined where the server says nothing. */
  usage(account: Omit<ServerAccount, "pending">, signal: AbortSignal): Promise<DestinationUsage | undefined>;
}
