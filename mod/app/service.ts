// Copyright the SpareGrid authors. Apache-2.0.
import { type AccountRoom, openAccountRoom } from "../account/mod.ts";
import { graphqlHandler } from "../api/mod.ts";
import { Audit } from "../audit/mod.ts";
import { nowMs, systemClock, systemRandom } from "../base/mod.ts";
import { type Client, openClient, RunLists } from "../client/mod.ts";
import { consolePages } from "../console/mod.ts";
import type { HttpHandler } from "../http/mod.ts";
import { PROGRAM_VERSION } from "../job/mod.ts";
import {
  hostName,
  machineAddresses,
  openFileSystem,
  processId,
  raiseOpenFileLimit,
  userCacheFolder,
} from "../platform/mod.ts";
import { apiClientRole } from "./api_client_role.ts";
import { apiInstallation, type ServiceFacts } from "./api_installation.ts";
import { CERTIFICATE_NAME } from "./certificate.ts";
import { consoleHandler } from "./console_handler.ts";
import { Health } from "./health.ts";
import { Installation } from "./installation.ts";
import { LateDoor } from "./late_door.ts";
import { Metrics } from "./metrics.ts";
import type { ServiceOrder, ServiceStart } from "./run_service.ts";
import { openServerRole, type ServerRole } from "./server_role.ts";
import { serverLink } from "./server_link.ts";
import { announceService } from "./service_file.ts";
import { addClientMetrics, addServerMetrics, addServiceMetrics } from "./service_metrics.ts";
import { LOOPBACK, ServicePorts } from "./service_ports.ts";

/** How long answers under way are waited for at the end, ms. */
const ANSWERS_MS = 2_000;
/** How long the service may take to end, ms: a second less than whoever stops it waits. */
const END_MS = 9_000;
const VERSION = PROGRAM_VERSION.replace(/^sparegrid /, "");

/** The machine's ports that all parts take. */
const PORTS = { fs: openFileSystem(), clock: systemClock, random: systemRandom };

/** The rooms behind the API. */
interface ServiceRooms {
  readonly room: AccountRoom;
  readonly audit: Audit;
  readonly server: ServerRole | undefined;
  readonly client: Client | undefined;
}

