// Copyright the SpareGrid authors. Apache-2.0.
import { addressGroup, type Clock, nowMs, type Random, toHex } from "../base/mod.ts";
import type { Catalog } from "../catalog/mod.ts";
import { sha256 } from "../crypto/mod.ts";
import { isSgError, SgError } from "../errors/mod.ts";
import { tooManyTries } from "./password_hash.ts";
import type { NewSession, Sessions } from "./sessions.ts";
import { TryLimiter } from "./try_limiter.ts";
import { typedBytes, typedText } from "./typed_text.ts";
import type { Users } from "./users.ts";
import { isYoung } from "./_secret_text.ts";

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
  /** A new code, to be printed: it is shown this once. Present where one is needed. */
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

/** Codes that may be usable at once: each start prints one. */
const CODES_MAX = 5;

interface Kept {
  readonly hash: string;
  readonly madeAt: number;
}

/**
 * The one-time code that makes the first administrator: there is no default account. It can be used once, for half an hour,
 * and only while there is no user. The catalog keeps hashes: codes of the starts before stay usable as long.
 */
export class SetUpCode {
  readonly #parts: SetUpCodeParts;
  readonly #addresses: TryLimiter;

  constructor(parts: SetUpCodeParts) {
    this.#parts = parts;
    this.#addresses = new TryLimiter(parts.clock);
  }

  /** At the start: makes a code where one is needed; those of the starts before stay usable until they end. */
  async begin(): Promise<SetUpState> {
    if (!await this.isNeeded()) return { needed: false };
    return await this.#make((await this.#kept()).slice(1 - CODES_MAX));
  }

  /** True until there is a user. */
  async isNeeded(): Promise<boolean> {
    return await this.#parts.catalog.users.count() === 0;
  }

  /** Makes a new code and ends all others, for who owns the data folder and lost one. SG1038 when there are users. */
  async renew(): Promise<SetUpState> {
    if (await this.isNeeded()) return await this.#make([]);
    throw new SgError("SG1038", "Cannot make a set-up code: there are users already");
  }

  /**
   * Makes the first administrator and signs in. SG1038 for a wrong code, one that was used or has expired, and where there
   * are users; SG1039 after too many tries; SG1040 for a name or password that cannot be used, and the code stays usable.
   */
  async redeem({ code, userName, password, address, agent }: SetUpOrder): Promise<NewSession> {
    const place = addressGroup(address);
    const waitMs = this.#addresses.take(place);
    if (waitMs > 0) throw tooManyTries(waitMs);
    try {
      const bytes = typedBytes(code, CODE_BYTES);
      const hash = bytes?.length === CODE_BYTES ? hashOf(bytes) : "";
      if (!(await this.#kept()).some((kept) => kept.hash === hash)) throw wrongCode();
      const row = await this.#parts.users.newRow({ name: userName, role: "administrator", password });
      if (!await this.#parts.catalog.users.createFirst(row, SETTING, hash)) throw wrongCode();
      this.#addresses.clear(place);
      return await this.#parts.sessions.create(row, address, agent);
    } catch (error) {
      if (!isSgError(error, "SG1038")) this.#addresses.forgive(place);
      throw error;
    }
  }

  async #make(others: readonly Kept[]): Promise<SetUpState> {
    const { catalog, clock, random } = this.#parts;
    const bytes = random.bytes(CODE_BYTES);
    const madeAt = nowMs(clock);
    await catalog.settings.set(SETTING, [...others, { hash: hashOf(bytes), madeAt }] satisfies Kept[]);
    return { needed: true, code: typedText(bytes, GROUP), usableUntil: madeAt + SET_UP_CODE_LIFE_MS };
  }

  /** The codes that can be used now, the oldest first. */
  async #kept(): Promise<Kept[]> {
    const kept = await this.#parts.catalog.settings.get(SETTING);
    const now = nowMs(this.#parts.clock);
    return (Array.isArray(kept) ? kept as Kept[] : []).filter(({ madeAt }) =>
      isYoung(madeAt, now, SET_UP_CODE_LIFE_MS)
    );
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
