// Copyright the SpareGrid authors. Apache-2.0.
import type { Clock, Random } from "../base/mod.ts";
import type { Catalog } from "../catalog/mod.ts";
import type { KdfParameters } from "../crypto/mod.ts";
import type { FileSystem } from "../platform/mod.ts";
import { Accounts } from "./accounts.ts";
import { Invites } from "./invites.ts";
import { OwnerToken } from "./owner_token.ts";
import { PasswordHasher } from "./password_hash.ts";
import { Sessions } from "./sessions.ts";
import { SecondFactors } from "./second_factors.ts";
import { SetUpCode } from "./set_up_code.ts";
import { SignIn } from "./sign_in.ts";
import { Tokens } from "./tokens.ts";
import { Users } from "./users.ts";
import { openVault, type Vault } from "./vault.ts";

/** Where {@link openAccountRoom} works, and with what. */
export interface AccountRoomPlace {
  readonly fs: FileSystem;
  readonly clock: Clock;
  readonly random: Random;
  /** The data folder; its lock is held. */
  readonly folder: string;
  readonly catalog: Catalog;
  /** Cost of password hashes, for tests, which have no time. */
  readonly passwordCost?: Omit<KdfParameters, "salt">;
}

/** All of this module for one data folder. */
export interface AccountRoom {
  readonly vault: Vault;
  readonly users: Users;
  readonly signIn: SignIn;
  readonly secondFactors: SecondFactors;
  readonly sessions: Sessions;
  readonly tokens: Tokens;
  readonly setUpCode: SetUpCode;
  readonly ownerToken: OwnerToken;
  readonly accounts: Accounts;
  readonly invites: Invites;
}

/** Opens the key file and joins the parts; writes a new owner's token. Once for one data folder. SG0021 as `openVault`. */
export async function openAccountRoom(place: AccountRoomPlace): Promise<AccountRoom> {
  const { fs, clock, random, folder, catalog } = place;
  const vault = await openVault(place);
  const hasher = new PasswordHasher(random, place.passwordCost);
  const users = new Users({ catalog, clock, random, hasher });
  const sessions = new Sessions({ catalog, clock, random });
  const secondFactors = new SecondFactors({ catalog, clock, random, vault });
  const accounts = new Accounts({ catalog, clock, random, vault });
  return {
    vault,
    users,
    signIn: new SignIn({ catalog, clock, hasher, users, sessions, secondFactors }),
    secondFactors,
    sessions,
    tokens: new Tokens({ catalog, clock, random }),
    setUpCode: new SetUpCode({ catalog, clock, random, users, sessions }),
    ownerToken: await OwnerToken.make(fs, random, folder),
    accounts,
    invites: new Invites({ catalog, clock, random, accounts }),
  };
}
