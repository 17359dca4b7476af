// Copyright the SpareGrid authors. Apache-2.0.
// What the backup port wants to know of accounts. `mod/account` decides all of it; `app` hands it in.

/** An account as the backup port needs it; times are ms since 1970. */
export interface PortAccount {
  readonly id: string;
  readonly state: "pending" | "active" | "inactive";
  readonly suspended: boolean;
  /** Hard limit on stored and trashed bytes; null: nothing is allotted. */
  readonly quotaBytes: number | null;
  readonly appendOnly: boolean;
  readonly retentionLockDays: number;
  /** Null: no limit. */
  readonly uploadBytesPerSecond: number | null;
}

/** What a request shows of who sends it. */
export interface ClientClaim {
  readonly method: string;
  /** The whole URI as the client sees it: scheme, host, path and query. */
  readonly targetUri: string;
  readonly headers: { get(name: string): string | null | undefined };
  /** True unless it is certain that there is no body. */
  readonly hasBody: boolean;
  readonly remoteAddress: string;
  /** Basic may be used: over TLS, from this machine, or because an administrator allows it. */
  readonly basicAllowed: boolean;
}

/** Who sent a request, proved. */
export interface ProvedClient {
  readonly account: PortAccount;
  /** SHA-256 that the body must have, where the request was signed with one. */
  readonly bodySha256?: Uint8Array;
}

/** A new account with its secret. */
export interface NewClient {
  readonly account: PortAccount;
  readonly secret: string;
}

/** The accounts of this server. */
export interface PortAccounts {
  /**
   * Proves who sent a request, whatever the state of its account. SG1037 without or with wrong credentials, SG1038 for Basic
   * where it is not allowed, SG1044 for a signature that is not right, SG1039 after too many failed tries.
   */
  authenticate(claim: ClientClaim): Promise<ProvedClient>;
  /** The account as it is now, out of memory where possible: uploads ask again and again. SG1036. */
  get(id: string): Promise<PortAccount>;
  /** Uses an invite's one-time code. SG1043, SG1035, SG1039, SG1040. */
  redeem(order: { code: string; gridId: string; address: string }): Promise<NewClient>;
  /** Asks for an account. SG1035, SG1039, SG1040. */
  request(order: { gridId: string; label: string; address: string }): Promise<NewClient>;
  /**
   * Makes an inactive account for a folder of the store that belongs to none the catalog knows (it was lost): its files are
   * counted and kept until an administrator decides.
   */
  adopt(id: string): Promise<void>;
}
