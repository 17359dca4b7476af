// Copyright the SpareGrid authors. Apache-2.0.
import { addressGroup, type Clock } from "../base/mod.ts";
import type { Catalog, UserRow } from "../catalog/mod.ts";
import { isSgError, SgError } from "../errors/mod.ts";
import type { User } from "./identity.ts";
import { type BudgetLimits, NameBudget } from "./name_budget.ts";
import { type PasswordHasher, tooManyTries } from "./password_hash.ts";
import { isRecoveryCode, type SecondFactors, wrongCode } from "./second_factors.ts";
import type { NewSession, Sessions } from "./sessions.ts";
import { TryLimiter } from "./try_limiter.ts";
import type { Users } from "./users.ts";
import { secretHash } from "./_secret_text.ts";

/** What is needed to sign in. */
export interface SignInOrder {
  readonly userName: string;
  readonly password: string;
  /** Of the second factor, where the user has one: a code of the app, or a recovery code. */
  readonly code?: string;
  /** The IP address that the request came from. */
  readonly address: string;
  /** The browser, as it calls itself. */
  readonly agent: string;
}

/** What is needed to change one's own password. */
export interface PasswordChange {
  readonly userId: string;
  readonly oldPassword: string;
  readonly newPassword: string;
  readonly address: string;
  /** The session that goes on; all others of the user end. */
  readonly keptSession?: string;
}

/** What is needed to prove again who one is. */
export interface ProofOrder {
  readonly userId: string;
  readonly sessionId: string;
  readonly password: string;
  readonly code?: string;
  readonly address: string;
}

/** What {@link SignIn} takes. */
export interface SignInParts {
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly hasher: PasswordHasher;
  readonly users: Users;
  readonly sessions: Sessions;
  readonly secondFactors: SecondFactors;
}

/** Who knows the password may be wrong about the code this often: in a year, some 4 in 100 would guess one. */
const CODE_LIMITS: BudgetLimits = { failuresMax: 10, forgetMs: 2_400_000 };
/** Unknown names share this many budgets: memory stays bounded, and they slow down as known ones do. */
const UNKNOWN_NAMES = 1_024;
/** Addresses that are remembered for a user, and users for whom some are. */
const KNOWN_ADDRESSES_MAX = 8;
const KNOWN_USERS_MAX = 1_000;

/**
 * Signing in with a name and a password.
 *
 * Who fails is slowed down by address: five free tries, then 1, 2, 4 … s up to a quarter of an hour. Over all addresses, a
 * name may be tried wrongly 60 times an hour at most. Neither locks the owner out: guessing from one address never empties
 * the name's budget, and where many addresses do, those from which the user signed in before are let through. All else is
 * the same for a name that does not exist: the work, the text, the slowing down.
 */
export class SignIn {
  readonly #parts: SignInParts;
  readonly #addresses: TryLimiter;
  readonly #names: NameBudget;
  readonly #codes: NameBudget;
  /** Addresses from which users signed in, by user, the latest last. */
  readonly #known = new Map<string, readonly string[]>();

  constructor(parts: SignInParts) {
    this.#parts = parts;
    this.#addresses = new TryLimiter(parts.clock);
    this.#names = new NameBudget(parts.clock);
    this.#codes = new NameBudget(parts.clock, CODE_LIMITS);
  }

