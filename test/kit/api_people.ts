// Copyright the SpareGrid authors. Apache-2.0.
import { SgError } from "../../mod/errors/mod.ts";
import type {
  Caller,
  HeldRight,
  PeopleNeeds,
  SessionRecord,
  SignedIn,
  TokenRecord,
  UserRecord,
} from "../../mod/api/mod.ts";

const ROLE_RIGHTS: Readonly<Record<UserRecord["role"], readonly HeldRight[]>> = {
  VIEWER: ["READ"],
  OPERATOR: ["READ", "OPERATE", "RESTORE"],
  ADMINISTRATOR: ["READ", "OPERATE", "RESTORE", "ADMINISTER"],
};

/** Users, sessions and tokens in memory, for tests of the API's own rules. Cookies and tokens are their owner's name. */
export class ApiPeople implements PeopleNeeds {
  readonly #users: UserRecord[] = [];
  readonly #passwords = new Map<string, string>();
  readonly #sessions = new Map<string, SessionRecord & { readonly userId: string }>();
  readonly #tokens = new Map<string, TokenRecord>();
  #next = 1;
  /** Questions whether a caller still may. */
  askedAgain = 0;

  /** Makes a user whose password is `password of NAME`. */
  add(name: string, role: UserRecord["role"]): UserRecord {
    const user = { id: `u-${name}`, name, role, enabled: true, createdAt: 1_000, passwordChangedAt: 1_000 };
    this.#users.push(user);
    this.#passwords.set(user.id, `password of ${name}`);
    return user;
  }

  /** The cookie of a new session of `name`. */
  begin(name: string): string {
    return this.#begin(this.#byName(name)!, "127.0.0.1", "test").cookie;
  }

