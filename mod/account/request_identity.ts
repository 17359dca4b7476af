// Copyright the SpareGrid authors. Apache-2.0.
import { addressGroup, type Clock, type Random, utf8, utf8TextStrict } from "../base/mod.ts";
import { constantTimeEqual, sha256 } from "../crypto/mod.ts";
import { isSgError, type SgCode, SgError } from "../errors/mod.ts";
import { readSignature, type RequestSignature, type SignedParts, verifySignature } from "../signature/mod.ts";
import type { Account } from "./account.ts";
import type { Accounts } from "./accounts.ts";
import { isAccountId } from "./names.ts";
import { NonceMemory, SIGNATURE_WINDOW_SECONDS } from "./nonce_memory.ts";
import { tooManyTries } from "./password_hash.ts";
import { TryLimiter } from "./try_limiter.ts";
import { secretText } from "./_secret_text.ts";

/** What a request to the backup port shows of its sender; `targetUri` as mod/signature's `targetUri` makes it. */
export interface SenderClaim extends SignedParts {
  /** IP address of the peer. */
  readonly remoteAddress: string;
  /** HTTP Basic may be used: over TLS, from this machine (`isLoopback`), or because an administrator allows it. */
  readonly basicAllowed: boolean;
}

/** The account that sent a request, proved; it may be in any state. */
export interface ProvedSender {
  readonly account: Account;
  readonly scheme: "basic" | "signature";
  /** SHA-256 that the body must have: the server compares when it has read it all, and refuses with SG1044. */
  readonly bodySha256?: Uint8Array;
}

/** A sender that was refused: for the audit log. */
export interface RefusedSender {
  /** The account that was claimed; empty where none can be read. */
  readonly account: string;
  readonly address: string;
  readonly code: SgCode;
}

/** What {@link RequestIdentity} takes. */
export interface RequestIdentityParts {
  readonly accounts: Accounts;
  readonly clock: Clock;
  readonly random: Random;
  /** Told of refused senders, but not of more than a few per account and address and time: it may write a log. */
  readonly onRefused?: (sender: RefusedSender) => void;
}

interface Claim {
  readonly account: string;
  readonly signature?: RequestSignature;
  /** Of Basic. */
  readonly secret?: string;
}

/**
 * Finds out which account sends a request to the backup port: HTTP Basic with `account:secret`, or a signature after
 * RFC 9421. Who has the right secret is never made to wait; who has not, gets SG1039 after five tries, by account and
 * address and by address: a secret of 256 bits is not found by guessing, and so nobody can lock another out.
 */
export class RequestIdentity {
  readonly #parts: RequestIdentityParts;
  readonly #nonces: NonceMemory;
  readonly #failures: TryLimiter;
  /** Compared with where there is no account, so that it takes as long. */
  readonly #decoy: string;

  constructor(parts: RequestIdentityParts) {
    this.#parts = parts;
    this.#nonces = new NonceMemory(parts.clock);
    this.#failures = new TryLimiter(parts.clock);
    this.#decoy = secretText(parts.random);
  }

  /**
   * The sender, whatever the state of its account: {@link requireActive} tells who may go on. SG1037 (401): no credentials,
   * or they are wrong. SG1038 (403): Basic where it is not allowed. SG1039 (429): wrong too often, or too early after the
   * service's start for its memory; `waitSeconds` in the context. SG1044 (401): the signature is malformed, wrong, too old or
   * was used before.
   */
  async authenticate(request: SenderClaim): Promise<ProvedSender> {
    let claimed = "";
    try {
      const claim = this.#claim(request);
      claimed = claim.account;
      const account = await this.#prove(claim);
      await this.#parts.accounts.seen(account, request.remoteAddress);
      const { signature } = claim;
      return {
        account,
        scheme: signature ? "signature" : "basic",
        ...(signature?.bodySha256 ? { bodySha256: signature.bodySha256 } : {}),
      };
    } catch (error) {
      if (isSgError(error, "SG1037") || isSgError(error, "SG1044")) this.#refused(claimed, request, error);
      throw error;
    }
  }

