// Copyright the SpareGrid authors. Apache-2.0.
import { given } from "../given.ts";
import { connection, textCursors } from "../page.ts";
import type { Resolvers } from "../schema_types.ts";

const CURSORS = textCursors("users");

/** Users of this installation. */
export const users = {
  Query: {
    users: (_, args, { needs: { people } }) =>
      connection(args, CURSORS, (page) => people.users(page), ({ name }) => name, () => people.countUsers()),
  },
  Mutation: {
    createUser: async (_, { input }, { needs }) => ({ user: await needs.people.createUser(input) }),
    updateUser: async (_, { input }, { needs }) => ({ user: await needs.people.updateUser(given(input)) }),
    deleteUser: async (_, { id }, { needs }) => {
      await needs.people.deleteUser(id);
      return { done: true };
    },
  },
} satisfies Resolvers;
