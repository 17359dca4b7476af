// Copyright the SpareGrid authors. Apache-2.0.
import { type Clock, nowMs, type Random } from "../base/mod.ts";
import type { Catalog, UserChanges, UserRow } from "../catalog/mod.ts";
import { SgError } from "../errors/mod.ts";
import { type User, userOf } from "./identity.ts";
import { notValid, printableName } from "./names.ts";
import { limitOf, type Page, pageOf, type PageOrder, textCursor } from "./page.ts";
import { acceptablePassword, type PasswordHasher } from "./password_hash.ts";
import { USER_ROLES, type UserRole } from "./rights.ts";
import { rowId } from "./_secret_text.ts";

/** Longest name of a user, characters. */
export const USER_NAME_MAX = 64;

/** What a user is made of. */
export interface NewUser {
  /** 1 to 64 printable characters; the case of ASCII letters does not make two names. */
  readonly name: string;
  readonly role: UserRole;
  readonly password: string;
}

/** What may change of a user; what is left out stays. */
export interface UserUpdate {
  readonly role?: UserRole;
  readonly password?: string;
  readonly enabled?: boolean;
}

/** What {@link Users} takes. */
export interface UsersParts {
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly random: Random;
  readonly hasher: PasswordHasher;
}

/** The users of this installation. Whatever is done, an administrator who can sign in is left. */
export class Users {
  readonly #parts: UsersParts;

  constructor(parts: UsersParts) {
    this.#parts = parts;
  }

  /** Makes a user. SG1035 when the name is taken, SG1040 for a name, role or password that cannot be used. */
  async create(order: NewUser): Promise<User> {
    const row = await this.newRow(order);
    await this.#parts.catalog.users.create(row);
    return userOf(row);
  }

  /** The row of a user yet to be made. For the set-up code. */
  async newRow({ name: wanted, role, password }: NewUser): Promise<UserRow> {
    const name = printableName("user name", wanted, USER_NAME_MAX);
    const passwordHash = await this.#parts.hasher.hash(acceptablePassword(password, [name]));
    const now = nowMs(this.#parts.clock);
    return {
      ...{ id: rowId(this.#parts.random), name, role: knownRole(role), passwordHash },
      ...{ createdAt: now, passwordChangedAt: now, disabledAt: null },
      ...{ factorSecret: null, factorSince: null, factorStep: 0, recoveryHashes: "[]" },
    };
  }

  /**
   * Changes a user. A new password or disabling ends the user's sessions, but for `keptSession`; API tokens of a disabled
   * user are refused. SG1036, SG1040, SG1049 for the last administrator.
   */
  async update(id: string, { role, password, enabled }: UserUpdate, keptSession?: string): Promise<User> {
    const { catalog, clock, hasher } = this.#parts;
    const before = await this.row(id);
    const now = nowMs(clock);
    const changes: UserChanges = {
      ...(role === undefined ? {} : { role: knownRole(role) }),
      ...(enabled === undefined ? {} : { disabledAt: enabled ? null : before.disabledAt ?? now }),
      ...(password === undefined ? {} : {
        passwordHash: await hasher.hash(acceptablePassword(password, [before.name])),
        passwordChangedAt: now,
      }),
    };
    if (Object.keys(changes).length === 0) return userOf(before);
    return userOf(await catalog.users.update(id, changes, keptSession));
  }

  /** Removes a user with sessions and tokens. SG1036, SG1049 for the last administrator. */
  async delete(id: string): Promise<User> {
    return userOf(await this.#parts.catalog.users.remove(id));
  }

  /** The user of this ID. SG1036 when there is none. */
  async get(id: string): Promise<User> {
    return userOf(await this.row(id));
  }

  /** Users by name. */
  async page(order: PageOrder): Promise<Page<User>> {
    const { users } = this.#parts.catalog;
    const rows = await users.page(limitOf(order), textCursor(order.after));
    return pageOf(rows, order, await users.count(), (row) => [row.name], userOf);
  }

  /** The user of this name, with the password's hash; undefined when there is none or it can be no name. */
  async rowByName(name: string): Promise<UserRow | undefined> {
    if (name.length > 4 * USER_NAME_MAX) return undefined;
    return await this.#parts.catalog.users.byName(name.normalize("NFC"));
  }

  /** The user of this ID, with the password's hash. SG1036 when there is none. */
  async row(id: string): Promise<UserRow> {
    const row = await this.#parts.catalog.users.byId(id);
    if (!row) throw new SgError("SG1036", "Cannot find the user: there is none of this ID");
    return row;
  }

  /** Hashes the password, which was just found right, anew where its hash was made with other parameters. */
  async renewHash({ id, passwordHash }: UserRow, password: string): Promise<string> {
    const { catalog, hasher } = this.#parts;
    if (hasher.isCurrent(passwordHash)) return passwordHash;
    const renewed = await hasher.hash(password.normalize("NFC"));
    await catalog.users.rehash(id, passwordHash, renewed);
    return renewed;
  }
}

function knownRole(role: UserRole): UserRole {
  if (USER_ROLES.includes(role)) return role;
  throw notValid("role", `there is none called ${JSON.stringify(role)}`);
}
