// Copyright the SpareGrid authors. Apache-2.0.
import { type Clock, type Log, type Random, ServiceLog } from "../base/mod.ts";
import { type Catalog, openCatalog } from "../catalog/mod.ts";
import { SgError } from "../errors/mod.ts";
import { type FileSystem, hostName, machineAddresses } from "../platform/mod.ts";
import { openCertificate, readCertificate, type ServerCertificate } from "./certificate.ts";
import { DataFolder } from "./data_folder.ts";
import { type Identity, openIdentity } from "./identity.ts";
import { KeepsakeKeeper, type TakenCopy } from "./keepsake.ts";
import type { Settings } from "./settings.ts";
import { dataFolderOf, type InstallationOrder, resolveSettings } from "./setting_sources.ts";

/** What opening an installation takes besides the order. */
export interface InstallationPorts {
  readonly fs: FileSystem;
  readonly clock: Clock;
  readonly random: Random;
  /** Standard error is a terminal: the log is for people. */
  readonly forPeople: boolean;
  /** Asks a person for the Grid ID at the first start; see {@link openIdentity}. */
  readonly askGridId?: (proposal: string) => Promise<string>;
}

/** Where catalog settings that were changed while running are kept, by key. */
const SETTING_PREFIX = "setting.";

/** An opened installation: all that its parts stand on. Disposing it closes the catalog and frees the folder. */
export class Installation implements AsyncDisposable {
  readonly settings: Settings;
  readonly folder: DataFolder;
  readonly identity: Identity;
  readonly certificate: ServerCertificate;
  readonly catalog: Catalog;
  readonly log: Log;
  /** What to tell where the catalog was lost or replaced by an older one, and made good from its copy. */
  readonly catalogNotice: string | undefined;
  readonly #parts: AsyncDisposableStack;

  private constructor(
    parts: AsyncDisposableStack,
    { settings, folder, identity, certificate, catalog, log, catalogNotice }: Pick<
      Installation,
      "settings" | "folder" | "identity" | "certificate" | "catalog" | "log" | "catalogNotice"
    >,
  ) {
    this.#parts = parts;
    this.settings = settings;
    this.folder = folder;
    this.identity = identity;
    this.certificate = certificate;
    this.catalog = catalog;
    this.log = log;
    this.catalogNotice = catalogNotice;
  }

  /** Opens it in order: settings, folder, identity, certificate, catalog. What is missing is made. SG0021, SG1046, SG1034. */
  static async open(order: InstallationOrder, ports: InstallationPorts): Promise<Installation> {
    const { fs, clock, random, forPeople, askGridId } = ports;
    const settings = await resolveSettings(order);
    await using parts = new AsyncDisposableStack();
    const folder = parts.use(await DataFolder.open(dataFolderOf(order), fs, random, clock));
    const form = settings.get("log-format");
    const log = new ServiceLog({
      clock,
      format: form === "auto" ? forPeople ? "text" : "json" : form,
      level: settings.get("log-level"),
    });
    const identity = await openIdentity(folder, {
      wanted: settings.get("grid-id"),
      hostName: hostName(),
      ...(askGridId === undefined ? {} : { ask: askGridId }),
      clock,
      random,
    });
    const certificate = await certificateOf(settings, folder, identity, random);
    const catalog = parts.use(await openCatalog({ fs, clock, folder: folder.path }));
    const keeper = new KeepsakeKeeper({ folder, catalog, clock, log });
    const taken = await keeper.begin();
    const catalogNotice = taken === undefined ? undefined : noticeOf(taken, catalog.setAside);
    if (catalogNotice !== undefined) log.write("error", catalogNotice);
    const keeping = new AbortController();
    const kept = keeper.run(keeping.signal);
    parts.defer(async () => {
      keeping.abort();
      await kept;
      await keeper.keep();
    });
    settings.adopt(keptSettings(await catalog.settings.all()));
    log.level = settings.get("log-level");
    parts.use(settings.onChange((key) => {
      if (key === "log-level") log.level = settings.get("log-level");
    }));
    return new Installation(parts.move(), {
      settings,
      folder,
      identity,
      certificate,
      catalog,
      log,
      catalogNotice,
    });
  }

  /** Changes a setting while the service runs, durably. See {@link Settings.change}. */
  changeSetting(key: string, data: unknown): ReturnType<Settings["change"]> {
    return this.settings.change(
      key,
      data,
      (value) => this.catalog.settings.set(`${SETTING_PREFIX}${key}`, value),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts[Symbol.asyncDispose]();
  }
}

/** What to tell of a catalog that was begun anew or completed; nothing of the first one. */
function noticeOf(taken: TakenCopy, setAside: string | undefined): string | undefined {
  if (taken.copy === "none" && setAside === undefined) return undefined;
  if (taken.copy === "taken" && taken.older) {
    return `The catalog is older than its copy: ${taken.rows} facts that it lacked were put in; what was changed since then is as it was`;
  }
  if (taken.copy === "unusable" && taken.older) {
    return `The copy of the catalog, which may be newer than the catalog, could not be used and was put aside: ${taken.reason}`;
  }
  const lost = setAside === undefined
    ? "The catalog was missing"
    : `The catalog was damaged. It was set aside as ${setAside}`;
  const rest = taken.copy === "taken"
    ? `a new one was begun with ${taken.rows} facts of its copy; the log of runs and the audit log begin anew`
    : `a new one was begun, and it is empty: ${
      taken.copy === "none" ? "there is no copy of it" : taken.reason
    }`;
  return `${lost}, and ${rest}`;
}

function keptSettings(all: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(all).filter(([key]) => key.startsWith(SETTING_PREFIX))
      .map(([key, value]) => [key.slice(SETTING_PREFIX.length), value]),
  );
}

async function certificateOf(
  settings: Settings,
  folder: DataFolder,
  { gridId }: Identity,
  random: Random,
): Promise<ServerCertificate> {
  const file = settings.get("certificate"), key = settings.get("certificate-key");
  if (file !== "" && key !== "") return await readCertificate(file, key);
  if (file !== "" || key !== "") {
    const missing = file === "" ? "certificate" : "certificate-key";
    throw new SgError("SG1046", `Cannot use a certificate of one's own: the setting ${missing} is missing`);
  }
  const names = [...settings.get("host-names"), hostName(), gridId, ...machineAddresses()];
  return await openCertificate(folder, { commonName: gridId, names, random });
}
