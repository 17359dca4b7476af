// Copyright the SpareGrid authors. Apache-2.0.
import { addressGroup, type Clock, nowMs, type Random, toHex } from "../base/mod.ts";
import type { Catalog, InviteRow } from "../catalog/mod.ts";
import { sha256 } from "../crypto/mod.ts";
import { isSgError, SgError } from "../errors/mod.ts";
import { accountOf, type AccountWithSecret, lockDaysOf, quotaOf } from "./account.ts";
import type { Accounts } from "./accounts.ts";
import { INVITE_CODE_BYTES, type InviteFacts, inviteText } from "./invite_text.ts";
import { accountId, wholeNumber } from "./names.ts";
import { creationCursor, limitOf, type Page, pageOf, type PageOrder } from "./page.ts";
import { tooManyTries } from "./password_hash.ts";
import { TryLimiter } from "./try_limiter.ts";
import { rowId, secretText } from "./_secret_text.ts";

/** How long an invite can be used where nothing else is said, and at most, ms. */
export const INVITE_LIFE_MS = 7 * 86_400_000;
const LIFE_MS_MAX = 366 * 86_400_000;

/** An invitation; times are milliseconds since 1970. */
export interface Invite {
  readonly id: string;
  /** The account that it makes; null: the client's own Grid ID. */
  readonly account: string | null;
  readonly quotaBytes: number | null;
  readonly appendOnly: boolean;
  readonly retentionLockDays: number;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly redeemedAt: number | null;
  readonly redeemedBy: string | null;
}

/** What an invite is made of. */
export interface NewInvite extends Omit<InviteFacts, "code"> {
  /** Left out: the client's own Grid ID. An account that exists gets a new secret: so a client that lost its own comes back. */
  readonly account?: string;
  /** Left out: nothing is allotted yet. */
  readonly quotaBytes?: number;
  readonly appendOnly?: boolean;
  readonly retentionLockDays: number;
  readonly validForMs: number;
}

/** What a client redeems an invite with. */
export interface Redemption {
  /** The invite's one-time code, hexadecimal: 32 digits. The client reads it by `parseInvite`. */
  readonly code: string;
  /** The client's Grid ID; it counts only where the invite names no account. */
  readonly gridId: string;
  readonly address: string;
}

/** What {@link Invites} takes. */
export interface InvitesParts {
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly random: Random;
  readonly accounts: Accounts;
}

/** Invitations: one text that lets a client make an account by itself, once. The catalog keeps the code's hash. */
export class Invites {
  readonly #parts: InvitesParts;
  readonly #addresses: TryLimiter;

  constructor(parts: InvitesParts) {
    this.#parts = parts;
    this.#addresses = new TryLimiter(parts.clock);
  }

  /** Makes an invite. Its text is shown this once. SG1040 for what cannot be used. */
  async create(order: NewInvite): Promise<{ readonly invite: Invite; readonly text: string }> {
    const { catalog, clock, random } = this.#parts;
    const code = random.bytes(INVITE_CODE_BYTES);
    const text = inviteText({ ...order, code });
    const now = nowMs(clock);
    const row: InviteRow = {
      ...{ id: rowId(random), codeHash: hashOf(code), createdAt: now, redeemedAt: null, redeemedBy: null },
      accountId: order.account === undefined ? null : accountId(order.account),
      quotaBytes: order.quotaBytes === undefined ? null : quotaOf(order.quotaBytes),
      appendOnly: order.appendOnly ?? false,
      retentionLockDays: lockDaysOf(order.retentionLockDays),
      expiresAt: now + wholeNumber("invite's life", Math.floor(order.validForMs), 60_000, LIFE_MS_MAX),
    };
    await catalog.invites.create(row);
    return { invite: inviteOf(row), text };
  }

  /**
   * Uses an invite: makes the account, or gives the one that the invite names a new secret. Two at once: one gets it.
   * SG1043 for an invite that is unknown, used, revoked or expired; SG1035 when the client's Grid ID is taken (the invite
   * stays usable); SG1039 after too many tries; SG1040 for a Grid ID that cannot be used.
   */
  async redeem({ code, gridId, address }: Redemption): Promise<AccountWithSecret> {
    const place = addressGroup(address);
    const waitMs = this.#addresses.take(place);
    if (waitMs > 0) throw tooManyTries(waitMs);
    try {
      const answer = await this.#redeem(code, gridId, address);
      this.#addresses.clear(place);
      return answer;
    } catch (error) {
      if (!isSgError(error, "SG1043")) this.#addresses.forgive(place);
      throw error;
    }
  }

  /** Removes an invite that nobody used yet. SG1036 when there is none such. */
  async revoke(id: string): Promise<void> {
    if (await this.#parts.catalog.invites.revoke(id)) return;
    throw new SgError("SG1036", "Cannot revoke the invite: there is none of this ID that was not used");
  }

  /** Invites, the newest first. */
  async page(order: PageOrder): Promise<Page<Invite>> {
    const { invites } = this.#parts.catalog;
    const rows = await invites.page(limitOf(order), creationCursor(order.after));
    return pageOf(rows, order, await invites.count(), (row) => [row.createdAt, row.id], inviteOf);
  }

  async #redeem(code: string, gridId: string, address: string): Promise<AccountWithSecret> {
    const { catalog, clock, random, accounts } = this.#parts;
    const codeHash = /^[0-9a-f]{32}$/i.test(code) ? hashOf(Uint8Array.fromHex(code)) : "";
    const invite = await catalog.invites.byCode(codeHash);
    const now = nowMs(clock);
    // Looked at first so that a guessed code learns nothing of accounts; what counts is the catalog's own look below.
    if (!invite || invite.redeemedAt !== null || invite.expiresAt <= now) throw notUsable();
    const secret = secretText(random);
    const id = invite.accountId ?? accountId(gridId);
    const { quotaBytes, appendOnly, retentionLockDays } = invite;
    const row = await accounts.changing(id, () =>
      catalog.invites.redeem(codeHash, now, {
        ...accounts.newRow(id, secret),
        ...{ state: "active", approvedAt: now, quotaBytes, appendOnly, retentionLockDays },
        ...{ seenAt: now, seenAddress: address.slice(0, 100) },
      }));
    return { account: accountOf(row), secret };
  }
}

function hashOf(code: Uint8Array): string {
  return toHex(sha256(code));
}

function inviteOf({ codeHash: _, accountId, ...row }: InviteRow): Invite {
  return { ...row, account: accountId };
}

function notUsable(): SgError {
  return new SgError("SG1043", "Cannot use the invite: it is unknown, was used before or has expired");
}
