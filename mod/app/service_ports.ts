// Copyright the SpareGrid authors. Apache-2.0.
import type { Clock, Log } from "../base/mod.ts";
import { isSgError, SgError } from "../errors/mod.ts";
import { type HttpHandler, HttpServer } from "../http/mod.ts";
import type { ServerCertificate } from "./certificate.ts";
import type { PortSetting } from "./setting_kinds.ts";

/** Names of the ports, as the API tells them. */
export type PortName = "backup" | "backupTls" | "console" | "consoleTls";

/** A port that shall be open. */
export interface PortPlan {
  readonly name: PortName;
  readonly port: PortSetting;
  /** Addresses to listen at; empty: all of this machine. */
  readonly addresses: readonly string[];
  readonly handler: HttpHandler;
}

/** What opening ports takes. */
export interface PortsPlace {
  readonly certificate: ServerCertificate;
  readonly log: Log;
  readonly clock: Clock;
}

/** All addresses of IPv6, and where the system lets it, of IPv4, too. */
const ALL_6 = "::";
const ALL_4 = "0.0.0.0";
/** This machine's addresses for itself. */
export const LOOPBACK: readonly string[] = ["127.0.0.1", "::1"];

/** The open ports of the service. */
export class ServicePorts {
  readonly #place: PortsPlace;
  readonly #open = new Map<PortName, { readonly plan: PortPlan; readonly servers: HttpServer[] }>();

  constructor(place: PortsPlace) {
    this.#place = place;
  }

  /** The numbers of the open ports. */
  get numbers(): Readonly<Partial<Record<PortName, number>>> {
    return Object.fromEntries([...this.#open].map(([name, { servers }]) => [
      name,
      servers[0]!.address.port,
    ]));
  }

  /** Connections that are open now. */
  get connections(): number {
    return [...this.#open.values()].flatMap(({ servers }) => servers).reduce(
      (sum, server) => sum + server.connections,
      0,
    );
  }

  /** Opens a port at all of its addresses; 0 opens none. SG0021 where one of them cannot be opened. */
  async open(plan: PortPlan): Promise<void> {
    if (plan.port === 0) return;
    const servers: HttpServer[] = [];
    try {
      this.#openAll(plan, servers);
    } catch (error) {
      await Promise.all(servers.map((server) => server.close(0)));
      throw error;
    }
    this.#open.set(plan.name, { plan, servers });
  }

  /**
   * Opens a port at more addresses, under the same number; one that cannot be opened is left out, and the log says so. Those
   * that are open stay open, so that nobody is cut off.
   */
  widen(name: PortName, addresses: readonly string[]): void {
    const open = this.#open.get(name);
    if (open === undefined) return;
    const { plan, servers } = open;
    const port = servers[0]!.address.port;
    for (const address of addresses) {
      try {
        this.#openAll({ ...plan, port, addresses: [address] }, servers);
        this.#place.log.write("info", "a port was opened at another address", { port, address });
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        this.#place.log.write("warning", "a port could not be opened at another address", {
          port,
          address,
          reason,
        });
      }
    }
  }

  /** Takes no more connections, waits for answers under way up to `graceMs`, and cuts what is left. */
  async close(graceMs: number): Promise<void> {
    const all = [...this.#open.values()].flatMap(({ servers }) => servers);
    this.#open.clear();
    await Promise.all(all.map((server) => server.close(graceMs)));
  }

  #openAll({ name, port, addresses, handler }: PortPlan, servers: HttpServer[]): void {
    const { certificate, log, clock } = this.#place;
    const tls = name.endsWith("Tls")
      ? { tls: { certificate: certificate.certificate, key: certificate.key } }
      : {};
    const listen = (hostname: string, number: number) =>
      servers.push(HttpServer.listen({ hostname, port: number, ...tls, log, clock }, handler));
    const wanted = addresses.length === 0 ? [ALL_6, ALL_4] : addresses;
    let number = port === "any" ? servers[0]?.address.port ?? 0 : port;
    let failure: unknown;
    for (const hostname of wanted) {
      try {
        listen(hostname, number);
      } catch (error) {
        // The second of two that stand for one another may fail: IPv6 is not everywhere, and its listener at all addresses
        // has those of IPv4, too, on most systems.
        if (!isSgError(error, "SG0021") || !isOptional(hostname, addresses)) throw error;
        failure = error;
        if (hostname === ALL_6 && isInUse(error)) throw error;
      }
      number = servers[0]?.address.port ?? number;
    }
    if (servers.length === 0) {
      throw failure ?? new SgError("SG0021", `Cannot open port ${port}: no address is given`);
    }
  }
}

function isOptional(hostname: string, addresses: readonly string[]): boolean {
  return addresses.length === 0 || (addresses === LOOPBACK && hostname === "::1");
}

function isInUse(error: SgError): boolean {
  return error.cause instanceof Deno.errors.AddrInUse;
}
