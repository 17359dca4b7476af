// Copyright the SpareGrid authors. Apache-2.0.
import { type Clock, nowMs, type Random, toHex } from "../base/mod.ts";
import type { Catalog, DestinationChange, DestinationRow } from "../catalog/mod.ts";
import { isOsError, isSgError, SgError, toSgError } from "../errors/mod.ts";
import { type FileSystem, makePath } from "../platform/mod.ts";
import { openStorage, type RetryOptions, type Storage, withBandwidthLimit } from "../storage/mod.ts";
import { fingerprintOf, limitOf, nameOf, notFound, refused, secretOf, wholeNumber } from "./fields.ts";
import type { ServerAccount, ServerLink, Vault } from "./needs.ts";
import { folderPlace, locationOf, restPlace, serverPlace } from "./places.ts";
import type {
  Destination,
  DestinationOrder,
  DestinationPlace,
  DestinationUpdate,
  DestinationUsage,
  PageOrder,
} from "./records.ts";
import { openText, sealText } from "./secrets.ts";

/** What destinations stand on. */
export interface DestinationParts {
  readonly catalog: Catalog;
  readonly vault: Vault;
  readonly fs: FileSystem;
  readonly clock: Clock;
  readonly random: Random;
  /** Left out: no SpareGrid server can be joined. */
  readonly link?: ServerLink;
  /** How storages that are opened here try again. */
  readonly retry?: RetryOptions;
}

/** Whether a destination answers, and what is in the way. */
export interface Reachability {
  readonly reachable: boolean;
  readonly code?: string;
  readonly message?: string;
}

/** A link that stays away for longer makes the run wait, and say so. */
const RETRY: RetryOptions = { attempts: 6, totalMs: 60_000 };
/** Silence of a server after which a test has failed, ms. */
const TEST_IDLE_MS = 10_000;
/** No server keeps a repository of this name, so asking for its config changes nothing and needs a login. */
const PROBE = "sparegrid-probe";

/** Where backups of this machine go: folders, REST servers, SpareGrid servers. Secrets lie sealed in the catalog. */
export class Destinations {
  readonly #parts: DestinationParts;
  #aways = 0;

  constructor(parts: DestinationParts) {
    this.#parts = parts;
  }

