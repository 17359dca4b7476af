// Copyright the SpareGrid authors. Apache-2.0.
import { type Clock, nowMs, type Random } from "../base/mod.ts";
import type { Catalog, UserRow } from "../catalog/mod.ts";
import { SgError } from "../errors/mod.ts";
import { type User, userOf } from "./identity.ts";
import { authenticatorAddress, base32Text, isOneTimeCode, stepOfCode } from "./one_time_code.ts";
import { typedBytes, typedText } from "./typed_text.ts";
import type { Vault } from "./vault.ts";
import { secretHash } from "./_secret_text.ts";

/** What RFC 4226 asks for. */
const KEY_BYTES = 20;
/** 128 random bits: guessing them is hopeless at any speed. */
const RECOVERY_BYTES = 16;
const RECOVERY_CODES = 10;
const RECOVERY_GROUP = 4;

/** What an authenticator app needs. */
export interface BegunFactor {
  /** The key, for typing: 32 letters and digits. */
  readonly secret: string;
  /** The same as an address `otpauth://…`, for showing as a QR code. */
  readonly address: string;
}

/** What {@link SecondFactors} takes. */
export interface SecondFactorsParts {
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly random: Random;
  readonly vault: Vault;
}

/**
 * Second factors: codes of an authenticator app that change every 30 s (RFC 6238), and recovery codes for when it is lost.
 * Each code is good once.
 */
export class SecondFactors {
  readonly #parts: SecondFactorsParts;

  constructor(parts: SecondFactorsParts) {
    this.#parts = parts;
  }

  /** Makes a key; signing in does not ask for it before {@link confirm}. SG1035 where a second factor is in force. */
  async begin(user: User, issuer: string): Promise<BegunFactor> {
    const { catalog, random, vault } = this.#parts;
    const key = random.bytes(KEY_BYTES);
    if (!await catalog.users.beginFactor(user.id, vault.seal(purposeOf(user.id), key))) {
      throw new SgError("SG1035", "Cannot begin a second factor: there is one", {
        remedy: "Remove it first.",
      });
    }
    return { secret: base32Text(key), address: authenticatorAddress(key, issuer, user.name) };
  }

  /**
   * Puts the begun second factor in force, proved by a code of the app, and ends the user's other sessions. Answers the
   * recovery codes, which are shown this once. SG1040 for a wrong code, SG1036 where none was begun.
   */
  async confirm(userId: string, code: string, keptSession: string): Promise<string[]> {
    const { catalog, clock } = this.#parts;
    const row = await catalog.users.byId(userId);
    if (!row?.factorSecret || row.factorSince !== null) throw noneBegun();
    const now = nowMs(clock);
    const factorStep = stepOfCode(this.#key(row), plain(code), now);
    if (factorStep === undefined) {
      throw new SgError(
        "SG1040",
        "Cannot confirm the second factor: the code is not the one that the app shows",
        {
          remedy: "Give the app's current code. If it does not fit either, see that both clocks are right.",
        },
      );
    }
    const { codes, recoveryHashes } = this.#recoveryCodes();
    const factor = { factorSecret: row.factorSecret, factorSince: now, factorStep, recoveryHashes };
    if (!await catalog.users.confirmFactor(userId, factor, keptSession)) throw noneBegun();
    return codes;
  }

  /** Other recovery codes in the place of those that there are. SG1036 where no second factor is in force. */
  async renewRecoveryCodes(userId: string): Promise<string[]> {
    const { codes, recoveryHashes } = this.#recoveryCodes();
    if (await this.#parts.catalog.users.replaceRecoveryCodes(userId, recoveryHashes)) return codes;
    throw new SgError("SG1036", "Cannot make recovery codes: there is no second factor");
  }

  /** Takes the second factor away. SG1036 without such a user. */
  async remove(userId: string): Promise<User> {
    return userOf(await this.#parts.catalog.users.removeFactor(userId));
  }

  /** Uses up a code of the app or a recovery code: answers the user as it is then. Undefined for a wrong or a used one. */
  async use(row: UserRow, code: string): Promise<UserRow | undefined> {
    const { catalog, clock } = this.#parts;
    if (isRecoveryCode(code)) return await catalog.users.useRecoveryCode(row.id, recoveryHash(code));
    const step = stepOfCode(this.#key(row), plain(code), nowMs(clock));
    return step === undefined ? undefined : await catalog.users.useFactorStep(row.id, step);
  }

  #key({ id, factorSecret }: UserRow): Uint8Array {
    return this.#parts.vault.open(purposeOf(id), factorSecret!);
  }

  #recoveryCodes(): { readonly codes: string[]; readonly recoveryHashes: string } {
    const codes = Array.from(
      { length: RECOVERY_CODES },
      () => typedText(this.#parts.random.bytes(RECOVERY_BYTES), RECOVERY_GROUP),
    );
    return { codes, recoveryHashes: JSON.stringify(codes.map(recoveryHash)) };
  }
}

/** True for what can only be a recovery code. */
export function isRecoveryCode(code: string): boolean {
  return !isOneTimeCode(plain(code));
}

/** The code was not right, or was used before. */
export function wrongCode(): SgError {
  return new SgError("SG1037", "Cannot prove who you are: the code is wrong or was used before", {
    remedy: "Wait for the next code of the authenticator app, and see that this device's clock is right.",
  });
}

function noneBegun(): SgError {
  return new SgError("SG1036", "Cannot confirm the second factor: none was begun");
}

function purposeOf(userId: string): string {
  return `second-factor:${userId}`;
}

function plain(code: string): string {
  return code.slice(0, 100).replace(/[\s-]/g, "");
}

function recoveryHash(code: string): string {
  const bytes = typedBytes(code, RECOVERY_BYTES);
  return secretHash(bytes === undefined ? "" : bytes.toHex());
}
