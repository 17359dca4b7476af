// Copyright the SpareGrid authors. Apache-2.0.
import type { Account, Invite, InviteFacts } from "../account/mod.ts";
import type { RepositoryFacts, ScrubRuns, Stores } from "../server/mod.ts";

/** A client as this server knows it. */
export type AccountRecord = Account;
/** An invitation, without its text. */
export type InviteRecord = Invite;

/** A repository that this server keeps. */
export type StoredRepositoryRecord = RepositoryFacts;

/** What the server role knows and does beyond `account`, which keeps its accounts and invitations. */
export interface ServerNeeds {
  readonly stores: Pick<Stores, "usageOf" | "storage" | "repositories" | "removeRepository" | "undelete">;
  /** Left out: no scrubs are ordered. */
  readonly scrubs?: Pick<ScrubRuns, "live" | "start" | "suspend" | "resume" | "stop" | "onChange">;
  /** What an invitation tells of this server; `address` is what the administrator wants it to say. SG1040. */
  inviteFacts(address: string | undefined): Promise<Omit<InviteFacts, "code">>;
}