  /** In order of their names; `after` is a name. */
  async page(page: PageOrder<string>): Promise<Destination[]> {
    return (await this.#parts.catalog.destinations.page(limitOf(page), page.after)).map(shownDestination);
  }

  count(): Promise<number> {
    return this.#parts.catalog.destinations.count();
  }

  /** Those there are of these. */
  async byId(ids: readonly string[]): Promise<Destination[]> {
    const rows = await Promise.all(ids.map((id) => this.#parts.catalog.destinations.get(id)));
    return rows.filter((row) => row !== undefined).map(shownDestination);
  }

  /** One by its ID. SG1036. */
  async get(id: string): Promise<Destination> {
    return shownDestination(await this.#row(id));
  }

  /**
   * Adds a destination. A folder is made where it is missing; a server is asked for an account. `pending`: its
   * administrator has to approve it. SG1040, SG1035 for a name in use, SG0132, SG1043 and the network's failures.
   */
  async create(
    order: DestinationOrder,
    signal: AbortSignal,
  ): Promise<{ readonly destination: Destination; readonly pending: boolean }> {
    const name = nameOf("name", order.name);
    await this.#assertFree(name);
    const { random, clock, catalog, vault } = this.#parts;
    const { secret, pending, ...place } = await this.#placeOf(order.place, signal);
    const id = toHex(random.bytes(16));
    const row: DestinationRow = {
      ...{ account: null, fingerprint: null, ...place, id, name, uploadBytesPerSecond: limitRate(order) },
      secret: secret === undefined ? null : await sealText(vault, purposeOf(id), secret),
      createdAt: nowMs(clock),
    };
    await catalog.destinations.insert(row);
    return { destination: shownDestination(row), pending };
  }

  /** Changes a destination. Its place stays: another place is another destination. SG1036, SG1040, SG1035. */
  async update(order: DestinationUpdate): Promise<Destination> {
    const { catalog, vault } = this.#parts;
    const row = await this.#row(order.id);
    const change: DestinationChange = {};
    if (order.name !== undefined) {
      change.name = nameOf("name", order.name);
      await this.#assertFree(change.name, row.id);
    }
    if (order.uploadBytesPerSecond !== undefined) change.uploadBytesPerSecond = limitRate(order);
    if (order.password !== undefined) {
      if (row.kind === "folder") throw refused("password", "a folder has none");
      change.secret = await sealText(vault, purposeOf(row.id), secretOf("password", order.password));
    }
    if (order.fingerprint !== undefined) {
      if (!row.place.startsWith("https:")) throw refused("fingerprint", "only an https:// address has one");
      change.fingerprint = fingerprintOf("fingerprint", order.fingerprint);
    }
    if (!await catalog.destinations.change(row.id, change)) throw notFound("destination", row.id);
    return shownDestination({ ...row, ...change });
  }

  /** Forgets a destination; what is stored there stays. SG1036, SG1040 while a set uses it. */
  async remove(id: string): Promise<void> {
    const row = await this.#row(id);
    if (await this.#parts.catalog.destinations.remove(id)) return;
    await this.#row(id);
    throw refused("id", `a set backs up to ${row.name}`);
  }

  /** Tries to reach it. SG1036 where there is none; all other failures are the answer. */
  async test(id: string, signal: AbortSignal): Promise<Reachability> {
    const row = await this.#row(id);
    try {
      await this.#assertReachable(row, signal);
      return { reachable: true };
    } catch (error) {
      signal.throwIfAborted();
      const { code, message } = toSgError(error);
      return { reachable: false, code, message };
    }
  }

  /**
   * Tells whether the way to a repository has changed; only to be compared. In a folder it is another one, too, when another
   * drive was mounted there: what was opened before would still lead to the old one. SG1036.
   */
  async shape(id: string, repository: string): Promise<string> {
    const { kind, place, account, secret, fingerprint, uploadBytesPerSecond } = await this.#row(id);
    const folder = kind === "folder" ? this.#folderMark(`${place}/${repository}`) : "";
    return JSON.stringify([
      place,
      repository,
      folder,
      account,
      secret?.toHex(),
      fingerprint,
      uploadBytesPerSecond,
    ]);
  }

  /** Throws what keeps a destination from being reached, at the first failure. SG1036 where there is none. */
  async assertReachable(id: string, signal: AbortSignal): Promise<void> {
    await this.#assertReachable(await this.#row(id), signal);
  }

  /** Space at a server as it says now; undefined where it says nothing. */
  async usage(id: string, signal: AbortSignal): Promise<DestinationUsage | undefined> {
    const row = await this.#row(id);
    const { link } = this.#parts;
    if (row.kind !== "server" || !link) return undefined;
    const { place: url, account, fingerprint } = row;
    const secret = await this.#secret(row) ?? "";
    return await link.usage({ url, account: account ?? "", fingerprint: fingerprint ?? "", secret }, signal);
  }

  /**
   * The storage of a repository at a destination. SG1036; SG0136 where the destination is a folder that is not there: a
   * drive that is not plugged in must not be begun anew beside it.
   */
  async open(id: string, repository: string): Promise<Storage> {
    const row = await this.#row(id);
    if (row.kind === "folder") this.#assertFolder(row.place);
    return await this.#open(row, repository, this.#parts.retry ?? RETRY);
  }

  async #assertReachable(row: DestinationRow, signal: AbortSignal): Promise<void> {
    if (row.kind === "folder") this.#assertFolder(row.place);
    else await this.#probe(row, signal);
  }

  async #open(
    row: DestinationRow,
    repository: string,
    retry: RetryOptions,
    idleMs?: number,
  ): Promise<Storage> {
    const { fs, clock, random } = this.#parts;
    const { account, fingerprint, uploadBytesPerSecond } = shownDestination(row);
    const password = await this.#secret(row);
    const storage = openStorage(locationOf(shownDestination(row), repository), {
      ...{ fs, clock, random, retry },
      http: {
        ...(account === undefined ? {} : { username: account }),
        ...(password === undefined ? {} : { password }),
        // On a plain line a server of ours takes no secret, but signatures made with it.
        ...(row.kind === "server" && row.place.startsWith("http:") ? { signed: true } : {}),
        ...(fingerprint === undefined ? {} : { pinnedSha256: fingerprint }),
        ...(idleMs === undefined ? {} : { idleMs }),
      },
    });
    if (uploadBytesPerSecond === undefined) return storage;
    return withBandwidthLimit(storage, clock, { uploadBytesPerSecond });
  }

  /** Asks for a file that is not there: an answer that says so came from a server that lets us in. */
  async #probe(row: DestinationRow, signal: AbortSignal): Promise<void> {
    const storage = await this.#open(row, PROBE, { attempts: 1 }, TEST_IDLE_MS);
    try {
      await storage.stat({ type: "config", name: "" }, { signal });
    } catch (error) {
      if (!isSgError(error, "SG1006")) throw error;
    } finally {
      await storage.close();
    }
  }

  #folderMark(path: string): string {
    try {
      const { dev, ino } = this.#parts.fs.statPath(path);
      return `${dev}:${ino}`;
    } catch {
      // Like nothing before: what is not there cannot be the same.
      return `away ${++this.#aways}`;
    }
  }

  #assertFolder(place: string): void {
    try {
      if (this.#parts.fs.statPath(place).kind === "dir") return;
    } catch (cause) {
      if (!isOsError(cause)) throw cause;
      throw new SgError("SG0136", `Cannot reach ${place}: ${cause.message}`, {
        cause,
        remedy: "Plug in or mount the drive; the run starts by itself when it is back.",
      });
    }
    throw new SgError("SG0136", `Cannot reach ${place}: it is not a folder`);
  }

  async #placeOf(
    place: DestinationPlace,
    signal: AbortSignal,
  ): Promise<
    & Pick<DestinationRow, "kind" | "place">
    & Partial<Pick<DestinationRow, "account" | "fingerprint">>
    & { readonly secret?: string; readonly pending: boolean }
  > {
    switch (place.kind) {
      case "folder":
        return { kind: "folder", place: await this.#makeFolder(folderPlace(place.folder)), pending: false };
      case "rest":
        return { ...restFacts(place), pending: false };
      case "invite":
        return accountFacts(await this.#link().redeem(secretOf("invite", place.text), signal));
      case "server": {
        const { fingerprint } = place;
        const pin = fingerprint === undefined ? undefined : fingerprintOf("fingerprint", fingerprint);
        return accountFacts(await this.#link().request(serverPlace(place.address), pin, signal));
      }
    }
  }

  async #makeFolder(path: string): Promise<string> {
    try {
      this.#parts.fs.close(await makePath(this.#parts.fs, path));
    } catch (cause) {
      if (!isOsError(cause)) throw cause;
      throw new SgError("SG1040", `Cannot use folder: ${path} cannot be made: ${cause.message}`, {
        cause,
        context: { field: "folder" },
      });
    }
    return path;
  }

  #link(): ServerLink {
    const { link } = this.#parts;
    if (!link) throw new SgError("SG1032", "Cannot join a SpareGrid server: this program has no client role");
    return link;
  }

  async #secret(row: DestinationRow): Promise<string | undefined> {
    return row.secret ? await openText(this.#parts.vault, purposeOf(row.id), row.secret) : undefined;
  }

  async #row(id: string): Promise<DestinationRow> {
    const row = await this.#parts.catalog.destinations.get(id);
    if (!row) throw notFound("destination", id);
    return row;
  }

