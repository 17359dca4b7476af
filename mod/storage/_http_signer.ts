// Copyright the SpareGrid authors. Apache-2.0.
import { createHash } from "node:crypto";
import { type Clock, nowMs, type Random } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import { signRequest } from "../signature/mod.ts";
import { type AnswerHead, namedCode } from "./_http_failure.ts";

/** Random bytes of a nonce. */
const NONCE_BYTES = 16;
/** Clocks this near to each other are not why a signature was refused. */
const CLOCK_NEAR_MS = 60_000;
/** Nobody gets us to sign for a day farther off than this, or what was caught could be sent in when it has long been forgotten. */
const CLOCK_FAR_MS = 24 * 3_600_000;

/** Who signs, and with what. */
export interface SignerOptions {
  readonly account: string;
  readonly secret: string;
  readonly clock: Clock;
  readonly random: Random;
}

/** What of a request is signed. */
export interface SignedRequest {
  readonly method: string;
  readonly body?: Uint8Array;
  readonly bodySha256?: Uint8Array;
}

/** Signs requests to a SpareGrid server (see mod/signature), by the server's clock where ours is another one. */
export class RequestSigner {
  readonly #options: SignerOptions;
  /** What the server's clock is ahead of ours. */
  #aheadMs = 0;

  /** SG1020 for an account or a secret that cannot be one. */
  constructor(options: SignerOptions) {
    this.#options = options;
    if (!/^[A-Za-z0-9._~-]+$/.test(options.account) || options.secret === "") {
      throw new SgError("SG1020", "Cannot sign requests: the account's name or secret cannot be one");
    }
  }

  /** The headers that sign one try of a request; each try needs its own. `targetUri` is the whole address. */
  headers({ method, body, bodySha256 }: SignedRequest, targetUri: string): Record<string, string> {
    const { account, secret, clock, random } = this.#options;
    const signed = signRequest({
      ...{ method, targetUri, account, secret },
      ...(body === undefined || body.length === 0 ? {} : { bodySha256: bodySha256 ?? sha256(body) }),
      createdSeconds: Math.floor((nowMs(clock) + this.#aheadMs) / 1000),
      nonce: random.bytes(NONCE_BYTES).toBase64({ alphabet: "base64url", omitPadding: true }),
    });
    return { ...signed };
  }

  /** True when a signature was refused and the server's clock is another one: then it is worth another try. */
  setClockBy(answer: AnswerHead): boolean {
    if (answer.status < 400 || namedCode(answer) !== "SG1044") return false;
    const theirs = Date.parse(answer.header("date") ?? "");
    if (Number.isNaN(theirs)) return false;
    const ahead = theirs - nowMs(this.#options.clock);
    if (Math.abs(ahead - this.#aheadMs) < CLOCK_NEAR_MS || Math.abs(ahead) > CLOCK_FAR_MS) return false;
    this.#aheadMs = ahead;
    return true;
  }
}

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash("sha256").update(bytes).digest();
}
