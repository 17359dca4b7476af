// Copyright the SpareGrid authors. Apache-2.0.
import type { Right } from "../../account/mod.ts";
import { SgError } from "../../errors/mod.ts";
import { identityOf } from "../callers.ts";
import { given } from "../given.ts";
import { accountConnection } from "../page.ts";
import type { Resolvers, Right as NamedRight } from "../schema_types.ts";

/** API tokens. */
export const tokens = {
  Query: {
    tokens: (_, args, { caller, needs }) =>
      accountConnection(args, (order) => needs.account.tokens.page(identityOf(caller), order)),
  },
  Mutation: {
    createToken: async (_, { input }, { caller, needs }) => {
      const { name, scopes, expiresIn } = given(input);
      const life = expiresIn === undefined ? {} : { expiresInMs: expiresIn };
      return await needs.account.tokens.create(identityOf(caller), {
        name,
        scopes: scopes.map(held),
        ...life,
      });
    },
    revokeToken: async (_, { id }, { caller, needs }) => {
      await needs.account.tokens.revoke(identityOf(caller), id);
      return { done: true };
    },
  },
} satisfies Resolvers;

/** NOBODY is what a field asks of a stranger, and nothing that anyone could hold. */
function held(right: NamedRight): Right {
  if (right === "NOBODY") throw new SgError("SG1040", "Cannot make the token: NOBODY is no scope");
  return right;
}
