// Copyright the SpareGrid authors. Apache-2.0.

/** What sharing a server's space takes. All in bytes. */
export interface ShareFacts {
  /** What the server has to give. */
  readonly totalBytes: number;
  /** Sum of the quotas that administrators set. */
  readonly fixedBytes: number;
  /** Accounts whose quota is a share, and what each has stored. */
  readonly sharing: readonly { readonly id: string; readonly usedBytes: number }[];
}

/** The quota of a new account, and those of the others that follow from it. */
export interface Shares {
  readonly newBytes: number;
  readonly quotas: readonly { readonly id: string; readonly quotaBytes: number }[];
}

/**
 * Shares the space among the accounts and one more: what is free is parted evenly; the others keep what they use and get
 * their part beyond. Of 100 GB of which the one account uses 10, the second gets 45 and the first now has 55.
 */
export function automaticShares({ totalBytes, fixedBytes, sharing }: ShareFacts): Shares {
  const used = sharing.reduce((sum, { usedBytes }) => sum + usedBytes, 0);
  const newBytes = Math.max(0, Math.floor((totalBytes - fixedBytes - used) / (sharing.length + 1)));
  return { newBytes, quotas: sharing.map(({ id, usedBytes }) => ({ id, quotaBytes: usedBytes + newBytes })) };
}
