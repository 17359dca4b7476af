// Copyright the SpareGrid authors. Apache-2.0.
import type { UserRow } from "../catalog/mod.ts";
import type { Right, UserRole } from "./rights.ts";

/** A user as others see them: without the password's hash. */
export interface User {
  readonly id: string;
  readonly name: string;
  readonly role: UserRole;
  readonly enabled: boolean;
  /** Milliseconds since 1970, both. */
  readonly createdAt: number;
  readonly passwordChangedAt: number;
  /** Since when signing in takes a second factor; null: it does not. */
  readonly secondFactorSince: number | null;
  readonly recoveryCodesLeft: number;
}

/** The user of a catalog's row. */
export function userOf(row: UserRow): User {
  const { id, name, role, disabledAt, createdAt, passwordChangedAt, factorSince, recoveryHashes } = row;
  return {
    ...{ id, name, role, enabled: disabledAt === null, createdAt, passwordChangedAt },
    secondFactorSince: factorSince,
    recoveryCodesLeft: (JSON.parse(recoveryHashes) as string[]).length,
  };
}

/** Who sends a request to the console or the API, proved. */
export interface Identity {
  readonly kind: "session" | "token" | "owner";
  /** With `owner` one that the catalog does not hold: {@link OWNER}. */
  readonly user: User;
  readonly rights: ReadonlySet<Right>;
  /** For the audit log: `user:NAME`, `token:USER/NAME`, `owner`. */
  readonly actor: string;
  /** With `session`: its ID, and the value that the header `X-SpareGrid-CSRF` of every mutation must carry. */
  readonly sessionId?: string;
  readonly csrf?: string;
  /** With `session`: when its user last gave the password, milliseconds since 1970. */
  readonly provedAt?: number;
  /** With `token`: its ID, and when it expires (milliseconds since 1970; absent: never). */
  readonly tokenId?: string;
  readonly expiresAt?: number;
}

/** Who proved to own the data folder, by the file in it: the command line of the same machine. May do all, is no user. */
export const OWNER: User = {
  id: "owner",
  name: "owner",
  role: "administrator",
  enabled: true,
  createdAt: 0,
  passwordChangedAt: 0,
  secondFactorSince: null,
  recoveryCodesLeft: 0,
};
