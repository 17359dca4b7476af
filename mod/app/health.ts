// Copyright the SpareGrid authors. Apache-2.0.

/** How the service is, as `/health` tells it. */
export interface HealthReport {
  /** The process answers. */
  readonly alive: true;
  /** It does its work: started, not ending, nothing it needs is missing. */
  readonly ready: boolean;
  /** Why it is not ready; empty when it is. */
  readonly reasons: readonly string[];
}

/** Something that the service needs: answers why it is missing, or undefined when it is there. */
export type HealthCheck = () => string | undefined | Promise<string | undefined>;

/** Gathers what keeps the service from being ready. */
export class Health {
  readonly #checks = new Map<string, HealthCheck>();
  #phase: "starting" | "ready" | "stopping" = "starting";

  /** Adds a check under a name of its own. */
  add(name: string, check: HealthCheck): void {
    this.#checks.set(name, check);
  }

  /** Says that the start is over, or that the end has begun. */
  enter(phase: "ready" | "stopping"): void {
    this.#phase = phase;
  }

  /** How things are now. A check that fails counts as a reason. */
  async report(): Promise<HealthReport> {
    const reasons: string[] = this.#phase === "ready" ? [] : [`the service is ${this.#phase}`];
    for (const [name, check] of this.#checks) {
      try {
        const reason = await check();
        if (reason !== undefined) reasons.push(`${name}: ${reason}`);
      } catch (error) {
        reasons.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    return { alive: true, ready: reasons.length === 0, reasons };
  }
}
