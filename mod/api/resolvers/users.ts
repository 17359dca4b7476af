// Copyright the SpareGrid authors. Apache-2.0.
import { given } from "../given.ts";
import { accountConnection } from "../page.ts";
import type { Resolvers } from "../schema_types.ts";

/** Users of this installation. */
export const users = {
  Query: {
    users: (_, args, { needs: { account } }) => accountConnection(args, (order) => account.users.page(order)),
  },
  Mutation: {
    createUser: async (_, { input }, { needs }) => ({ user: await needs.account.users.create(input) }),
    updateUser: async (_, { input }, { caller, needs }) => {
      const { id, ...update } = given(input);
      const own = caller?.identity.user.id === id ? caller.identity.sessionId : undefined;
      return { user: await needs.account.users.update(id, update, own) };
    },
    deleteUser: async (_, { id }, { needs }) => {
      await needs.account.users.delete(id);
      return { done: true };
    },
  },
} satisfies Resolvers;
