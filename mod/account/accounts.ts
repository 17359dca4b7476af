// Copyright the SpareGrid authors. Apache-2.0.
import { addressGroup, type Clock, nowMs, type Random, Semaphore, utf8, utf8Text } from "../base/mod.ts";
import type { AccountChanges, AccountFilter, AccountRow, Catalog } from "../catalog/mod.ts";
import { isSgError, SgError } from "../errors/mod.ts";
import {
  type Account,
  accountOf,
  type AccountUpdate,
  type AccountWithSecret,
  changesOf,
  labelOf,
  quotaOf,
  RETENTION_LOCK_DAYS,
} from "./account.ts";
import { automaticShares } from "./automatic_share.ts";
import { ChangedIds } from "./changed_ids.ts";
import { accountId, notValid } from "./names.ts";
import { limitOf, type Page, pageOf, type PageOrder, textCursor } from "./page.ts";
import { tooManyTries } from "./password_hash.ts";
import { TRY_LIMITS, TryLimiter } from "./try_limiter.ts";
import type { Vault } from "./vault.ts";
import { secretText } from "./_secret_text.ts";

/** A client that asks for an account. */
export interface AccountRequest {
  /** Its Grid ID. */
  readonly id: string;
  readonly label?: string;
  readonly address: string;
  /** What this server does with such requests. */
  readonly approval: Approval;
}

/** `manual`: an administrator decides. `automatic`: it is let in with a share of the server's space. */
export type Approval = { readonly kind: "manual" } | {
  readonly kind: "automatic";
  readonly totalBytes: number;
  /** Stored and trashed bytes of an account. */
  readonly usedBytes: (account: string) => number;
};

/** What {@link Accounts} takes. */
export interface AccountsParts {
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly random: Random;
  readonly vault: Vault;
}

/** Accounts that may wait for approval: strangers make these. */
const PENDING_MAX = 100;
/** Accounts that one address may ask for before it is slowed down: an office with many machines has one address. */
const REQUESTS_FREE = 60;
/** Accounts that are kept in memory, with their secrets: every request to the backup port asks for one. */
const REMEMBERED_MAX = 10_000;
/** An account is noted as seen at most this often, ms. */
const SEEN_MS = 60_000;

interface Remembered {
  readonly account: Account;
  readonly secret: string;
}

/**
 * The clients of this server. All changes of accounts go through here: what requests need is kept in memory. There must be
 * one object for one catalog.
 */
export class Accounts {
  readonly #parts: AccountsParts;
  readonly #changed = new ChangedIds();
  readonly #requests: TryLimiter;
  readonly #turn = new Semaphore(1);
  readonly #remembered = new Map<string, Remembered>();
  /** IDs of all accounts, and of some that are gone; read at the first request. */
  #ids: Promise<Set<string>> | undefined;
  /** Counts changes, so that nothing is remembered that was read before one. */
  #changes = 0;

  constructor(parts: AccountsParts) {
    this.#parts = parts;
    this.#requests = new TryLimiter(parts.clock, { ...TRY_LIMITS, free: REQUESTS_FREE });
  }

  /**
   * A client asks for an account. It gets its secret at once; until an administrator approves it, requests with it end with
   * SG1042. SG1035 when the ID is taken, SG1039 for too many requests, SG1040 for an ID that cannot be used.
   */
  async request({ id, label = "", address, approval }: AccountRequest): Promise<AccountWithSecret> {
    const waitMs = this.#requests.take(addressGroup(address));
    if (waitMs > 0) throw tooManyTries(waitMs);
    const secret = secretText(this.#parts.random);
    // Two that come at once must not get the same space.
    using _ = await this.#turn.acquire();
    const shares = approval.kind === "automatic" ? await this.#shares(approval) : undefined;
    const now = nowMs(this.#parts.clock);
    const row: AccountRow = {
      ...this.newRow(id, secret),
      ...{ label: labelOf(label), seenAddress: address.slice(0, 100) },
      ...(shares
        ? { state: "active", approvedAt: now, quotaBytes: shares.newBytes, automaticShare: true }
        : { state: "pending" }),
    };
    await this.#changing([id, ...shares?.quotas.map((quota) => quota.id) ?? []], async () => {
      await this.#parts.catalog.accounts.create(row, PENDING_MAX, shares?.quotas);
    });
    return { account: accountOf(row), secret };
  }

