// Copyright the SpareGrid authors. Apache-2.0.
import { SgError } from "../errors/mod.ts";

/** What a request may do; the words of schema.graphql, without NOBODY, which asks for no right. */
export type Right = "READ" | "OPERATE" | "RESTORE" | "ADMINISTER";

/** What a user is. */
export type UserRole = "administrator" | "operator" | "viewer";

/** All rights; they are the scopes of API tokens, too. */
export const RIGHTS: readonly Right[] = ["READ", "OPERATE", "RESTORE", "ADMINISTER"];
/** All roles. */
export const USER_ROLES: readonly UserRole[] = ["administrator", "operator", "viewer"];

const RIGHTS_OF_ROLE: Readonly<Record<UserRole, readonly Right[]>> = {
  viewer: ["READ"],
  operator: ["READ", "OPERATE", "RESTORE"],
  administrator: RIGHTS,
};

/** The rights that a role holds. */
export function rightsOfRole(role: UserRole): ReadonlySet<Right> {
  return new Set(RIGHTS_OF_ROLE[role]);
}

/** The rights of an API token: those of its scopes that its user's role holds, too. */
export function rightsOfToken(role: UserRole, scopes: readonly string[]): ReadonlySet<Right> {
  return new Set(RIGHTS_OF_ROLE[role].filter((right) => scopes.includes(right)));
}

/** True for the name of a right. */
export function isRight(text: string): text is Right {
  return (RIGHTS as readonly string[]).includes(text);
}

/** SG1038 unless `right` is among `rights`. */
export function requireRight(rights: ReadonlySet<Right>, right: Right): void {
  if (rights.has(right)) return;
  throw new SgError("SG1038", `Cannot do this: it takes the right ${right}`, { context: { right } });
}
