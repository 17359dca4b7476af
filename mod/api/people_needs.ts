// Copyright the SpareGrid authors. Apache-2.0.
import type { Page } from "./needs.ts";

/** A right that a role or a token holds. */
export type HeldRight = "READ" | "OPERATE" | "RESTORE" | "ADMINISTER";

/** Who asks. */
export interface Caller {
  readonly userId: string;
  readonly userName: string;
  readonly role: UserRecord["role"];
  readonly rights: readonly HeldRight[];
  /** The session or the token that the request came with. */
  readonly credential: { readonly kind: "session" | "token"; readonly id: string; readonly name: string };
  /** What the header `X-SpareGrid-CSRF` must carry; undefined with a token, which no browser sends by itself. */
  readonly csrf?: string;
}

/** Where a try to sign in comes from. */
export interface TryFrom {
  readonly address: string;
  /** `User-Agent`, cut to a sensible length. */
  readonly agent: string;
}

/** A session that has just begun. */
export interface SignedIn {
  readonly caller: Caller;
  /** The value for the cookie. It exists nowhere else. */
  readonly cookie: string;
}

/** A user. */
export interface UserRecord {
  readonly id: string;
  readonly name: string;
  readonly role: "ADMINISTRATOR" | "OPERATOR" | "VIEWER";
  readonly enabled: boolean;
  readonly createdAt: number;
  readonly passwordChangedAt: number;
}

/** A browser that is signed in. */
export interface SessionRecord {
  readonly id: string;
  readonly createdAt: number;
  readonly seenAt: number;
  readonly address: string;
  readonly agent: string;
}

/** An API token, without its text. */
export interface TokenRecord {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  readonly scopes: readonly HeldRight[];
  readonly createdAt: number;
  readonly expiresAt?: number | null;
  readonly usedAt?: number | null;
}

/** Users, sessions and tokens. */
export interface PeopleNeeds {
  /** Whose cookie this is; undefined for an unknown or expired one. Counts as the session's use. */
  bySession(cookie: string): Promise<Caller | undefined>;
  /** Whose token this is; undefined for an unknown, expired or revoked one. */
  byToken(token: string): Promise<Caller | undefined>;
  /** The same caller with the rights of now; undefined when session, token or user ended. Does not count as use. */
  again(caller: Caller): Promise<Caller | undefined>;

  setUpNeeded(): Promise<boolean>;
  setUp(order: { code: string; userName: string; password: string }, from: TryFrom): Promise<SignedIn>;
  signIn(order: { userName: string; password: string }, from: TryFrom): Promise<SignedIn>;
  signOut(caller: Caller): Promise<void>;
  sessions(userId: string): Promise<SessionRecord[]>;
  endSession(userId: string, id: string): Promise<void>;
  changePassword(
    caller: Caller,
    order: { oldPassword: string; newPassword: string },
    from: TryFrom,
  ): Promise<void>;

  /** By name; `after` is a name. */
  users(page: Page<string>): Promise<UserRecord[]>;
  countUsers(): Promise<number>;
  /** Those that there are, in any order. */
  usersById(ids: readonly string[]): Promise<UserRecord[]>;
  createUser(order: { name: string; role: UserRecord["role"]; password: string }): Promise<UserRecord>;
  updateUser(
    order: { id: string; role?: UserRecord["role"]; password?: string; enabled?: boolean },
  ): Promise<UserRecord>;
  deleteUser(id: string): Promise<void>;

  /** The latest first; of one user, or all. `after` is a token's creation and ID. */
  tokens(userId: string | undefined, page: Page<readonly [number, string]>): Promise<TokenRecord[]>;
  countTokens(userId: string | undefined): Promise<number>;
  /** SG1038 for scopes that the caller does not hold. */
  createToken(
    caller: Caller,
    order: { name: string; scopes: readonly HeldRight[]; expiresInMs?: number },
  ): Promise<{ token: TokenRecord; secret: string }>;
  /** One's own, or any for an administrator; else SG1036. */
  revokeToken(caller: Caller, id: string): Promise<void>;
}