  async #assertFree(name: string, but?: string): Promise<void> {
    const other = await this.#parts.catalog.destinations.named(name);
    if (other && other.id !== but) {
      throw new SgError("SG1035", `Cannot name the destination ${name}: there is one of this name`, {
        context: { field: "name" },
      });
    }
  }
}

function purposeOf(id: string): string {
  return `destination:${id}`;
}

function limitRate(
  { uploadBytesPerSecond: rate }: { readonly uploadBytesPerSecond?: number },
): number | null {
  return rate === undefined || rate === 0 ? null : wholeNumber("uploadBytesPerSecond", rate, 0);
}

function restFacts({ url, user, password, fingerprint }: DestinationPlace & { readonly kind: "rest" }) {
  const place = restPlace(url);
  if (fingerprint !== undefined && !place.startsWith("https:")) {
    throw refused("fingerprint", "only an https:// address has one");
  }
  if (password !== undefined && user === undefined) throw refused("user", "a password needs a user name");
  return {
    ...{ kind: "rest", place } as const,
    account: user === undefined ? null : secretOf("user", user),
    fingerprint: fingerprint === undefined ? null : fingerprintOf("fingerprint", fingerprint),
    ...(password === undefined ? {} : { secret: secretOf("password", password) }),
  };
}

function accountFacts({ url, account, secret, fingerprint, pending }: ServerAccount) {
  return { kind: "server", place: serverPlace(url), account, secret, fingerprint, pending } as const;
}

function shownDestination(row: DestinationRow): Destination {
  const { account, fingerprint, uploadBytesPerSecond } = row;
  return {
    ...{ id: row.id, name: row.name, kind: row.kind, place: row.place, createdAt: row.createdAt },
    ...(account === null ? {} : { account }),
    ...(fingerprint === null ? {} : { fingerprint }),
    ...(uploadBytesPerSecond === null ? {} : { uploadBytesPerSecond }),
  };
}
