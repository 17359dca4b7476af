// Copyright the SpareGrid authors. Apache-2.0.
/**
 * Account: who may do what. Users of this installation, their sessions, API tokens and rights; clients of this server, the
 * invites that make them and the requests that they send; and the vault that seals secrets for the catalog.
 *
 * It opens no port and reads no cookie: doors hand it the texts that they found. It writes no audit log: who acts does. It
 * follows OWASP ASVS 5.0 (W2 to W7 of docs/SECURITY-TESTS.md), RFC 7617 (Basic), RFC 9421 (signatures, by mod/signature),
 * RFC 7914 (scrypt), RFC 5869 (HKDF), RFC 6238 (one-time codes).
 *
 * A request to the console or the API: `sessions.identify(cookie)` and, for what changes something, `sessions.requireCsrf`;
 * or `tokens.identify(text)` for `sg_…`; or `ownerToken.identify(text, address)` for `sgo_…`. Each answers an `Identity` with
 * its rights. A request to the backup port:
 * `RequestIdentity.authenticate`; all that port needs is `PortAccounts`.
 *
 * Invariants: the catalog holds no secret but hashed or sealed; an administrator who can sign in is always left; a failed
 * try costs the one who makes it time and tells nothing about which names exist, and locks nobody out for good; memory that
 * strangers can fill is bounded; what can be used once is used up in one transaction.
 * @module
 */
export { type AccountRoom, type AccountRoomPlace, openAccountRoom } from "./open.ts";
export { openVault, Vault, type VaultPlace } from "./vault.ts";
export {
  isRight,
  requireRight,
  type Right,
  RIGHTS,
  rightsOfRole,
  rightsOfToken,
  USER_ROLES,
  type UserRole,
} from "./rights.ts";
export { type Identity, OWNER, type User } from "./identity.ts";
export { type CursorPlace, type Page, PAGE_MAX, type PageOrder } from "./page.ts";
export { type NewUser, USER_NAME_MAX, Users, type UsersParts, type UserUpdate } from "./users.ts";
export {
  acceptablePassword,
  PASSWORD_CHARACTERS_MAX,
  PASSWORD_CHARACTERS_MIN,
  PasswordHasher,
} from "./password_hash.ts";
export { type BegunFactor, SecondFactors, type SecondFactorsParts } from "./second_factors.ts";
export {
  type PasswordChange,
  type ProofOrder,
  SignIn,
  type SignInOrder,
  type SignInParts,
} from "./sign_in.ts";
export {
  type NewSession,
  type Session,
  SESSION_IDLE_MS,
  SESSION_LIFE_MS,
  Sessions,
  type SessionsParts,
} from "./sessions.ts";
export { type NewToken, type Token, Tokens, type TokensParts } from "./tokens.ts";
export {
  SET_UP_CODE_LIFE_MS,
  SetUpCode,
  type SetUpCodeParts,
  type SetUpOrder,
  type SetUpState,
} from "./set_up_code.ts";
export { OwnerToken, readOwnerToken } from "./owner_token.ts";
export {
  type Account,
  type AccountUpdate,
  type AccountWithSecret,
  RETENTION_LOCK_DAYS,
  RETENTION_LOCK_DAYS_MAX,
  RETENTION_LOCK_DAYS_MIN,
} from "./account.ts";
export { type AccountRequest, Accounts, type AccountsParts, type Approval } from "./accounts.ts";
export {
  type Invite,
  INVITE_LIFE_MS,
  Invites,
  type InvitesParts,
  type NewInvite,
  type Redemption,
} from "./invites.ts";
export { INVITE_CODE_BYTES, type InviteFacts, inviteText, parseInvite } from "./invite_text.ts";
export {
  type ProvedSender,
  type RefusedSender,
  RequestIdentity,
  type RequestIdentityParts,
  requireActive,
  type SenderClaim,
} from "./request_identity.ts";
export { type ClientRequest, PortAccounts, type PortAccountsParts } from "./port_accounts.ts";
export { SIGNATURE_WINDOW_SECONDS } from "./nonce_memory.ts";
export { accountId, isAccountId, printableName } from "./names.ts";
export { TRY_LIMITS, TryLimiter, type TryLimits } from "./try_limiter.ts";
