// Copyright the SpareGrid authors. Apache-2.0.
import type { AccountRoom, NewSession, Right, Session, User, UserRole } from "../../mod/account/mod.ts";
import type { Sender } from "./api_stage.ts";

/** Users, sessions and tokens of a stage, by their names, made without going through the API. */
export class ApiPeople {
  readonly #room: AccountRoom;

  constructor(room: AccountRoom) {
    this.#room = room;
  }

  /** The one-time code of a stage without users. */
  async setUpCode(): Promise<string> {
    return (await this.#room.setUpCode.renew()).code!;
  }

  /** Makes a user whose password is {@link passwordOf} the name. */
  add(name: string, role: UserRole): Promise<User> {
    return this.#room.users.create({ name, role, password: this.passwordOf(name) });
  }

  /** The password of users made here. */
  passwordOf(name: string): string {
    return `velvet anchor ${[...name].reverse().join("")} trumpet`;
  }

  /** A new session of `name`, as a browser with it sends requests. */
  async browser(name: string): Promise<Required<Pick<Sender, "cookie" | "csrf">>> {
    const { cookie, identity } = await this.begin(name);
    return { cookie, csrf: identity.csrf! };
  }

  /** A new session of `name`. */
  async begin(name: string): Promise<NewSession> {
    const row = await this.#room.users.rowByName(name);
    return await this.#room.sessions.create(row!, "127.0.0.1", "test");
  }

  /** A new token of `name` with these scopes, whether the role holds them or not. */
  async issue(name: string, scopes: readonly Right[]): Promise<string> {
    const { identity } = await this.begin(name);
    const maker = { ...identity, rights: new Set(scopes) };
    const { secret } = await this.#room.tokens.create(maker, { name: scopes.join(" "), scopes });
    await this.#room.sessions.end(identity.sessionId!, identity.user.id);
    return secret;
  }

  /** The sessions of `name`. */
  async sessions(name: string): Promise<Session[]> {
    return await this.#room.sessions.list((await this.#room.users.rowByName(name))!.id);
  }

  /** How many users there are. */
  async count(): Promise<number> {
    return (await this.#room.users.page({ first: 1 })).totalCount;
  }

  /** Ends every session and token of `name`. */
  async revokeAll(name: string): Promise<void> {
    const { identity } = await this.begin(name);
    const { nodes } = await this.#room.tokens.page({ ...identity, rights: new Set() }, { first: 500 });
    for (const { id } of nodes) await this.#room.tokens.revoke(identity, id);
    await this.#room.sessions.endAll(identity.user.id);
  }
}
