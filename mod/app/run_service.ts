// Copyright the SpareGrid authors. Apache-2.0.
import type { InstallationOrder } from "./setting_sources.ts";

/** What running the service takes. */
export interface ServiceOrder extends InstallationOrder {
  /** Standard error is a terminal: the log is for people. */
  readonly forPeople: boolean;
  /** Asks a person for the Grid ID at the first start, with a proposal; left out where nobody sits there. */
  readonly askGridId?: (proposal: string) => Promise<string>;
}

/** What there is to say once the service has started. */
export interface ServiceStart {
  readonly version: string;
  readonly gridId: string;
  readonly dataFolder: string;
  readonly roles: readonly ("client" | "server")[];
  /** Addresses in use, by name: backup, backupTls, console, consoleTls. */
  readonly ports: Readonly<Record<string, number>>;
  /** Where the console is opened in a browser; undefined where it is switched off. */
  readonly console?: string;
  /** SHA-256 of the certificate of the TLS ports. */
  readonly fingerprint: string;
  /** The one-time code that makes the first administrator; undefined once there is one. */
  readonly setUpCode?: string;
  /** What needs attention. */
  readonly notices: readonly string[];
}

/**
 * Runs the service until `signal` aborts, then ends it within 10 seconds: running work is checkpointed, and what has not
 * ended by then is left to the next start. `started` is told once all is up. SG0021, SG1046 or SG1034 when it cannot start.
 */
export async function runService(
  order: ServiceOrder,
  signal: AbortSignal,
  started: (start: ServiceStart) => void,
): Promise<void> {
  // The parts of the service cost more to load than most commands take.
  const { Service } = await import("./service.ts");
  let service: Awaited<ReturnType<typeof Service.start>>;
  try {
    service = await Service.start(order, signal);
  } catch (error) {
    if (signal.aborted) return; // It was told to end before it was up: that is no failure.
    throw error;
  }
  try {
    started(service.describe());
    if (!signal.aborted) {
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    }
  } finally {
    await service.end();
  }
}