  /**
   * Signs in. SG1037, with one text for all causes, when name and password do not fit or the user is disabled; SG1052 where
   * the user has a second factor and no code was given, SG1037 for a wrong one; SG1039 with `waitSeconds` after too many
   * tries, without looking at the password.
   */
  async signIn({ userName, password, code, address, agent }: SignInOrder): Promise<NewSession> {
    const user = await this.#verify(
      () => this.#parts.users.rowByName(userName),
      userName,
      password,
      address,
      (user) => this.#useCode(user, code, address),
    );
    const passwordHash = await this.#parts.users.renewHash(user, password);
    return await this.#parts.sessions.create({ ...user, passwordHash }, address, agent);
  }

  /** Changes one's own password and ends the other sessions. SG1037, SG1039 as at signing in; SG1040 for the new one. */
  async changePassword(change: PasswordChange): Promise<User> {
    const { userId, oldPassword, newPassword, address, keptSession } = change;
    const row = await this.#parts.users.row(userId);
    await this.#verify(() => Promise.resolve(row), row.name, oldPassword, address);
    return await this.#parts.users.update(userId, { password: newPassword }, keptSession);
  }

  /** Proves again who uses a session; see {@link Sessions.requireProof}. SG1037, SG1039, SG1052 as at signing in. */
  async confirm({ userId, sessionId, password, code, address }: ProofOrder): Promise<void> {
    const row = await this.#parts.users.row(userId);
    const find = () => Promise.resolve(row);
    await this.#verify(find, row.name, password, address, (user) => this.#useCode(user, code, address));
    await this.#parts.sessions.noteProof(sessionId);
  }

  /** The user, when the password is right and `further` does not refuse; as `further` leaves it. */
  async #verify(
    find: () => Promise<UserRow | undefined>,
    name: string,
    password: string,
    address: string,
    further: (user: UserRow) => Promise<UserRow> = (user) => Promise.resolve(user),
  ): Promise<UserRow> {
    const place = addressGroup(address);
    refuseAfter(this.#addresses.take(place));
    let budget: string | undefined;
    try {
      const user = await find();
      const key = user?.id ?? unknownName(name);
      const waitMs = this.#names.take(key);
      if (waitMs === 0) budget = key;
      else if (!user || !await this.#isKnown(user, place)) throw tooManyTries(waitMs);
      const hash = user?.passwordHash ?? this.#parts.hasher.decoy;
      const asker = user && this.#known.get(user.id)?.includes(place) ? "known" : "stranger";
      const right = await this.#parts.hasher.verify(password, hash, asker);
      if (!user || !right || user.disabledAt !== null) throw wrong();
      const proved = await further(user);
      this.#addresses.clear(place);
      if (budget !== undefined) this.#names.forgive(budget);
      this.#remember(user, place);
      return proved;
    } catch (error) {
      // What was not looked at is no failed try.
      if (!isSgError(error, "SG1037")) {
        this.#addresses.forgive(place);
        if (budget !== undefined) this.#names.forgive(budget);
      }
      throw error;
    }
  }

  /** Uses up a code of the user's second factor, where there is one. */
  async #useCode(user: UserRow, code = "", address: string): Promise<UserRow> {
    if (user.factorSince === null) return user;
    if (code.trim() === "") {
      throw new SgError("SG1052", "Cannot prove who you are: the code of the second factor is missing");
    }
    // A recovery code cannot be guessed: it gets its owner in while somebody guesses the app's.
    const waitMs = isRecoveryCode(code) ? 0 : this.#codes.take(user.id);
    if (waitMs > 0 && !await this.#isKnown(user, addressGroup(address))) throw tooManyTries(waitMs);
    const proved = await this.#parts.secondFactors.use(user, code);
    if (!proved) throw wrongCode();
    this.#codes.forgive(user.id);
    return proved;
  }

  async #isKnown(user: UserRow, place: string): Promise<boolean> {
    if (this.#known.get(user.id)?.includes(place)) return true;
    const sessions = await this.#parts.sessions.list(user.id);
    return sessions.some(({ address }) => addressGroup(address) === place);
  }

  #remember({ id }: UserRow, place: string): void {
    const places = (this.#known.get(id) ?? []).filter((other) => other !== place);
    this.#known.delete(id);
    this.#known.set(id, [...places, place].slice(-KNOWN_ADDRESSES_MAX));
    if (this.#known.size > KNOWN_USERS_MAX) this.#known.delete(this.#known.keys().next().value!);
  }
}

function refuseAfter(waitMs: number): void {
  if (waitMs > 0) throw tooManyTries(waitMs);
}

function unknownName(name: string): string {
  const hash = secretHash(name.slice(0, 1_000).toLowerCase());
  return `unknown ${parseInt(hash.slice(0, 8), 16) % UNKNOWN_NAMES}`;
}

function wrong(): SgError {
  return new SgError("SG1037", "Cannot sign in: the user name or the password is wrong", {
    remedy: "Check both, and that Caps Lock is off. An administrator can set a new password.",
  });
}
