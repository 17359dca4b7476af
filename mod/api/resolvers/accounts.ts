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
/** How often a subscription looks whether accounts take more or less than was shown, ms. */
const USAGE_MS = 2_000;

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
        /** Bytes that each account took when it was shown last. */
        const taken = new Map<string, number>();
        return live<Account>(
          {
            begin: () => allIds(accounts),
            load: async (id) => {
              const account = await find(accounts, id);
              if (account) taken.set(id, usedBytes(context, id));
              else taken.delete(id);
              return account;
            },
            watch: (onChange) => watchAccounts(context, onChange, taken),
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
    used: ({ id }, _args, context) => usedBytes(context, id),
    trash: ({ id }, _args, context) => serverIn(context).stores.usageOf(id).trashBytes,
    repositories: ({ id }, _args, context) => serverIn(context).stores.repositories(id),
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

function usedBytes(context: ApiContext, account: string): number {
  const { storedBytes, trashBytes } = serverIn(context).stores.usageOf(account);
  return storedBytes + trashBytes;
}

/** Changes of accounts, and of what those take that were shown. */
function watchAccounts(
  context: ApiContext,
  onChange: OnChange,
  shown: ReadonlyMap<string, number>,
): Disposable {
  const stop = new AbortController();
  const changed = context.needs.account.accounts.watch(stop.signal);
  void (async () => {
    for await (const id of changed) onChange(id, true);
  })();
  void (async () => {
    for (;;) {
      await context.clock.sleep(USAGE_MS, stop.signal);
      for (const [id, bytes] of shown) if (usedBytes(context, id) !== bytes) onChange(id, false);
    }
  })().catch(() => {}); // it was stopped
  return { [Symbol.dispose]: () => stop.abort() };
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
