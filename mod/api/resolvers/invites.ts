// Copyright the SpareGrid authors. Apache-2.0.
import { given, serverIn } from "../given.ts";
import { connection, timeCursors } from "../page.ts";
import type { Resolvers } from "../schema_types.ts";

const CURSORS = timeCursors("invites");

/** Invitations of clients. */
export const invites = {
  Query: {
    invites: (_, args, context) => {
      const server = serverIn(context);
      return connection(
        args,
        CURSORS,
        (page) => server.invites(page),
        ({ createdAt, id }) => [createdAt, id] as const,
        () => server.countInvites(),
      );
    },
  },
  Mutation: {
    createInvite: async (_, { input }, context) => {
      const { validFor, ...order } = given(input);
      return await serverIn(context).createInvite({ ...order, validForMs: validFor });
    },
    revokeInvite: async (_, { id }, context) => {
      await serverIn(context).revokeInvite(id);
      return { done: true };
    },
  },
} satisfies Resolvers;
