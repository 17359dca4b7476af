// Copyright the SpareGrid authors. Apache-2.0.
import type { Clock } from "../base/mod.ts";
import type { Caller } from "./callers.ts";
import type { Loaders } from "./loaders.ts";
import type { ApiNeeds } from "./needs.ts";

/** What every resolver of a request sees. */
export interface ApiContext {
  readonly needs: ApiNeeds;
  readonly clock: Clock;
  readonly load: Loaders;
  /** Who asks; undefined: nobody is signed in. */
  readonly caller: Caller | undefined;
  readonly from: {
    readonly address: string;
    /** `User-Agent`, cut to a sensible length: text of a stranger. */
    readonly agent: string;
  };
  /** The header `X-SpareGrid-CSRF`. */
  readonly csrf: string | undefined;
  /** Aborts when the client is gone, the session ended, the time is up or the service stops. */
  readonly signal: AbortSignal;
  /** The cookie to set with the answer; null: the one that there is goes. */
  readonly cookie: { set?: string | null };
}
