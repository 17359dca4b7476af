// Copyright the SpareGrid authors. Apache-2.0.
import { SgError } from "../../errors/mod.ts";
import { callerIn, found, given } from "../given.ts";
import { connection, timeCursors } from "../page.ts";
import type { HeldRight } from "../people_needs.ts";
import type { Resolvers, Right } from "../schema_types.ts";

const CURSORS = timeCursors("tokens");

/** API tokens. */
export const tokens = {
  Query: {
    tokens: (_, args, context) => {
      const { people } = context.needs;
      const caller = callerIn(context);
      const whose = caller.rights.includes("ADMINISTER") ? undefined : caller.userId;
      return connection(
        args,
        CURSORS,
        (page) => people.tokens(whose, page),
        ({ createdAt, id }) => [createdAt, id] as const,
        () => people.countTokens(whose),
      );
    },
  },
  Mutation: {
    createToken: async (_, { input }, context) => {
      const { name, scopes, expiresIn } = given(input);
      return await context.needs.people.createToken(callerIn(context), {
        name,
        scopes: scopes.map(held),
        ...(expiresIn === undefined ? {} : { expiresInMs: expiresIn }),
      });
    },
    revokeToken: async (_, { id }, context) => {
      await context.needs.people.revokeToken(callerIn(context), id);
      return { done: true };
    },
  },
  Token: {
    user: async ({ userId }, _args, { load }) => found(await load.user(userId)),
  },
} satisfies Resolvers;

/** NOBODY is what a field asks of a stranger, and nothing that anyone could hold. */
function held(right: Right): HeldRight {
  if (right === "NOBODY") throw new SgError("SG1040", "Cannot make the token: NOBODY is no scope");
  return right;
}