  /**
   * Makes an inactive account for what the store holds of one that the catalog does not know (it was lost): nobody gets in,
   * nothing is allotted, and an administrator decides. Nothing happens where there is one. SG1040 for what can be no ID.
   */
  async adopt(id: string): Promise<void> {
    const row: AccountRow = { ...this.newRow(id, secretText(this.#parts.random)), state: "inactive" };
    try {
      await this.#changing([id], () => this.#parts.catalog.accounts.create(row, PENDING_MAX));
    } catch (error) {
      if (!isSgError(error, "SG1035")) throw error;
    }
  }

  /** Lets an account in that waits, with an allotment. SG1036, SG1040. */
  async approve(id: string, quotaBytes: number): Promise<Account> {
    const changes: AccountChanges = {
      ...{ state: "active", quotaBytes: quotaOf(quotaBytes), approvedAt: nowMs(this.#parts.clock) },
      ...{ automaticShare: false },
    };
    return await this.#update(id, changes, ["pending"], "it does not wait for approval");
  }

  /** Lets an account in again, or keeps it out: its requests then end with SG1042. SG1036; SG1040 for one that waits. */
  async setActive(id: string, active: boolean): Promise<Account> {
    if (!active) return await this.#update(id, { state: "inactive" });
    return await this.#update(
      id,
      { state: "active" },
      ["active", "inactive"],
      "approve it instead, it waits for that",
    );
  }

  /** Suspends all that an account does at this server, or lets it go on. SG1036. */
  async suspend(id: string, suspended: boolean): Promise<Account> {
    return await this.#update(id, { suspendedAt: suspended ? nowMs(this.#parts.clock) : null });
  }

  /** Changes an account. SG1036, SG1040. */
  async update(id: string, update: AccountUpdate): Promise<Account> {
    return await this.#update(id, changesOf(update));
  }

  /** Gives an account a new secret; the old one stops working at once. SG1036. */
  async resetSecret(id: string): Promise<AccountWithSecret> {
    const secret = secretText(this.#parts.random);
    return { account: await this.#update(id, { secret: this.#seal(id, secret) }), secret };
  }

  /** Forgets an account that has no repositories left. SG1036, SG1034 while there are some. */
  async remove(id: string): Promise<void> {
    const gone = await this.#changing([id], () => this.#parts.catalog.accounts.remove(id));
    if (!gone) throw unknown(id);
  }

  /** The account of this ID. SG1036 when there is none. */
  async get(id: string): Promise<Account> {
    const found = await this.withSecret(id);
    if (!found) throw unknown(id);
    return found.account;
  }

  /** The account with its secret, out of memory where it can; undefined when there is none. SG1050 for a secret that cannot be opened. */
  async withSecret(id: string): Promise<AccountWithSecret | undefined> {
    const known = this.#remembered.get(id);
    if (known) return known;
    if (!await this.#mayExist(id)) return undefined;
    const changes = this.#changes;
    const row = await this.#parts.catalog.accounts.byId(id);
    if (!row) return undefined;
    const found = {
      account: accountOf(row),
      secret: utf8Text(this.#parts.vault.open(purposeOf(id), row.secret)),
    };
    if (changes === this.#changes) this.#remember(found);
    return found;
  }

  /** Accounts by ID. */
  async page(order: PageOrder, filter: AccountFilter = {}): Promise<Page<Account>> {
    const { accounts } = this.#parts.catalog;
    const wanted: AccountFilter = { ...filter, ...(filter.text ? { text: filter.text.slice(0, 200) } : {}) };
    const rows = await accounts.page(limitOf(order), wanted, textCursor(order.after));
    return pageOf(rows, order, await accounts.count(wanted), (row) => [row.id], accountOf);
  }

  /** Sum of all allotments, bytes. */
  async allottedBytes(): Promise<number> {
    return await this.#parts.catalog.accounts.allotted();
  }

  /** Notes that a client was heard of; written down at most once a minute, and when its address changes. */
  async seen(account: Account, address: string): Promise<void> {
    const now = nowMs(this.#parts.clock);
    const shown = address.slice(0, 100);
    // Another request may have noted it since this one was let in.
    const { id, seenAt, seenAddress } = this.#remembered.get(account.id)?.account ?? account;
    if (seenAt !== null && Math.abs(now - seenAt) < SEEN_MS && seenAddress === shown) return;
    // Known at once, so that many requests at a time write once.
    const known = this.#remembered.get(id);
    if (known) this.#remember({ ...known, account: { ...known.account, seenAt: now, seenAddress: shown } });
    await this.#parts.catalog.accounts.update(id, { seenAt: now, seenAddress: shown });
    this.#changed.announce(id);
  }

  /** IDs of accounts that change, from this call on, until `signal` aborts: read each anew; SG1036 means it is gone. */
  watch(signal: AbortSignal): AsyncIterableIterator<string> {
    return this.#changed.watch(signal);
  }

  /** The row of an account yet to be made, pending, nothing allotted. For requests and invites. */
  newRow(id: string, secret: string): AccountRow {
    return {
      ...{ id: accountId(id), state: "pending", label: "", secret: this.#seal(id, secret), quotaBytes: null },
      ...{ appendOnly: false, retentionLockDays: RETENTION_LOCK_DAYS, uploadBytesPerSecond: null },
      ...{ createdAt: nowMs(this.#parts.clock), approvedAt: null, seenAt: null, seenAddress: null },
      ...{ suspendedAt: null, automaticShare: false },
    };
  }

  /** Does what changes the account by other means: what is remembered of it is forgotten, and all are told. */
  async changing<T>(id: string, change: () => Promise<T>): Promise<T> {
    return await this.#changing([id], change);
  }

  async #update(
    id: string,
    changes: AccountChanges,
    states?: readonly AccountRow["state"][],
    otherwise?: string,
  ): Promise<Account> {
    const row = await this.#changing([id], () => this.#parts.catalog.accounts.update(id, changes, states));
    if (row) return accountOf(row);
    const existing = await this.get(id);
    throw notValid("account", `${existing.id} is ${existing.state}: ${otherwise}`);
  }

  async #changing<T>(ids: readonly string[], change: () => Promise<T>): Promise<T> {
    const forget = () => {
      this.#changes++;
      for (const id of ids) this.#remembered.delete(id);
    };
    try {
      const result = await change();
      for (const id of ids) (await this.#ids)?.add(id);
      return result;
    } finally {
      // Also where it failed: it may be that the answer was lost, not the change.
      forget();
      for (const id of ids) this.#changed.announce(id);
    }
  }

  /** False for IDs that no account has: whoever makes names up costs no query. */
  async #mayExist(id: string): Promise<boolean> {
    this.#ids ??= this.#parts.catalog.accounts.ids().then((ids) => new Set(ids));
    try {
      return (await this.#ids).has(id);
    } catch (error) {
      this.#ids = undefined;
      throw error;
    }
  }

  #remember(found: Remembered): void {
    this.#remembered.delete(found.account.id);
    this.#remembered.set(found.account.id, found);
    if (this.#remembered.size > REMEMBERED_MAX) {
      this.#remembered.delete(this.#remembered.keys().next().value!);
    }
  }

  async #shares({ totalBytes, usedBytes }: Approval & { kind: "automatic" }) {
    const sharing: { id: string; usedBytes: number }[] = [];
    let fixedBytes = 0;
    let after: string | undefined;
    for (;;) {
      const rows = await this.#parts.catalog.accounts.page(500, {}, after);
      for (const row of rows) {
        if (row.automaticShare) sharing.push({ id: row.id, usedBytes: usedBytes(row.id) });
        else fixedBytes += row.quotaBytes ?? 0;
      }
      if (rows.length < 500) return automaticShares({ totalBytes, fixedBytes, sharing });
      after = rows.at(-1)!.id;
    }
  }

  #seal(id: string, secret: string): Uint8Array {
    return this.#parts.vault.seal(purposeOf(id), utf8(secret));
  }
}

/** Bound to the account, so that a secret moved to another row opens nothing. */
function purposeOf(id: string): string {
  return `account-secret:${id}`;
}

function unknown(id: string): SgError {
  return new SgError("SG1036", `Cannot find the account ${JSON.stringify(id)}`, { context: { account: id } });
}
