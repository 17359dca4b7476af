// Copyright the SpareGrid authors. Apache-2.0.
import { systemClock, systemRandom } from "../base/mod.ts";
import { PROGRAM_VERSION } from "../job/mod.ts";
import { hostName, openFileSystem, processId, raiseOpenFileLimit } from "../platform/mod.ts";
import { CERTIFICATE_NAME } from "./certificate.ts";
import { consoleHandler } from "./console_handler.ts";
import { Health } from "./health.ts";
import { Installation } from "./installation.ts";
import { Metrics } from "./metrics.ts";
import type { ServiceOrder, ServiceStart } from "./run_service.ts";
import { announceService } from "./service_file.ts";
import { LOOPBACK, ServicePorts } from "./service_ports.ts";

/** How long answers under way are waited for at the end, ms. */
const ANSWERS_MS = 2_000;
/** How long the service may take to end, ms: a second less than whoever stops it waits. */
const END_MS = 9_000;
const VERSION = PROGRAM_VERSION.replace(/^sparegrid /, "");

/** The running service: an installation and the parts that work on it. */
export class Service {
  readonly #installation: Installation;
  readonly #parts: AsyncDisposableStack;
  readonly #health = new Health();
  readonly #metrics = new Metrics();
  readonly #notices: string[] = [];
  readonly #ports: ServicePorts;

  private constructor(installation: Installation, parts: AsyncDisposableStack) {
    this.#installation = installation;
    this.#parts = parts;
    const { certificate, log } = installation;
    this.#ports = new ServicePorts({ certificate, log, clock: systemClock });
  }

  /** Starts all parts, in order. When one cannot start, those before it are ended again. */
  static async start(order: ServiceOrder, signal: AbortSignal): Promise<Service> {
    raiseOpenFileLimit();
    await using parts = new AsyncDisposableStack();
    const { forPeople, askGridId } = order;
    const installation = parts.use(
      await Installation.open(order, {
        fs: openFileSystem(),
        clock: systemClock,
        random: systemRandom,
        forPeople,
        ...(askGridId === undefined ? {} : { askGridId }),
      }),
    );
    signal.throwIfAborted();
    const service = new Service(installation, parts.move());
    try {
      await service.#begin();
    } catch (error) {
      await service.end();
      throw error;
    }
    return service;
  }

  /** What there is to say of it. */
  describe(): ServiceStart {
    const { identity, folder, certificate, settings } = this.#installation;
    const console = this.#consoleAddress(settings.get("console-listen")[0] ?? "localhost");
    return {
      version: VERSION,
      gridId: identity.gridId,
      dataFolder: folder.path,
      roles: this.#roles(),
      ports: this.#ports.numbers,
      ...(console === undefined ? {} : { console: `${console}/` }),
      fingerprint: certificate.fingerprint,
      notices: this.#notices,
    };
  }

  /** Ends it: no new work, work under way is brought to a point from which it can go on, all is closed. */
  async end(): Promise<void> {
    const { log } = this.#installation;
    this.#health.enter("stopping");
    log.write("info", "the service ends");
    const late = Symbol();
    const patience = new AbortController();
    const ended = await Promise.race([
      this.#parts[Symbol.asyncDispose](),
      systemClock.sleep(END_MS, patience.signal).then(() => late),
    ]);
    patience.abort();
    if (ended === late) log.write("warning", "the service did not end in time; what is left is cut off");
    else log.write("info", "the service has ended");
  }

  async #begin(): Promise<void> {
    const { catalog, log, identity } = this.#installation;
    if (catalog.setAside !== undefined) {
      const notice =
        `The catalog was damaged. It was set aside as ${catalog.setAside}, and a new one was begun`;
      this.#notices.push(notice);
      log.write("error", notice);
    }
    this.#addMetrics();
    await this.#openPorts();
    this.#health.enter("ready");
    log.write("info", "the service has started", { gridId: identity.gridId, roles: this.#roles().join(",") });
  }

  async #openPorts(): Promise<void> {
    const { settings, identity, folder, certificate } = this.#installation;
    const ports = this.#ports;
    this.#parts.defer(() => ports.close(ANSWERS_MS));
    const handler = consoleHandler({
      health: this.#health,
      metrics: this.#metrics,
      metricsFor: () => settings.get("metrics"),
      hosts: [hostName(), identity.gridId, CERTIFICATE_NAME, ...settings.get("host-names")],
    });
    const given = settings.get("console-listen");
    const addresses = given.length === 0 ? LOOPBACK : given;
    await ports.open({ name: "console", port: settings.get("console-port"), addresses, handler });
    await ports.open({ name: "consoleTls", port: settings.get("console-tls-port"), addresses, handler });
    const address = this.#consoleAddress(given[0] ?? "127.0.0.1");
    if (address === undefined) return;
    this.#parts.use(
      await announceService(folder, { pid: processId(), address, fingerprint: certificate.fingerprint }),
    );
  }

  /** The console's address by a name of this machine; undefined where it is switched off. */
  #consoleAddress(host: string): string | undefined {
    const { console: plain, consoleTls } = this.#ports.numbers;
    const name = host.includes(":") ? `[${host}]` : host.replace(/^0\.0\.0\.0$/, "127.0.0.1");
    if (consoleTls !== undefined) return `https://${name}:${consoleTls}`;
    return plain === undefined ? undefined : `http://${name}:${plain}`;
  }

  #roles(): ("client" | "server")[] {
    const { settings } = this.#installation;
    const client = settings.get("client"), server = settings.get("server");
    if (client === server) return ["client", "server"];
    return client ? ["client"] : ["server"];
  }

  #addMetrics(): void {
    const metrics = this.#metrics;
    const startedAt = Number(systemClock.now()) / 1e9;
    metrics.add({
      name: "sparegrid_build_info",
      help: "The version that runs; always 1",
      type: "gauge",
      samples: () => [{ labels: { version: VERSION }, value: 1 }],
    });
    metrics.addValue("process_start_time_seconds", "When the process started, since 1970", () => startedAt);
    metrics.addValue(
      "process_resident_memory_bytes",
      "Memory in use",
      () => Deno.memoryUsage().rss,
    );
    metrics.addValue(
      "sparegrid_data_folder_free_bytes",
      "Free space on the drive of the data folder",
      () => this.#installation.folder.freeBytes(),
    );
    metrics.add({
      name: "sparegrid_ready",
      help: "1 when the service is ready",
      type: "gauge",
      samples: async () => [{ value: (await this.#health.report()).ready ? 1 : 0 }],
    });
  }
}
