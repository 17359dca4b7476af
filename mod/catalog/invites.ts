// Copyright the SpareGrid authors. Apache-2.0.
import { count, desc, eq, sql } from "drizzle-orm";
import { SgError } from "../errors/mod.ts";
import { type AccountRow, taken } from "./accounts.ts";
import type { Database } from "./database.ts";
import type { CreationPlace, Queries } from "./query.ts";
import { account, invite } from "./tables.ts";

/** An invitation as the catalog keeps it; its code is hashed. */
export type InviteRow = typeof invite.$inferSelect;

/** Invitations. */
export const inviteQueries = {
  reads: {
    async byCode(database: Database, codeHash: string): Promise<InviteRow | undefined> {
      return (await database.select().from(invite).where(eq(invite.codeHash, codeHash)))[0];
    },
    /** The newest first, those behind `after`. */
    async page(database: Database, limit: number, after?: CreationPlace): Promise<InviteRow[]> {
      return await database.select().from(invite).where(
        after && sql`(${invite.createdAt}, ${invite.id}) < (${after.createdAt}, ${after.id})`,
      ).orderBy(desc(invite.createdAt), desc(invite.id)).limit(limit);
    },
    async count(database: Database): Promise<number> {
      return (await database.select({ n: count() }).from(invite))[0]!.n;
    },
  },
  writes: {
    async create(database: Database, row: InviteRow): Promise<void> {
      await database.insert(invite).values(row);
    },
    /** Removes an invite that nobody used; false when there is none such. */
    async revoke(database: Database, id: string): Promise<boolean> {
      const gone = await database.delete(invite).where(
        sql`${invite.id} = ${id} AND ${invite.redeemedAt} IS NULL`,
      );
      return gone.rowsAffected > 0;
    },
    /**
     * Uses the invite and makes its account, both or neither. An account that the invite names and that exists gets the
     * new secret; a waiting one becomes active with the invite's terms. SG1043 when the invite is unknown, used or
     * expired; SG1035 when the ID is taken and the invite does not name it.
     */
    async redeem(database: Database, codeHash: string, now: number, row: AccountRow): Promise<AccountRow> {
      const found = await inviteQueries.reads.byCode(database, codeHash);
      if (!found || found.redeemedAt !== null || found.expiresAt <= now) throw notValid();
      const existing = (await database.select().from(account).where(eq(account.id, row.id)))[0];
      if (existing && found.accountId !== row.id) throw taken(row.id);
      await database.update(invite).set({ redeemedAt: now, redeemedBy: row.id }).where(
        eq(invite.id, found.id),
      );
      if (!existing) return (await database.insert(account).values(row).returning())[0]!;
      const { secret, state, quotaBytes, appendOnly, retentionLockDays, approvedAt } = row;
      const changes = existing.state === "pending"
        ? { secret, state, quotaBytes, appendOnly, retentionLockDays, approvedAt }
        : { secret };
      return (await database.update(account).set(changes).where(eq(account.id, row.id)).returning())[0]!;
    },
  },
} as const satisfies Queries;

/** One text for all that can be wrong: who guesses learns nothing. */
function notValid(): SgError {
  return new SgError("SG1043", "Cannot use the invite: it is unknown, was used before or has expired");
}
