// Copyright the SpareGrid authors. Apache-2.0.
import { given, serverIn } from "../given.ts";
import { accountConnection } from "../page.ts";
import type { Resolvers } from "../schema_types.ts";

/** Invitations of clients. */
export const invites = {
  Query: {
    invites: (_, args, context) => {
      serverIn(context);
      return accountConnection(args, (order) => context.needs.account.invites.page(order));
    },
  },
  Mutation: {
    createInvite: async (_, { input }, context) => {
      const { validFor, address, quota, ...order } = given(input);
      const facts = await serverIn(context).inviteFacts(address);
      const limit = quota === undefined ? {} : { quotaBytes: quota };
      return await context.needs.account.invites.create({
        ...order,
        ...facts,
        ...limit,
        validForMs: validFor,
      });
    },
    revokeInvite: async (_, { id }, context) => {
      serverIn(context);
      await context.needs.account.invites.revoke(id);
      return { done: true };
    },
  },
  Invite: {
    quota: ({ quotaBytes }) => quotaBytes,
  },
} satisfies Resolvers;