/** The running service: an installation and the parts that work on it. */
export class Service {
  readonly #installation: Installation;
  readonly #parts: AsyncDisposableStack;
  readonly #health = new Health();
  readonly #metrics = new Metrics();
  readonly #notices: string[] = [];
  readonly #ports: ServicePorts;
  readonly #startedAt = nowMs(systemClock);
  /** Aborts when the service ends: subscriptions and the like end. */
  readonly #stopping = new AbortController();
  readonly #backupDoor = new LateDoor();
  readonly #apiDoor = new LateDoor();
  #client: Client | undefined;
  #setUpCode: string | undefined;

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
        ...{ ...PORTS, forPeople },
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
      ...(this.#setUpCode === undefined ? {} : { setUpCode: this.#setUpCode }),
      notices: this.#notices,
    };
  }

  /** Ends it: no new work, work under way is brought to a point from which it can go on, all is closed. */
  async end(): Promise<void> {
    const { log } = this.#installation;
    this.#health.enter("stopping");
    log.write("info", "the service ends");
    this.#stopping.abort();
    const late = Symbol();
    const patience = new AbortController();
    const ended = await Promise.race([
      this.#close(),
      systemClock.sleep(END_MS, patience.signal).then(() => late),
    ]);
    patience.abort();
    if (ended === late) log.write("warning", "the service did not end in time; what is left is cut off");
    else log.write("info", "the service has ended");
  }

  /** What comes from outside and the runs end first, for they may take long, then what all stand on. */
  async #close(): Promise<void> {
    await Promise.all([this.#ports.close(ANSWERS_MS), this.#client?.[Symbol.asyncDispose]()]);
    await this.#parts[Symbol.asyncDispose]();
  }

  async #begin(): Promise<void> {
    const { catalog, log, identity, folder, catalogNotice } = this.#installation;
    const room = await openAccountRoom({ ...PORTS, folder: folder.path, catalog });
    const audit = new Audit({ catalog, clock: systemClock });
    if (catalogNotice !== undefined) {
      this.#notices.push(catalogNotice);
      const subject = catalog.setAside ?? `${folder.path}/catalog.db`;
      const facts = { actor: "system", address: "", action: "catalogBegunAnew", subject };
      await audit.record({ ...facts, details: {}, result: "ok" });
    }
    addServiceMetrics(this.#metrics, {
      ...{ version: VERSION, startedAt: this.#startedAt, health: this.#health },
      ...{ freeBytes: () => folder.freeBytes(), connections: () => this.#ports.connections },
    });
    this.#health.add("catalog", async () => void await catalog.settings.get("setting.log-level"));
    const roles = this.#roles();
    // Opened before runs go on and stores are read: a port that is taken ends the start before any work is begun.
    if (roles.includes("server")) await this.#openBackupPorts();
    await this.#openConsole(await room.setUpCode.isNeeded());
    const server = roles.includes("server") ? await this.#openServer(room, audit) : undefined;
    const client = roles.includes("client") ? await this.#openClient(room) : undefined;
    this.#client = client;
    if (client !== undefined) addClientMetrics(this.#metrics, client);
    if (server !== undefined) this.#backupDoor.lead(server.handler);
    this.#apiDoor.lead(this.#api({ room, audit, server, client }));
    await this.#announce();
    this.#setUpCode = (await room.setUpCode.begin()).code;
    this.#health.enter("ready");
    log.write("info", "the service has started", { gridId: identity.gridId, roles: roles.join(",") });
  }

  async #openServer(room: AccountRoom, audit: Audit): Promise<ServerRole> {
    const server = this.#parts.use(
      await openServerRole({
        ...{ ...PORTS, installation: this.#installation, room, audit },
        ports: () => ({ tls: this.#ports.numbers.backupTls, plain: this.#ports.numbers.backup }),
      }),
    );
    addServerMetrics(this.#metrics, server.stores);
    this.#health.add("store", () => {
      server.stores.storage();
      return undefined;
    });
    return server;
  }

  async #openBackupPorts(): Promise<void> {
    const { settings } = this.#installation;
    const { handler } = this.#backupDoor;
    const addresses = settings.get("backup-listen");
    await this.#ports.open({ name: "backup", port: settings.get("backup-port"), addresses, handler });
    await this.#ports.open({ name: "backupTls", port: settings.get("backup-tls-port"), addresses, handler });
  }

  async #openClient({ vault }: AccountRoom): Promise<Client> {
    const { catalog, log, folder, settings, identity } = this.#installation;
    return await openClient({
      ...{ catalog, vault, dataFolder: folder.path, cacheFolder: userCacheFolder() },
      ports: { ...PORTS, log },
      link: serverLink(identity.gridId, hostName()),
      runsAtOnce: () => settings.get("parallel-runs"),
    });
  }

  #api({ room, audit, server, client }: ServiceRooms): HttpHandler {
    const { catalog, log } = this.#installation;
    return graphqlHandler({
      needs: {
        installation: {
          ...apiInstallation(this.#installation, () => this.#facts()),
          setUpDone: () => this.#widenConsole(),
        },
        account: room,
        audit,
        runs: client?.runs ?? new RunLists(catalog),
        ...(client === undefined
          ? {}
          : { client: apiClientRole(client, { fs: openFileSystem(), clock: systemClock }) }),
        ...(server === undefined ? {} : { server: server.needs }),
      },
      ...{ clock: systemClock, random: systemRandom, log, doorplate: { hosts: this.#hosts() } },
      stopping: this.#stopping.signal,
    });
  }

  #facts(): ServiceFacts {
    return {
      version: VERSION,
      roles: this.#roles().map((role) => role.toUpperCase() as "CLIENT" | "SERVER"),
      startedAt: this.#startedAt,
      ports: this.#ports.numbers as Record<string, number>,
      notices: this.#notices,
    };
  }

  /** Opens the console's ports: on this machine only as long as anybody could make the first administrator. */
  async #openConsole(setUpNeeded: boolean): Promise<void> {
    const { settings } = this.#installation;
    const ports = this.#ports;
    const handler = consoleHandler({
      ...{ health: this.#health, metrics: this.#metrics, metricsFor: () => settings.get("metrics") },
      ...{ hosts: this.#hosts(), api: this.#apiDoor.handler, pages: consolePages() },
    });
    const given = settings.get("console-listen");
    // Without TLS passwords would travel in clear: beyond this machine the API refuses it.
    const plain = given.length === 0 ? LOOPBACK : given;
    const secure = given.length > 0 ? given : setUpNeeded ? LOOPBACK : [];
    await ports.open({ name: "console", port: settings.get("console-port"), addresses: plain, handler });
    await ports.open({
      name: "consoleTls",
      port: settings.get("console-tls-port"),
      addresses: secure,
      handler,
    });
  }

  /** Says in the data folder where the service is. */
  async #announce(): Promise<void> {
    const { settings, folder, certificate } = this.#installation;
    const address = this.#consoleAddress(settings.get("console-listen")[0] ?? "127.0.0.1");
    if (address === undefined) return;
    const facts = { pid: processId(), address, fingerprint: certificate.fingerprint };
    this.#parts.use(await announceService(folder, facts));
  }

  /** Nobody can take the installation over any more. Addresses that this machine gets later are listened at from the next start on. */
  #widenConsole(): void {
    if (this.#installation.settings.get("console-listen").length > 0) return;
    this.#ports.widen("consoleTls", machineAddresses());
  }

  /** The names by which this service may be asked. */
  #hosts(): string[] {
    const { settings, identity } = this.#installation;
    return [hostName(), identity.gridId, CERTIFICATE_NAME, ...settings.get("host-names")];
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
}
