// Copyright the SpareGrid authors. Apache-2.0.
import type { KeyId } from "../base/mod.ts";
import type { KeyEntry } from "../repository/mod.ts";
import type { RunOptions } from "./orders.ts";
import type { Session } from "./session.ts";

/** A password to add, and whose it is: this user on this machine where left out. */
export interface NewKey {
  readonly password: string;
  readonly username?: string;
  readonly hostname?: string;
}

/** The keys (passwords) of the repository, the oldest first; those that cannot be read are told to the observer. */
export async function listKeys(session: Session, options: RunOptions): Promise<KeyEntry[]> {
  await using run = await session.begin({ exclusive: false }, options);
  return await run.repository.listKeys({
    signal: run.signal,
    onDamage: (_, { code, message }) => options.observer.problem({ code, message }),
  });
}

/** Adds a password. */
export async function addKey(session: Session, key: NewKey, options: RunOptions): Promise<KeyId> {
  await using run = await session.begin({ exclusive: false, stores: true }, options);
  return await run.repository.addKey(key, { signal: run.signal });
}

/** Removes a key by its ID or the beginning of it. SG1031 no such key, SG1029 it is the one in use. */
export async function removeKey(session: Session, id: string, options: RunOptions): Promise<KeyId> {
  await using run = await session.begin({ exclusive: true }, options);
  return await run.repository.removeKey(id, { signal: run.signal });
}

/** Replaces the password in use. */
export async function changePassword(
  session: Session,
  password: string,
  options: RunOptions,
): Promise<KeyId> {
  await using run = await session.begin({ exclusive: true }, options);
  return await run.repository.changePassword({ password }, { signal: run.signal });
}

/** Removes locks whose holder is gone, or all locks. Gives how many. Takes none itself. */
export function unlock(
  session: Session,
  { all }: { readonly all: boolean },
  { signal }: RunOptions,
): Promise<number> {
  return session.repository.unlock({ signal, removeAll: all });
}
