// Copyright the SpareGrid authors. Apache-2.0.
import type { Accounts } from "../account/mod.ts";
import { isSgError, type SgCode } from "../errors/mod.ts";
import type { Stores } from "./stores.ts";

/** What an order to remove came to. */
export interface StoredRemoval {
  readonly movedFiles: number;
  readonly movedBytes: number;
  /** Repositories that stay as they were, and why. */
  readonly refused: readonly {
    readonly repository: string;
    readonly code: SgCode;
    readonly message: string;
  }[];
}

/** What {@link removeStored} works on. */
export interface RemovalRooms {
  readonly stores: Pick<Stores, "repositories" | "removeRepository">;
  readonly accounts: Pick<Accounts, "get" | "setActive" | "remove">;
}

/**
 * Moves a repository of an account to the trash; or, where none is named, keeps the account out, moves all that it has, and
 * forgets it once the trash has nothing of it either. What cannot be moved is named, the rest is. SG1036 for an account that
 * there is not.
 */
export async function removeStored(
  { stores, accounts }: RemovalRooms,
  account: string,
  repository?: string,
): Promise<StoredRemoval> {
  await accounts.get(account);
  if (repository === undefined) await accounts.setActive(account, false);
  const names = repository === undefined
    ? (await stores.repositories(account)).map((facts) => facts.repository)
    : [repository];
  let [movedFiles, movedBytes] = [0, 0];
  const refused: StoredRemoval["refused"][number][] = [];
  for (const name of names) {
    try {
      const { files, bytes } = await stores.removeRepository({ account, repository: name });
      movedFiles += files;
      movedBytes += bytes;
    } catch (error) {
      if (!isSgError(error)) throw error;
      // One that only the trash holds is removed already.
      if (repository === undefined && error.code === "SG1002") continue;
      refused.push({ repository: name, code: error.code, message: error.message });
    }
  }
  if (repository === undefined && (await stores.repositories(account)).length === 0) {
    await accounts.remove(account);
  }
  return { movedFiles, movedBytes, refused };
}
