// Copyright the SpareGrid authors. Apache-2.0.
import { createHmac } from "node:crypto";
import { type Clock, nowMs, type Random, utf8 } from "../base/mod.ts";
import type { Catalog, SessionRow, UserRow } from "../catalog/mod.ts";
import { constantTimeEqual } from "../crypto/mod.ts";
import { SgError } from "../errors/mod.ts";
import { type Identity, userOf } from "./identity.ts";
import { rightsOfRole } from "./rights.ts";
import { isYoung, rowId, secretHash, secretText } from "./_secret_text.ts";

/** A session ends after this long without a request, ms. */
export const SESSION_IDLE_MS = 30 * 60_000;
/** A session ends this long after the sign-in, whatever is done, ms. */
export const SESSION_LIFE_MS = 12 * 60 * 60_000;

/** What is dangerous takes a session whose user gave the password no longer ago than this, ms. */
const PROOF_LIFE_MS = 15 * 60_000;

/** Sessions that one user may have; the oldest go. */
const SESSIONS_MAX = 100;
/** Uses are written down at most this often, ms: a session may seem that much longer idle than it was. */
const NOTE_MS = 60_000;

/** A signed-in browser; times are milliseconds since 1970. */
export interface Session {
  readonly id: string;
  readonly createdAt: number;
  readonly seenAt: number;
  readonly address: string;
  /** The browser, as it calls itself: text of a stranger. */
  readonly agent: string;
}

/** A session that was just made. */
export interface NewSession {
  /** The cookie's value: 43 characters. It is kept nowhere, only its hash. */
  readonly cookie: string;
  readonly identity: Identity;
}

/** What {@link Sessions} takes. */
export interface SessionsParts {
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly random: Random;
}

/** Signed-in browsers: 256 random bits in a cookie, of which the catalog keeps the hash. */
export class Sessions {
  readonly #parts: SessionsParts;

  constructor(parts: SessionsParts) {
    this.#parts = parts;
  }

  /**
   * Makes a session for a user whose password and second factor were just verified: `user` is what they were verified
   * against. SG1037 when the user was changed, disabled or removed meanwhile.
   */
  async create(user: UserRow, address: string, agent: string): Promise<NewSession> {
    const { catalog, clock, random } = this.#parts;
    const now = nowMs(clock);
    const cookie = secretText(random);
    const row: SessionRow = {
      ...{ id: rowId(random), cookieHash: secretHash(cookie), userId: user.id, createdAt: now, seenAt: now },
      provedAt: now,
      ...{ address: address.slice(0, 100).toWellFormed(), agent: agent.slice(0, 300).toWellFormed() },
    };
    await catalog.sessions.removeExpired(now - SESSION_LIFE_MS, now - SESSION_IDLE_MS);
    if (!await catalog.sessions.create(row, user, SESSIONS_MAX)) throw notSignedIn();
    return { cookie, identity: identityOf(row, user, cookie) };
  }

  /** Who sent a request with this cookie; the use is noted. SG1037 when it is no cookie of a session that lives. */
  async identify(cookie: string): Promise<Identity> {
    const { catalog, clock } = this.#parts;
    const found = isCookie(cookie) ? await catalog.sessions.byCookie(secretHash(cookie)) : undefined;
    const now = nowMs(clock);
    if (!found || !isAlive(found.session, now) || found.user.disabledAt !== null) throw notSignedIn();
    if (Math.abs(now - found.session.seenAt) >= NOTE_MS) await catalog.sessions.note(found.session.id, now);
    return identityOf(found.session, found.user, cookie);
  }

  /** SG1038 unless `given`, the header `X-SpareGrid-CSRF` of a request, is the value that belongs to its session. */
  requireCsrf(identity: Identity, given: string | null | undefined): void {
    const expected = utf8(identity.csrf ?? "");
    if (expected.length > 0 && constantTimeEqual(expected, utf8((given ?? "").slice(0, 100)))) return;
    throw new SgError("SG1038", "Cannot change anything: the header X-SpareGrid-CSRF is missing or wrong");
  }

  /**
   * SG1053 for a session whose user gave the password too long ago for what is dangerous: who finds a browser left open, or
   * gets hold of its cookie, cannot do that. Tokens and the owner's file were made for such work, and pass.
   */
  requireProof({ kind, provedAt }: Identity): void {
    if (kind !== "session" || isYoung(provedAt ?? 0, nowMs(this.#parts.clock), PROOF_LIFE_MS)) return;
    throw new SgError("SG1053", "Cannot do this yet: confirm with your password that it is you");
  }

  /** Notes that the session's user just gave the password. For {@link SignIn.confirm}. */
  async noteProof(id: string): Promise<void> {
    await this.#parts.catalog.sessions.prove(id, nowMs(this.#parts.clock));
  }

  /** A user's sessions that live, the oldest first. */
  async list(userId: string): Promise<Session[]> {
    const now = nowMs(this.#parts.clock);
    const rows = await this.#parts.catalog.sessions.ofUser(userId);
    return rows.filter((row) => isAlive(row, now)).map(({ id, createdAt, seenAt, address, agent }) => (
      { id, createdAt, seenAt, address, agent }
    ));
  }

  /** Ends a session of a user. SG1036 when the user has none of this ID. */
  async end(id: string, userId: string): Promise<void> {
    if (await this.#parts.catalog.sessions.end(id, userId)) return;
    throw new SgError("SG1036", "Cannot end the session: there is none of this ID");
  }

  /** Ends all sessions of a user, but for `kept`; answers their IDs. */
  async endAll(userId: string, kept?: string): Promise<string[]> {
    return await this.#parts.catalog.sessions.endAll(userId, kept);
  }

  /** True while the session may be used: for what goes on for long, such as a subscription. */
  async lives(identity: Identity): Promise<boolean> {
    const rows = await this.list(identity.user.id);
    return rows.some(({ id }) => id === identity.sessionId);
  }
}

/** The request has no session that lives. */
export function notSignedIn(): SgError {
  return new SgError("SG1037", "Cannot answer: nobody is signed in, or the session has ended");
}

function isCookie(text: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(text);
}

function isAlive({ createdAt, seenAt }: SessionRow, now: number): boolean {
  return isYoung(createdAt, now, SESSION_LIFE_MS) && isYoung(seenAt, now, SESSION_IDLE_MS);
}

function identityOf(session: SessionRow, user: UserRow, cookie: string): Identity {
  return {
    kind: "session",
    user: userOf(user),
    rights: rightsOfRole(user.role),
    actor: `user:${user.name}`,
    sessionId: session.id,
    provedAt: session.provedAt,
    // Who has the cookie can make it, who has the catalog cannot: it holds the cookie's hash only.
    csrf: createHmac("sha256", cookie).update("SpareGrid csrf 1").digest("base64url"),
  };
}
