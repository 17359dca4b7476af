// Copyright the SpareGrid authors. Apache-2.0.
import type { Account, AccountWithSecret } from "./account.ts";
import type { Accounts, Approval } from "./accounts.ts";
import type { Invites, Redemption } from "./invites.ts";
import type { ProvedSender, RequestIdentity, SenderClaim } from "./request_identity.ts";

/** What {@link PortAccounts} takes. */
export interface PortAccountsParts {
  readonly accounts: Accounts;
  readonly invites: Invites;
  readonly identity: RequestIdentity;
  /** What this server does with clients that ask for an account: asked each time, for it may be changed. */
  readonly approval: () => Approval | Promise<Approval>;
}

/** All that the backup port asks of accounts, in the words of mod/server: `PortAccounts` there. */
export class PortAccounts {
  readonly #parts: PortAccountsParts;

  constructor(parts: PortAccountsParts) {
    this.#parts = parts;
  }

  /** As {@link RequestIdentity.authenticate}. */
  authenticate(claim: SenderClaim): Promise<ProvedSender> {
    return this.#parts.identity.authenticate(claim);
  }

  /** As {@link Accounts.get}: out of memory where it can. */
  get(id: string): Promise<Account> {
    return this.#parts.accounts.get(id);
  }

  /** As {@link Invites.redeem}. */
  redeem(order: Redemption): Promise<AccountWithSecret> {
    return this.#parts.invites.redeem(order);
  }

  /** As {@link Accounts.request}, by this server's rule of approval. */
  async request({ gridId, label, address }: ClientRequest): Promise<AccountWithSecret> {
    const approval = await this.#parts.approval();
    return await this.#parts.accounts.request({ id: gridId, label, address, approval });
  }

  /** As {@link Accounts.adopt}. */
  adopt(id: string): Promise<void> {
    return this.#parts.accounts.adopt(id);
  }
}

/** A client that asks for an account. */
export interface ClientRequest {
  readonly gridId: string;
  readonly label: string;
  readonly address: string;
}
