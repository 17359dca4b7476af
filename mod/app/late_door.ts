// Copyright the SpareGrid authors. Apache-2.0.
import { answerPlain, type HttpHandler } from "../http/mod.ts";

/**
 * The handler of a port that is opened before what it leads to is there: until {@link LateDoor.lead} requests are told to come back
 * (503). So a port that is taken shows before any work is begun, and a start that takes long can be watched.
 */
export class LateDoor {
  #behind: HttpHandler | undefined;

  /** What the port is opened with. */
  readonly handler: HttpHandler = (request, response, call) => {
    if (this.#behind !== undefined) return this.#behind(request, response, call);
    answerPlain(response, 503);
    return Promise.resolve();
  };

  /** From now on requests go there. */
  lead(handler: HttpHandler): void {
    this.#behind = handler;
  }
}
