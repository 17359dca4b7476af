// Copyright the SpareGrid authors. Apache-2.0.
import type { Account } from "../../account/mod.ts";
import { isSgError } from "../../errors/mod.ts";
import type { ApiContext } from "../context.ts";
import { given, serverIn } from "../given.ts";
import { live } from "../live.ts";
import type { OnChange } from "../needs.ts";
import { accountConnection } from "../page.ts";
import type { Resolvers } from "../schema_types.ts";

/** A subscription begins with the accounts that there are, read in pages of this length. */
const PAGE_LENGTH = 500;

/** Clients of this server. */
export const accounts = {
  Query: {
    accounts: (_, args, context) => {
      const filter = given(args.filter ?? {});
      return accountConnection(args, (order) => accountsIn(context).page(order, filter));
    },
    account: async (_, { id }, context) => await find(accountsIn(context), id) ?? null,
  },
  Mutation: {
    approveAccount: async (_, { input: { id, quota } }, context) => ({
      account: await accountsIn(context).approve(id, quota),
    }),
    updateAccount: async (_, { input }, context) => {
      const { id, quota, ...update } = given(input);
      const limit = quota === undefined ? {} : { quotaBytes: quota };
      return { account: await accountsIn(context).update(id, { ...update, ...limit }) };
    },
    setAccountActive: async (_, { id, active }, context) => ({
      account: await accountsIn(context).setActive(id, active),
    }),
    resetAccountSecret: async (_, { id }, context) => await accountsIn(context).resetSecret(id),
    suspendAccount: async (_, { id, suspended }, context) => ({
      account: await accountsIn(context).suspend(id, suspended),
    }),
  },
  Subscription: {
    accounts: {
      subscribe: (_, _args, context) => {
        const accounts = accountsIn(context);
        return live<Account>(
          {
            begin: () => allIds(accounts),
            load: (id) => find(accounts, id),
            watch: (onChange) => watchAccounts(context, onChange),
          },
          context.clock,
          context.signal,
        ) as AsyncIterable<never>;
      },
      resolve: (account: unknown) => account as Account,
    },
  },
  Account: {
    quota: ({ quotaBytes }) => quotaBytes,
    used: async ({ id }, _args, { load }) => (await load.usage(id))?.used ?? 0,
    trash: async ({ id }, _args, { load }) => (await load.usage(id))?.trash ?? 0,
    repositories: async ({ id }, _args, { load }) => await load.repositories(id) ?? [],
  },
} satisfies Resolvers;

type Accounts = ApiContext["needs"]["account"]["accounts"];

function accountsIn(context: ApiContext): Accounts {
  serverIn(context);
  return context.needs.account.accounts;
}

async function find(accounts: Accounts, id: string): Promise<Account | undefined> {
  try {
    return await accounts.get(id);
  } catch (error) {
    if (isSgError(error, "SG1036")) return undefined;
    throw error;
  }
}

/** Changes of accounts and of what they take. */
function watchAccounts(context: ApiContext, onChange: OnChange): Disposable {
  const usage = serverIn(context).onUsage(onChange);
  const stop = new AbortController();
  const changed = context.needs.account.accounts.watch(stop.signal);
  void (async () => {
    for await (const id of changed) onChange(id, true);
  })();
  return {
    [Symbol.dispose]: () => {
      usage[Symbol.dispose]();
      stop.abort();
    },
  };
}

async function allIds(accounts: Accounts): Promise<string[]> {
  const ids: string[] = [];
  let after: string | undefined;
  for (;;) {
    const { nodes, hasNextPage, endCursor } = await accounts.page({
      first: PAGE_LENGTH,
      ...(after === undefined ? {} : { after }),
    });
    ids.push(...nodes.map(({ id }) => id));
    if (!hasNextPage) return ids;
    after = endCursor;
  }
}
