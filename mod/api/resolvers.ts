// Copyright the SpareGrid authors. Apache-2.0.
import { accounts } from "./resolvers/accounts.ts";
import { audit } from "./resolvers/audit.ts";
import { destinations } from "./resolvers/destinations.ts";
import { installation } from "./resolvers/installation.ts";
import { invites } from "./resolvers/invites.ts";
import { report } from "./resolvers/report.ts";
import { runs } from "./resolvers/runs.ts";
import { sets } from "./resolvers/sets.ts";
import { signIn } from "./resolvers/sign_in.ts";
import { snapshots } from "./resolvers/snapshots.ts";
import { stored } from "./resolvers/stored.ts";
import { tokens } from "./resolvers/tokens.ts";
import { users } from "./resolvers/users.ts";
import type { Connection } from "./records.ts";
import { ENUMS } from "./enums.ts";
import { SCALARS } from "./scalars.ts";
import type { Resolvers } from "./schema_types.ts";

/** The length of the whole list, asked only where the field is. */
const counted = { totalCount: ({ count }: Connection<unknown>) => count?.() ?? 0 };

/** All resolvers. A test holds them against the schema: each field of a root type has one, and none is extra. */
export const RESOLVERS = {
  ...SCALARS,
  ...ENUMS,
  ...signIn,
  ...accounts,
  ...invites,
  ...stored,
  ...audit,
  ...destinations,
  ...sets,
  ...runs,
  ...snapshots,
  ...report,
  Query: {
    ...installation.Query,
    ...signIn.Query,
    ...users.Query,
    ...tokens.Query,
    ...accounts.Query,
    ...invites.Query,
    ...stored.Query,
    ...audit.Query,
    ...destinations.Query,
    ...sets.Query,
    ...runs.Query,
    ...snapshots.Query,
    ...report.Query,
  },
  Mutation: {
    ...installation.Mutation,
    ...signIn.Mutation,
    ...users.Mutation,
    ...tokens.Mutation,
    ...accounts.Mutation,
    ...invites.Mutation,
    ...stored.Mutation,
    ...destinations.Mutation,
    ...sets.Mutation,
    ...runs.Mutation,
    ...snapshots.Mutation,
  },
  Subscription: { ...accounts.Subscription, ...runs.Subscription },
  AccountConnection: counted,
  BackupSetConnection: counted,
  DestinationConnection: counted,
  EntryConnection: counted,
  InviteConnection: counted,
  RunConnection: counted,
  SnapshotConnection: counted,
  TokenConnection: counted,
  UserConnection: counted,
} satisfies Resolvers;
