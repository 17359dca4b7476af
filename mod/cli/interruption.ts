// Copyright the SpareGrid authors. Apache-2.0.
import type { Clock } from "../base/mod.ts";
import { EXIT, SgError } from "../errors/mod.ts";
import type { Terminal } from "./terminal.ts";

/** A second request within this time counts as the same key press (terminals and shells can send two), ms. */
const BOUNCE_MS = 50;

/** Ctrl-C: the first asks the command to end cleanly, the second ends the process at once. */
export class Interruption {
  readonly #controller = new AbortController();
  readonly #stopListening: () => void;
  #firstMs: number | undefined;

  constructor(terminal: Terminal, clock: Clock) {
    this.#stopListening = terminal.onInterrupt(() => {
      const now = clock.monotonicMs();
      if (this.#firstMs === undefined) {
        this.#firstMs = now;
        if (terminal.stderrIsTerminal) {
          terminal.writeError("\nEnding cleanly; press Ctrl-C again to stop at once\n");
        }
        this.#controller.abort(new SgError("SG1016", "The command was interrupted"));
      } else if (now - this.#firstMs > BOUNCE_MS) {
        terminal.exit(EXIT.interrupted);
      }
    });
  }

  /** Aborts at the first request. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  [Symbol.dispose](): void {
    this.#stopListening();
  }
}
