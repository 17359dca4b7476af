// Copyright the SpareGrid authors. Apache-2.0.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Log } from "../base/mod.ts";
import type { HttpCall } from "../http/mod.ts";
import type { PortAccounts } from "./needs.ts";
import type { Stores } from "./stores.ts";

/** What the port needs. */
export interface BackupPortParts {
  readonly stores: Stores;
  readonly accounts: PortAccounts;
  readonly log: Log;
  /** Basic is taken over plain HTTP from other machines, too. Asked anew each time. */
  readonly allowBasicPlain: () => boolean;
}

/** One request on its way through the port. */
export interface PortCall {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly call: HttpCall;
}
