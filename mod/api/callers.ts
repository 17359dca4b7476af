// Copyright the SpareGrid authors. Apache-2.0.
import type { AccountRoom, Identity } from "../account/mod.ts";
import { isSgError, SgError } from "../errors/mod.ts";

/** What of `account` proves who asks. */
export type CallerNeeds = Pick<AccountRoom, "sessions" | "tokens" | "ownerToken" | "users">;

/** Who asks, proved by what the request came with. */
export interface Caller {
  readonly identity: Identity;
  /** The session or the token, for telling it from others. */
  readonly key: string;
  /** True while the session or the token lives and its user still has these rights. Does not count as its use. */
  readonly stillMay: () => Promise<boolean>;
}

/** The caller of a bearer token. SG1037 for one that is not valid here. */
export async function callerByToken(
  { tokens, ownerToken }: CallerNeeds,
  authorization: string,
  address: string,
): Promise<Caller> {
  const text = /^Bearer ([\w.~+/=-]{1,512})$/i.exec(authorization)?.[1] ?? "";
  if (text.startsWith("sgo_")) {
    // The service makes it anew when it starts: while it runs, the token lives.
    return {
      identity: ownerToken.identify(text, address),
      key: "owner",
      stillMay: () => Promise.resolve(true),
    };
  }
  const identity = await tokens.identify(text);
  return {
    identity,
    key: `token ${identity.tokenId}`,
    stillMay: () => tokens.lives(identity, text),
  };
}

/** The caller of a session's cookie; undefined for one that is over. */
export async function callerByCookie(
  { sessions, users }: CallerNeeds,
  cookie: string,
): Promise<Caller | undefined> {
  try {
    const identity = await sessions.identify(cookie);
    return {
      identity,
      key: `session ${identity.sessionId}`,
      stillMay: () =>
        unlessRefused(async () =>
          await sessions.lives(identity) && (await users.get(identity.user.id)).role === identity.user.role
        ),
    };
  } catch (error) {
    if (isSgError(error, "SG1037")) return undefined;
    throw error;
  }
}

/** The identity of the caller. SG1037 where there is none. */
export function identityOf(caller: Caller | undefined): Identity {
  if (!caller) throw new SgError("SG1037", "Cannot answer the request: nobody is signed in");
  return caller.identity;
}

async function unlessRefused(ask: () => Promise<boolean>): Promise<boolean> {
  try {
    return await ask();
  } catch (error) {
    if (isSgError(error, "SG1037") || isSgError(error, "SG1036")) return false;
    throw error;
  }
}
