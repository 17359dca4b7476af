// Copyright the SpareGrid authors. Apache-2.0.
import { given, serverIn } from "../given.ts";
import { live } from "../live.ts";
import { connection, textCursors } from "../page.ts";
import type { Resolvers } from "../schema_types.ts";
import type { AccountRecord, ServerNeeds } from "../server_needs.ts";

const CURSORS = textCursors("accounts");
/** A subscription begins with the accounts that there are, read in pages of this length. */
const PAGE_LENGTH = 500;

/** Clients of this server. */
export const accounts = {
  Query: {
    accounts: (_, args, context) => {
      const server = serverIn(context);
      const filter = given(args.filter ?? {});
      return connection(
        args,
        CURSORS,
        (page) => server.accounts(filter, page),
        ({ id }) => id,
        () => server.countAccounts(filter),
      );
    },
    account: async (_, { id }, context) => {
      serverIn(context);
      return await context.load.account(id) ?? null;
    },
  },
  Mutation: {
    approveAccount: async (_, { input: { id, quota } }, context) => ({
      account: await serverIn(context).approveAccount(id, quota),
    }),
    updateAccount: async (_, { input }, context) => ({
      account: await serverIn(context).updateAccount(given(input)),
    }),
    setAccountActive: async (_, { id, active }, context) => ({
      account: await serverIn(context).setAccountActive(id, active),
    }),
    resetAccountSecret: async (_, { id }, context) => await serverIn(context).resetAccountSecret(id),
    suspendAccount: async (_, { id, suspended }, context) => ({
      account: await serverIn(context).suspendAccount(id, suspended),
    }),
  },
  Subscription: {
    accounts: {
      subscribe: (_, _args, context) => {
        const server = serverIn(context);
        return live<AccountRecord>(
          {
            begin: () => allIds(server),
            load: context.load.account,
            watch: (onChange) => server.watchAccounts(onChange),
          },
          context.clock,
          context.signal,
        ) as AsyncIterable<never>;
      },
      resolve: (account: unknown) => account as AccountRecord,
    },
  },
  Account: {
    repositories: async ({ id }, _args, { load }) => await load.repositories(id) ?? [],
  },
} satisfies Resolvers;

async function allIds(server: ServerNeeds): Promise<string[]> {
  const ids: string[] = [];
  for (;;) {
    const after = ids.at(-1);
    const rows = await server.accounts({}, { limit: PAGE_LENGTH, ...(after === undefined ? {} : { after }) });
    ids.push(...rows.map(({ id }) => id));
    if (rows.length < PAGE_LENGTH) return ids;
  }
}