  #claim(request: SenderClaim): Claim {
    const signature = readSignature(request);
    if (signature) return { account: signature.keyId, signature };
    const header = request.headers.get("authorization") ?? "";
    if (header === "") throw new SgError("SG1037", NO_CREDENTIALS, { context: { missing: true } });
    if (!request.basicAllowed) {
      throw new SgError("SG1038", "Cannot accept a secret without TLS", {
        remedy: "Use the TLS port, or sign the requests.",
      });
    }
    return basicClaim(header);
  }

  /** The account, when the claim is right. */
  async #prove({ account: id, signature, secret }: Claim): Promise<Account> {
    const found = await this.#parts.accounts.withSecret(id);
    const expected = found?.secret ?? this.#decoy;
    const right = signature
      ? verifySignature(signature, expected)
      : constantTimeEqual(sha256(utf8(secret!)), sha256(utf8(expected)));
    if (!found || !right) throw signature ? wrongSignature() : wrongSecret();
    if (signature) this.#refuseOld(id, signature);
    return found.account;
  }

  /** A right signature counts once, and only near its time. */
  #refuseOld(account: string, { created, expires, nonce }: RequestSignature): void {
    const now = Number(this.#parts.clock.now() / 1_000_000_000n);
    if (Math.abs(now - created) > SIGNATURE_WINDOW_SECONDS || (expires !== undefined && expires < now)) {
      throw new SgError("SG1044", "Cannot accept the request's signature: it is not of this time", {
        context: { createdSeconds: created, serverSeconds: now, proved: true },
        remedy: "Set the clocks of both machines.",
      });
    }
    const taken = this.#nonces.take(account, nonce, created);
    if (taken === "used") {
      throw new SgError("SG1044", "Cannot accept the request's signature: it was used before", {
        context: { replayed: true, proved: true },
      });
    }
    if (taken > 0) throw tooManyTries(taken * 1_000);
  }

  /** Counts a refusal; throws SG1039 instead of it where there were too many. */
  #refused(account: string, { remoteAddress: address }: SenderClaim, error: SgError): void {
    if (error.context["missing"] === true) return; // who sends none tries nothing
    const place = addressGroup(address);
    const waitMs = Math.max(this.#failures.take(`${account} ${place}`), this.#failures.take(place));
    if (waitMs > 0) {
      // A right signature that is too old guesses nothing, and its sender should learn of the clocks.
      if (error.context["proved"] === true) return;
      throw tooManyTries(waitMs);
    }
    this.#parts.onRefused?.({ account, address, code: error.code });
  }
}

const NO_CREDENTIALS = "Cannot answer: the request names no account";

function basicClaim(header: string): Claim {
  const [, text] = /^basic +([A-Za-z0-9+/]{4,800}={0,2})$/i.exec(header.trim()) ?? [];
  const decoded = text === undefined ? undefined : decode(text);
  const colon = decoded?.indexOf(":") ?? -1;
  const account = decoded?.slice(0, colon) ?? "";
  if (colon < 1 || !isAccountId(account)) throw wrongSecret();
  return { account, secret: decoded!.slice(colon + 1) };
}

function decode(text: string): string | undefined {
  try {
    return utf8TextStrict(Uint8Array.fromBase64(text));
  } catch {
    return undefined;
  }
}

function wrongSecret(): SgError {
  return new SgError("SG1037", "Cannot answer: the account or its secret is wrong", {
    remedy: "Check the account and the secret. The server's administrator can reset the secret.",
  });
}

function wrongSignature(): SgError {
  return new SgError("SG1044", "Cannot accept the request's signature: the account or its secret is wrong");
}

/** SG1042 for an account that waits for approval or was deactivated. */
export function requireActive({ id, state }: Account): void {
  if (state === "active") return;
  const why = state === "pending" ? "it waits for approval" : "it was deactivated";
  throw new SgError("SG1042", `Cannot let account ${id} in: ${why}`, { context: { account: id, state } });
}