  /** A new token of `name` with these scopes. */
  issue(name: string, scopes: readonly HeldRight[]): string {
    const id = `t-${this.#next++}`;
    this.#tokens.set(`sgt.${id}`, {
      id,
      userId: this.#byName(name)!.id,
      name: id,
      scopes,
      createdAt: this.#next,
    });
    return `sgt.${id}`;
  }

  /** Ends every session and token of `name`. */
  revokeAll(name: string): void {
    const { id } = this.#byName(name)!;
    for (const list of [this.#sessions, this.#tokens]) {
      for (const [key, { userId }] of list) if (userId === id) list.delete(key);
    }
  }

  bySession(cookie: string): Promise<Caller | undefined> {
    const session = this.#sessions.get(cookie);
    return Promise.resolve(session && this.#caller(this.#byId(session.userId)!, "session", session.id, ""));
  }

  byToken(token: string): Promise<Caller | undefined> {
    const record = this.#tokens.get(token);
    return Promise.resolve(
      record && this.#caller(this.#byId(record.userId)!, "token", record.id, record.name),
    );
  }

  again({ credential: { kind, id } }: Caller): Promise<Caller | undefined> {
    this.askedAgain++;
    const list: Iterable<[string, { readonly id: string }]> = kind === "session"
      ? this.#sessions
      : this.#tokens;
    const key = [...list].find(([, entry]) => entry.id === id)?.[0];
    if (key === undefined) return Promise.resolve(undefined);
    return kind === "session" ? this.bySession(key) : this.byToken(key);
  }

  setUpNeeded(): Promise<boolean> {
    return Promise.resolve(this.#users.length === 0);
  }

  setUp(
    { userName }: { userName: string },
    { address, agent }: { address: string; agent: string },
  ): Promise<SignedIn> {
    return Promise.resolve(this.#begin(this.add(userName, "ADMINISTRATOR"), address, agent));
  }

  signIn(
    { userName, password }: { userName: string; password: string },
    { address, agent }: { address: string; agent: string },
  ): Promise<SignedIn> {
    const user = this.#byName(userName);
    if (!user || this.#passwords.get(user.id) !== password) {
      return Promise.reject(new SgError("SG1020", "Cannot sign in: wrong name or password"));
    }
    return Promise.resolve(this.#begin(user, address, agent));
  }

  signOut({ credential }: Caller): Promise<void> {
    for (const [key, { id }] of this.#sessions) if (id === credential.id) this.#sessions.delete(key);
    return Promise.resolve();
  }

  sessions(userId: string): Promise<SessionRecord[]> {
    return Promise.resolve([...this.#sessions.values()].filter((session) => session.userId === userId));
  }

  endSession(userId: string, id: string): Promise<void> {
    const key = [...this.#sessions].find(([, session]) => session.id === id && session.userId === userId)
      ?.[0];
    if (key === undefined) {
      return Promise.reject(new SgError("SG1036", "There is nothing of this name or ID"));
    }
    this.#sessions.delete(key);
    return Promise.resolve();
  }

  changePassword(): Promise<void> {
    return Promise.resolve();
  }

  users({ limit, after = "" }: { limit: number; after?: string }): Promise<UserRecord[]> {
    const rows = [...this.#users].sort((a, b) => (a.name < b.name ? -1 : 1)).filter(({ name }) =>
      name > after
    );
    return Promise.resolve(rows.slice(0, limit));
  }

  countUsers(): Promise<number> {
    return Promise.resolve(this.#users.length);
  }

  usersById(ids: readonly string[]): Promise<UserRecord[]> {
    return Promise.resolve(this.#users.filter(({ id }) => ids.includes(id)));
  }

  createUser({ name, role }: { name: string; role: UserRecord["role"] }): Promise<UserRecord> {
    if (this.#byName(name)) return Promise.reject(new SgError("SG1035", `There is a user ${name} already`));
    return Promise.resolve(this.add(name, role));
  }

  updateUser({ id }: { id: string }): Promise<UserRecord> {
    const user = this.#byId(id);
    return user
      ? Promise.resolve(user)
      : Promise.reject(new SgError("SG1036", "There is nothing of this name or ID"));
  }

  deleteUser(id: string): Promise<void> {
    this.#users.splice(this.#users.findIndex((user) => user.id === id), 1);
    return Promise.resolve();
  }

  tokens(userId: string | undefined): Promise<TokenRecord[]> {
    return Promise.resolve(
      [...this.#tokens.values()].filter((token) => userId === undefined || token.userId === userId),
    );
  }

  async countTokens(userId: string | undefined): Promise<number> {
    return (await this.tokens(userId)).length;
  }

  createToken(
    { userName }: Caller,
    { scopes }: { scopes: readonly HeldRight[] },
  ): Promise<{ token: TokenRecord; secret: string }> {
    const secret = this.issue(userName, scopes);
    return Promise.resolve({ token: this.#tokens.get(secret)!, secret });
  }

  revokeToken(_: Caller, id: string): Promise<void> {
    const key = [...this.#tokens].find(([, token]) => token.id === id)?.[0];
    if (key === undefined) {
      return Promise.reject(new SgError("SG1036", "There is nothing of this name or ID"));
    }
    this.#tokens.delete(key);
    return Promise.resolve();
  }

  #begin(user: UserRecord, address: string, agent: string): SignedIn {
    const id = `s-${this.#next++}`;
    const cookie = `cookie-${id}`;
    this.#sessions.set(cookie, { id, userId: user.id, createdAt: 1_000, seenAt: 1_000, address, agent });
    return { cookie, caller: this.#caller(user, "session", id, "") };
  }

  #caller(user: UserRecord, kind: "session" | "token", id: string, name: string): Caller {
    const scopes = kind === "token"
      ? [...this.#tokens.values()].find((token) => token.id === id)!.scopes
      : undefined;
    const rights = ROLE_RIGHTS[user.role].filter((right) => scopes?.includes(right) ?? true);
    return {
      userId: user.id,
      userName: user.name,
      role: user.role,
      rights,
      credential: { kind, id, name },
      ...(kind === "session" ? { csrf: `csrf-${id}` } : {}),
    };
  }

  #byName(name: string): UserRecord | undefined {
    return this.#users.find((user) => user.name === name);
  }

  #byId(id: string): UserRecord | undefined {
    return this.#users.find((user) => user.id === id);
  }
}
