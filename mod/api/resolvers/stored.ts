// Copyright the SpareGrid authors. Apache-2.0.
import { removeStored } from "../../server/mod.ts";
import { given, serverIn } from "../given.ts";
import type { Resolvers } from "../schema_types.ts";

/** What this server keeps for its clients. */
export const stored = {
  Query: {
    storage: async (_, _args, context) => {
      const { freeBytes, storedBytes, trashBytes, ...rest } = serverIn(context).stores.storage();
      const allotted = await context.needs.account.accounts.allottedBytes();
      return { ...rest, free: freeBytes, used: storedBytes + trashBytes, allotted };
    },
  },
  Mutation: {
    deleteStored: (_, { input: { account, repository } }, context) => {
      const { stores } = serverIn(context);
      return removeStored(
        { stores, accounts: context.needs.account.accounts },
        account,
        repository ?? undefined,
      );
    },
    undelete: (_, { input }, context) => {
      const { since, ...place } = given(input);
      return serverIn(context).stores.undelete(place, since);
    },
  },
  StoredRepository: {
    name: ({ repository }) => repository,
  },
} satisfies Resolvers;
