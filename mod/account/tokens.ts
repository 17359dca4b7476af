// Copyright the SpareGrid authors. Apache-2.0.
import { type Clock, nowMs, type Random } from "../base/mod.ts";
import type { Catalog, TokenRow } from "../catalog/mod.ts";
import { SgError } from "../errors/mod.ts";
import { type Identity, type User, userOf } from "./identity.ts";
import { notValid, printableName } from "./names.ts";
import { creationCursor, limitOf, type Page, pageOf, type PageOrder } from "./page.ts";
import { isRight, type Right, rightsOfToken } from "./rights.ts";
import { rowId, secretHash, secretText } from "./_secret_text.ts";

/** Tokens that one user may have. */
const TOKENS_MAX = 200;
/** Uses are written down at most this often, ms. */
const NOTE_MS = 60_000;
/** Longest life that can be asked for, ms: a hundred years. */
const LIFE_MS_MAX = 100 * 366 * 86_400_000;
const TOKEN = /^sg_[A-Za-z0-9_-]{43}$/;

/** An API token as its owner sees it; times are milliseconds since 1970. */
export interface Token {
  readonly id: string;
  readonly name: string;
  readonly user: User;
  readonly scopes: readonly Right[];
  readonly createdAt: number;
  readonly expiresAt?: number;
  readonly usedAt?: number;
}

/** What a token is made of. */
export interface NewToken {
  readonly name: string;
  /** At least one; none that the maker does not hold. */
  readonly scopes: readonly Right[];
  /** Left out: it never expires. */
  readonly expiresInMs?: number;
}

/** What {@link Tokens} takes. */
export interface TokensParts {
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly random: Random;
}

/** API tokens: `sg_` and 256 random bits, of which the catalog keeps the hash. */
export class Tokens {
  readonly #parts: TokensParts;

  constructor(parts: TokensParts) {
    this.#parts = parts;
  }

  /**
   * Makes a token for the one who asks. It cannot do more than the asker, nor outlive a token that it was made with: who
   * finds a token cannot make a better one. SG1038, SG1040; SG1041 for too many.
   */
  async create(
    maker: Identity,
    order: NewToken,
  ): Promise<{ readonly token: Token; readonly secret: string }> {
    const { catalog, clock, random } = this.#parts;
    if (maker.kind === "owner") {
      throw new SgError("SG1038", "Cannot make a token: the data folder's owner is no user", {
        remedy: "Sign in as a user, and make the token there.",
      });
    }
    const scopes = scopesOf(order.scopes, maker);
    const now = nowMs(clock);
    const row: TokenRow = {
      ...{ id: rowId(random), userId: maker.user.id, name: printableName("token name", order.name, 100) },
      ...{
        hash: "",
        scopes: JSON.stringify(scopes),
        createdAt: now,
        expiresAt: endOf(order, maker, now),
        usedAt: null,
      },
    };
    const secret = `sg_${secretText(random)}`;
    if (!await catalog.tokens.create({ ...row, hash: secretHash(secret) }, TOKENS_MAX)) {
      throw new SgError("SG1041", `Cannot make a token: there are ${TOKENS_MAX} of this user`, {
        remedy: "Revoke some that are not used any more.",
      });
    }
    return { token: tokenOf(row, maker.user), secret };
  }

  /** Who sent a request with this token; the use is noted. SG1037 when it is none that is valid. */
  async identify(secret: string): Promise<Identity> {
    const { catalog, clock } = this.#parts;
    const found = TOKEN.test(secret) ? await catalog.tokens.byHash(secretHash(secret)) : undefined;
    const now = nowMs(clock);
    if (!found || hasExpired(found.token, now) || found.user.disabledAt !== null) throw notValidToken();
    const { token, user } = found;
    if (token.usedAt === null || Math.abs(now - token.usedAt) >= NOTE_MS) {
      await catalog.tokens.note(token.id, now);
    }
    return {
      kind: "token",
      user: userOf(user),
      rights: rightsOfToken(user.role, readScopes(token)),
      actor: `token:${user.name}/${token.name}`,
      tokenId: token.id,
      ...(token.expiresAt === null ? {} : { expiresAt: token.expiresAt }),
    };
  }

  /**
   * True while the token that `identity` came with may be used, and for the same: for what goes on for long, such as a
   * subscription. It is not noted as a use.
   */
  async lives({ tokenId, rights }: Identity, secret: string): Promise<boolean> {
    const found = await this.#parts.catalog.tokens.byHash(secretHash(secret));
    if (!found || found.token.id !== tokenId || found.user.disabledAt !== null) return false;
    if (hasExpired(found.token, nowMs(this.#parts.clock))) return false;
    const now = rightsOfToken(found.user.role, readScopes(found.token));
    return now.size === rights.size && rights.isSubsetOf(now);
  }

  /** Tokens, the newest first: one's own, of those who may ADMINISTER all. */
  async page(viewer: Identity, order: PageOrder): Promise<Page<Token>> {
    const { tokens } = this.#parts.catalog;
    const userId = ownOnly(viewer);
    const rows = await tokens.page(limitOf(order), userId, creationCursor(order.after));
    return pageOf(
      rows,
      order,
      await tokens.count(userId),
      ({ token }) => [token.createdAt, token.id],
      ({ token, user }) => tokenOf(token, userOf(user)),
    );
  }

  /** Revokes a token: one's own, of those who may ADMINISTER any. SG1036 when there is none such. */
  async revoke(viewer: Identity, id: string): Promise<void> {
    if (await this.#parts.catalog.tokens.remove(id, ownOnly(viewer))) return;
    throw new SgError("SG1036", "Cannot revoke the token: there is none of this ID");
  }
}

function ownOnly(viewer: Identity): string | undefined {
  return viewer.rights.has("ADMINISTER") ? undefined : viewer.user.id;
}

function scopesOf(asked: readonly Right[], maker: Identity): Right[] {
  const scopes = [...new Set(asked)];
  if (scopes.length === 0) throw notValid("scopes", "there are none");
  for (const scope of scopes) {
    if (!isRight(scope)) throw notValid("scopes", `there is none called ${JSON.stringify(scope)}`);
    if (!maker.rights.has(scope)) {
      throw new SgError("SG1038", `Cannot make a token for ${scope}: the right is not yours`, {
        context: { right: scope },
      });
    }
  }
  return scopes;
}

function endOf({ expiresInMs }: NewToken, maker: Identity, now: number): number | null {
  if (expiresInMs !== undefined && !(expiresInMs >= 1_000 && expiresInMs <= LIFE_MS_MAX)) {
    throw notValid("token's life", "it is not between a second and a hundred years");
  }
  const end = Math.min(
    expiresInMs === undefined ? Infinity : now + Math.floor(expiresInMs),
    maker.expiresAt ?? Infinity,
  );
  return end === Infinity ? null : end;
}

function hasExpired({ expiresAt }: TokenRow, now: number): boolean {
  return expiresAt !== null && expiresAt <= now;
}

function readScopes({ scopes }: TokenRow): string[] {
  return JSON.parse(scopes) as string[];
}

function tokenOf(row: TokenRow, user: User): Token {
  return {
    ...{
      id: row.id,
      name: row.name,
      user,
      scopes: readScopes(row).filter(isRight),
      createdAt: row.createdAt,
    },
    ...(row.expiresAt === null ? {} : { expiresAt: row.expiresAt }),
    ...(row.usedAt === null ? {} : { usedAt: row.usedAt }),
  };
}

function notValidToken(): SgError {
  return new SgError("SG1037", "Cannot answer: the API token is unknown, was revoked or has expired");
}
