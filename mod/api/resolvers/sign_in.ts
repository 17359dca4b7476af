// Copyright the SpareGrid authors. Apache-2.0.
import { type Identity, type NewSession, requireRight } from "../../account/mod.ts";
import { SgError } from "../../errors/mod.ts";
import { type Caller, identityOf } from "../callers.ts";
import type { ApiContext } from "../context.ts";
import { given } from "../given.ts";
import { qrRows } from "../qr_code.ts";
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
      await enter(context, await context.needs.account.signIn.signIn({ ...given(input), ...context.from })),
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
    confirmPassword: async (_, { input }, { caller, needs, from: { address } }) => {
      const { user, sessionId } = browserOf(caller);
      await needs.account.signIn.confirm({ userId: user.id, sessionId, ...given(input), address });
      return { done: true };
    },
    beginSecondFactor: async (_, _args, { caller, needs }) => {
      const { gridId } = await needs.installation.facts();
      const begun = await needs.account.secondFactors.begin(browserOf(caller).user, `SpareGrid ${gridId}`);
      return { ...begun, qrCode: qrRows(begun.address) };
    },
    confirmSecondFactor: async (_, { code }, { caller, needs }) => {
      const { user, sessionId } = browserOf(caller);
      return { recoveryCodes: await needs.account.secondFactors.confirm(user.id, code, sessionId) };
    },
    renewRecoveryCodes: async (_, _args, { caller, needs }) => ({
      recoveryCodes: await needs.account.secondFactors.renewRecoveryCodes(browserOf(caller).user.id),
    }),
    removeSecondFactor: async (_, { user }, { caller, needs }) => {
      const own = user === undefined || user === null;
      if (!own) requireRight(identityOf(caller).rights, "ADMINISTER");
      await needs.account.secondFactors.remove(own ? browserOf(caller).user.id : user);
      return { done: true };
    },
  },
  Me: {
    rights: ({ rights }) => [...rights],
    byToken: ({ kind }) => kind !== "session",
    csrf: ({ csrf }) => csrf ?? null,
    recoveryCodesLeft: ({ user }) => user.secondFactorSince === null ? null : user.recoveryCodesLeft,
  },
  Session: {
    current: ({ id }, _args, { caller }) => caller?.identity.sessionId === id,
  },
} satisfies Resolvers;

/** A person with a browser: what proves who one is belongs to nobody else. SG1038 for a token. */
function browserOf(caller: Caller | undefined): Identity & { readonly sessionId: string } {
  const identity = identityOf(caller);
  const { sessionId } = identity;
  if (sessionId !== undefined) return { ...identity, sessionId };
  throw new SgError("SG1038", "Cannot do this with a token: it takes a person who is signed in");
}

/** Sets the new cookie. The session that the browser had before ends: its value shall not outlive the sign-in. */
async function enter(context: ApiContext, { identity, cookie }: NewSession): Promise<SignInPayloadRecord> {
  context.cookie.set = cookie;
  const before = context.caller?.identity;
  if (before?.sessionId !== undefined) {
    await context.needs.account.sessions.end(before.sessionId, before.user.id).catch(() => {}); // it may have ended
  }
  return { me: identity };
}
