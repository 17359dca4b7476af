// Copyright the SpareGrid authors. Apache-2.0.
import type { Clock } from "../base/mod.ts";
import type { SgError } from "../errors/mod.ts";

/** After its work was ended, a request has this long to say why, ms. */
const GRACE_MS = 1_000;

/** From the first byte of a request to the last of its answer, which for a subscription may be days. */
export class RequestLife implements Disposable {
  readonly #work = new AbortController();
  readonly #line = new AbortController();
  readonly #clientGone: AbortSignal;
  readonly #over = new AbortController();
  readonly #clock: Clock;
  readonly #lives: Set<RequestLife> | undefined;
  readonly #onGone = (): void => {
    this.#line.abort();
    this.#work.abort();
  };

  /** Joins `lives`, all of those that are under way, until it is over. */
  constructor(clientGone: AbortSignal, clock: Clock, lives?: Set<RequestLife>) {
    this.#clientGone = clientGone;
    this.#clock = clock;
    this.#lives = lives;
    lives?.add(this);
    clientGone.addEventListener("abort", this.#onGone, { once: true });
    if (clientGone.aborted) this.#onGone();
  }

  /** Aborts when the work is to end. */
  get work(): AbortSignal {
    return this.#work.signal;
  }

  /** Aborts when nothing can be sent any more: the client is gone, or had its time to be told why. */
  get line(): AbortSignal {
    return this.#line.signal;
  }

  /**
   * Ends work and line at once, because the service stops. A subscription is not told that it is complete: so its client
   * comes again.
   */
  cut(): void {
    this.#onGone();
  }

  /** Ends the work, for a reason that the client is told. */
  end(reason: SgError): void {
    if (this.#work.signal.aborted) return;
    this.#work.abort(reason);
    void this.#clock.sleep(GRACE_MS, this.#over.signal).then(() => this.#line.abort(), () => {});
  }

  [Symbol.dispose](): void {
    this.#lives?.delete(this);
    this.#clientGone.removeEventListener("abort", this.#onGone);
    this.#over.abort();
  }
}
