// Copyright the SpareGrid authors. Apache-2.0.
import { SgError } from "../../errors/mod.ts";
import type { ApiContext } from "../context.ts";
import { callerIn, found } from "../given.ts";
import type { SignedIn } from "../people_needs.ts";
import type { Resolvers } from "../schema_types.ts";

/** The one who asks: set-up, signing in and out, sessions. */
export const signIn = {
  Query: {
    me: (_, _args, { caller }) => caller ?? null,
    setUpNeeded: (_, _args, { needs }) => needs.people.setUpNeeded(),
    sessions: (_, _args, context) => context.needs.people.sessions(callerIn(context).userId),
  },
  Mutation: {
    setUp: async (_, { input }, context) =>
      await enter(context, await context.needs.people.setUp(input, context.from)),
    signIn: async (_, { input }, context) =>
      await enter(context, await context.needs.people.signIn(input, context.from)),
    signOut: async (_, _args, context) => {
      const caller = callerIn(context);
      if (caller.credential.kind === "token") {
        throw new SgError("SG1040", "Cannot sign out: an API token does not sign in", {
          remedy: "Revoke the token when it is needed no more.",
        });
      }
      await context.needs.people.signOut(caller);
      context.cookie.set = null;
      return { done: true };
    },
    endSession: async (_, { id }, context) => {
      await context.needs.people.endSession(callerIn(context).userId, id);
      return { done: true };
    },
    changePassword: async (_, { input }, context) => {
      await context.needs.people.changePassword(callerIn(context), input, context.from);
      return { done: true };
    },
  },
  Me: {
    user: async ({ userId }, _args, { load }) => found(await load.user(userId)),
    byToken: ({ credential }) => credential.kind === "token",
    csrf: ({ csrf }) => csrf ?? null,
  },
  Session: {
    current: ({ id }, _args, { caller }) =>
      caller?.credential.kind === "session" && caller.credential.id === id,
  },
} satisfies Resolvers;

/** Sets the new cookie. The session that the browser had before ends: its value shall not outlive the sign-in. */
async function enter(context: ApiContext, { caller, cookie }: SignedIn): Promise<{ me: SignedIn["caller"] }> {
  context.cookie.set = cookie;
  if (context.caller?.credential.kind === "session") await context.needs.people.signOut(context.caller);
  return { me: caller };
}
