// Copyright the SpareGrid authors. Apache-2.0.
import type { Clock } from "../base/mod.ts";
import type { Loaders } from "./loaders.ts";
import type { ApiNeeds } from "./needs.ts";
import type { Caller, TryFrom } from "./people_needs.ts";

/** What every resolver of a request sees. */
export interface ApiContext {
  readonly needs: ApiNeeds;
  readonly clock: Clock;
  readonly load: Loaders;
  /** Who asks; undefined: nobody is signed in. */
  readonly caller: Caller | undefined;
  readonly from: TryFrom;
  /** The header `X-SpareGrid-CSRF`. */
  readonly csrf: string | undefined;
  /** Aborts when the client is gone, the session ended, the time is up or the service stops. */
  readonly signal: AbortSignal;
  /** The cookie to set with the answer; null: the one that there is goes. */
  readonly cookie: { set?: string | null };
}
