// Copyright the SpareGrid authors. Apache-2.0.
import { given, serverIn } from "../given.ts";
import type { Resolvers } from "../schema_types.ts";

/** What this server keeps for its clients. */
export const stored = {
  Query: {
    storage: async (_, _args, context) => ({
      ...await serverIn(context).storage(),
      allotted: await context.needs.account.accounts.allottedBytes(),
    }),
  },
  Mutation: {
    deleteStored: (_, { input: { account, repository } }, context) =>
      serverIn(context).deleteStored(account, repository ?? undefined),
    undelete: (_, { input }, context) => serverIn(context).undelete(given(input)),
  },
} satisfies Resolvers;
