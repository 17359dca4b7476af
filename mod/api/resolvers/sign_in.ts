// Copyright the SpareGrid authors. Apache-2.0.
import type { NewSession } from "../../account/mod.ts";
import { SgError } from "../../errors/mod.ts";
import { identityOf } from "../callers.ts";
import type { ApiContext } from "../context.ts";
import type { SignInPayloadRecord } from "../records.ts";
import type { Resolvers } from "../schema_types.ts";

/** The one who asks: set-up, signing in and out, sessions. */
export const signIn = {
  Query: {
    me: (_, _args, { caller }) => caller?.identity ?? null,
    setUpNeeded: (_, _args, { needs }) => needs.account.setUpCode.isNeeded(),
    sessions: (_, _args, { caller, needs }) => needs.account.sessions.list(identityOf(caller).user.id),
  },
  Mutation: {
    setUp: async (_, { input }, context) => {
      const { account, installation } = context.needs;
      const session = await account.setUpCode.redeem({ ...input, ...context.from });
      installation.setUpDone?.();
      return await enter(context, session);
    },
    signIn: async (_, { input }, context) =>
      await enter(context, await context.needs.account.signIn.signIn({ ...input, ...context.from })),
    signOut: async (_, _args, context) => {
      const { user, sessionId } = identityOf(context.caller);
      if (sessionId === undefined) {
        throw new SgError("SG1040", "Cannot sign out: an API token does not sign in", {
          remedy: "Revoke the token when it is needed no more.",
        });
      }
      await context.needs.account.sessions.end(sessionId, user.id);
      context.cookie.set = null;
      return { done: true };
    },
    endSession: async (_, { id }, { caller, needs }) => {
      await needs.account.sessions.end(id, identityOf(caller).user.id);
      return { done: true };
    },
    changePassword: async (_, { input }, { caller, needs, from: { address } }) => {
      const { user, sessionId } = identityOf(caller);
      const kept = sessionId === undefined ? {} : { keptSession: sessionId };
      await needs.account.signIn.changePassword({ userId: user.id, ...input, address, ...kept });
      return { done: true };
    },
  },
  Me: {
    rights: ({ rights }) => [...rights],
    byToken: ({ kind }) => kind !== "session",
    csrf: ({ csrf }) => csrf ?? null,
  },
  Session: {
    current: ({ id }, _args, { caller }) => caller?.identity.sessionId === id,
  },
} satisfies Resolvers;

/** Sets the new cookie. The session that the browser had before ends: its value shall not outlive the sign-in. */
async function enter(context: ApiContext, { identity, cookie }: NewSession): Promise<SignInPayloadRecord> {
  context.cookie.set = cookie;
  const before = context.caller?.identity;
  if (before?.sessionId !== undefined) {
    await context.needs.account.sessions.end(before.sessionId, before.user.id).catch(() => {}); // it may have ended
  }
  return { me: identity };
}
