// Copyright the SpareGrid authors. Apache-2.0.
import { type Clock, type Random, toHex } from "../base/mod.ts";
import type { Catalog } from "../catalog/mod.ts";
import { sha256 } from "../crypto/mod.ts";
import { isSgError, SgError } from "../errors/mod.ts";
import { tooManyTries } from "./password_hash.ts";
import type { NewSession, Sessions } from "./sessions.ts";
import { addressKey, TryLimiter } from "./try_limiter.ts";
import { typedBytes, typedText } from "./typed_text.ts";
import type { Users } from "./users.ts";
import { isYoung, nowMs } from "./_secret_text.ts";

/** How long a code can be used, ms. */
export const SET_UP_CODE_LIFE_MS = 30 * 60_000;

/** 160 bits: beyond guessing in any time, and 32 characters to type. */
const CODE_BYTES = 20;
const GROUP = 4;
const SETTING = "account.setUpCode";

/** What {@link SetUpCode.begin} tells. */
export interface SetUpState {
  /** True until there is a user. */
  readonly needed: boolean;
  /** A new code, to be printed: it is shown this once. Absent while one that was printed before can still be used. */
  readonly code?: string;
  /** When the code ends, milliseconds since 1970. */
  readonly usableUntil?: number;
}

/** What making the first administrator takes. */
export interface SetUpOrder {
  readonly code: string;
  readonly userName: string;
  readonly password: string;
  readonly address: string;
  readonly agent: string;
}

/** What {@link SetUpCode} takes. */
export interface SetUpCodeParts {
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly random: Random;
  readonly users: Users;
  readonly sessions: Sessions;
}

interface Kept {
  readonly hash: string;
  readonly madeAt: number;
}

/**
 * The one-time code that makes the first administrator: there is no default account. It can be used once, for half an hour,
 * and only while there is no user; the catalog keeps its hash, so that it survives a restart.
 */
export class SetUpCode {
  readonly #parts: SetUpCodeParts;
  readonly #addresses: TryLimiter;

  constructor(parts: SetUpCodeParts) {
    this.#parts = parts;
    this.#addresses = new TryLimiter(parts.clock);
  }

  /** At the start: makes a code where one is needed and none can be used. */
  async begin(): Promise<SetUpState> {
    if (!await this.isNeeded()) return { needed: false };
    const kept = await this.#kept();
    if (kept) return { needed: true, usableUntil: kept.madeAt + SET_UP_CODE_LIFE_MS };
    return await this.renew();
  }

  /** True until there is a user. */
  async isNeeded(): Promise<boolean> {
    return await this.#parts.catalog.users.count() === 0;
  }

  /** Makes a new code in the place of the one before, for who lost it and owns the data folder. SG1038 when there are users. */
  async renew(): Promise<SetUpState> {
    const { catalog, clock, random } = this.#parts;
    if (!await this.isNeeded()) {
      throw new SgError("SG1038", "Cannot make a set-up code: there are users already");
    }
    const bytes = random.bytes(CODE_BYTES);
    const kept: Kept = { hash: hashOf(bytes), madeAt: nowMs(clock) };
    await catalog.settings.set(SETTING, kept);
    return {
      needed: true,
      code: typedText(bytes, GROUP),
      usableUntil: kept.madeAt + SET_UP_CODE_LIFE_MS,
    };
  }

  /**
   * Makes the first administrator and signs in. SG1038 for a wrong code, one that was used or has expired, and where there
   * are users; SG1039 after too many tries; SG1040 for a name or password that cannot be used, and the code stays usable.
   */
  async redeem({ code, userName, password, address, agent }: SetUpOrder): Promise<NewSession> {
    const place = addressKey(address);
    const waitMs = this.#addresses.take(place);
    if (waitMs > 0) throw tooManyTries(waitMs);
    try {
      const kept = await this.#kept();
      const bytes = typedBytes(code, CODE_BYTES);
      if (!kept || bytes?.length !== CODE_BYTES || hashOf(bytes) !== kept.hash) throw wrongCode();
      const row = await this.#parts.users.newRow({ name: userName, role: "administrator", password });
      const expected = JSON.stringify(kept);
      if (!await this.#parts.catalog.users.createFirst(row, SETTING, expected)) throw wrongCode();
      this.#addresses.clear(place);
      return await this.#parts.sessions.create(row, address, agent);
    } catch (error) {
      if (!isSgError(error, "SG1038")) this.#addresses.forgive(place);
      throw error;
    }
  }

  /** The hash of the code that can be used now. */
  async #kept(): Promise<Kept | undefined> {
    const kept = await this.#parts.catalog.settings.get(SETTING) as Kept | undefined;
    return kept && isYoung(kept.madeAt, nowMs(this.#parts.clock), SET_UP_CODE_LIFE_MS) ? kept : undefined;
  }
}

function hashOf(code: Uint8Array): string {
  return toHex(sha256(code));
}

function wrongCode(): SgError {
  return new SgError("SG1038", "Cannot set up: the code is wrong, was used or has expired", {
    remedy:
      "Use the code that was printed at the start. Where it is older than half an hour, start SpareGrid anew.",
  });
}
