// Copyright the SpareGrid authors. Apache-2.0.
import { type Clock, nowMs, type Random, toHex } from "../base/mod.ts";
import type { Catalog, SetChange, SetDestinationOrder, SetRow } from "../catalog/mod.ts";
import { SgError } from "../errors/mod.ts";
import { generatedPassword } from "../repository/mod.ts";
import { limitOf, nameOf, notFound, refused, secretOf } from "./fields.ts";
import type { Vault } from "./needs.ts";
import { repositoryPath, slugOf } from "./places.ts";
import type { BackupSet, PageOrder, SetExcludes, SetOptions, SetOrder, SetUpdate } from "./records.ts";
import { recoverySheet } from "./recovery_sheet.ts";
import { openText, sealText } from "./secrets.ts";
import { DEFAULT_OPTIONS, excludesOf, NO_EXCLUDES, optionsOf, sourcesOf } from "./set_rules.ts";

/** What sets stand on. */
export interface SetParts {
  readonly catalog: Catalog;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly random: Random;
}

/** Destinations of one set: each costs a repository and a run. */
const DESTINATIONS_MAX = 20;

/** A set's row as JSON holds it. */
interface KeptOrder {
  readonly sources: readonly string[];
  readonly excludes: SetExcludes;
  readonly options: SetOptions;
}

/**
 * Backup sets: what is protected, how, and where to. Passwords lie sealed in the catalog. Removing a set is the
 * conductor's, which knows what runs.
 */
export class BackupSets {
  readonly #parts: SetParts;

  constructor(parts: SetParts) {
    this.#parts = parts;
  }

  /** In order of their names; `after` is a name. */
  async page(page: PageOrder<string>): Promise<BackupSet[]> {
    return (await this.#parts.catalog.sets.page(limitOf(page), page.after)).map(shownSet);
  }

  count(): Promise<number> {
    return this.#parts.catalog.sets.count();
  }

  /** Those there are of these. */
  async byId(ids: readonly string[]): Promise<BackupSet[]> {
    const rows = await Promise.all(ids.map((id) => this.#parts.catalog.sets.get(id)));
    return rows.filter((row) => row !== undefined).map(shownSet);
  }

  async byName(name: string): Promise<BackupSet | undefined> {
    const row = await this.#parts.catalog.sets.named(name);
    return row && shownSet(row);
  }

  /** Sets of each of these destinations, by name. */
  async byDestination(ids: readonly string[]): Promise<ReadonlyMap<string, readonly BackupSet[]>> {
    const entries = await Promise.all(ids.map(async (id) => {
      const sets = await this.byId(await this.#parts.catalog.destinations.setsOf(id));
      return [id, sets.sort((a, b) => a.name < b.name ? -1 : 1)] as const;
    }));
    return new Map(entries);
  }

  /** One by its ID. SG1036. */
  async get(id: string): Promise<BackupSet> {
    return shownSet(await this.#row(id));
  }

  /** Adds a set; its repositories are made by its first runs. SG1040 names the field, SG1035 for a name in use. */
  async create(order: SetOrder): Promise<BackupSet> {
    const { catalog, vault, random } = this.#parts;
    const name = nameOf("name", order.name);
    await this.#assertFree(name);
    const kept = keptOrder(order);
    const slug = slugOf(name, new Set(await catalog.sets.slugs()));
    const destinations = await this.#destinationsOf(order.destinations, slug);
    const password = order.password === undefined
      ? generatedPassword(random)
      : secretOf("password", order.password);
    const id = toHex(random.bytes(16));
    const now = nowMs(this.#parts.clock);
    const row = {
      ...{ id, slug, name, order: JSON.stringify(kept), createdAt: now, changedAt: now },
      ...{ pausedAt: null, deletingAt: null },
      password: await sealText(vault, purposeOf(id), password),
      passwordOrigin: order.password === undefined ? "generated" : "own",
    } as const;
    await catalog.sets.insert(row, destinations);
    return await this.get(id);
  }

  /** Changes a set; runs under way go on as they began. Slug and password stay. SG1036, SG1040, SG1035, SG0292. */
  async update(order: SetUpdate): Promise<BackupSet> {
    const row = await this.#row(order.id);
    const change: SetChange = { changedAt: nowMs(this.#parts.clock) };
    if (order.name !== undefined) {
      change.name = nameOf("name", order.name);
      await this.#assertFree(change.name, row.id);
    }
    const before = JSON.parse(row.order) as KeptOrder;
    change.order = JSON.stringify({
      sources: order.sources === undefined ? before.sources : sourcesOf(order.sources),
      excludes: order.excludes === undefined ? before.excludes : excludesOf(order.excludes),
      options: order.options === undefined ? before.options : optionsOf(order.options),
    });
    if (order.paused !== undefined) {
      change.pausedAt = order.paused ? row.pausedAt ?? nowMs(this.#parts.clock) : null;
    }
    const destinations = order.destinations &&
      await this.#destinationsOf(order.destinations, row.slug, row.id);
    if (!await this.#parts.catalog.sets.change(row.id, change, destinations)) {
      throw notFound("set", row.id);
    }
    return await this.get(row.id);
  }

  /** The sheet to print or save: where the backups are and the password that opens them. SG1036. */
  async recoverySheet(id: string): Promise<string> {
    const set = await this.get(id);
    const { catalog, clock } = this.#parts;
    const rows = await Promise.all(
      set.destinations.map(({ destinationId }) => catalog.destinations.get(destinationId)),
    );
    const places = set.destinations.flatMap(({ repository }, at) => {
      const row = rows[at];
      return row ? [{ repository, ...row }] : [];
    });
    return recoverySheet({ set, places, password: await this.password(id), at: clock.now() });
  }

  /** The password that opens the set's repositories. For this module only. SG1036. */
  async password(id: string): Promise<string> {
    const { password } = await this.#row(id);
    return await openText(this.#parts.vault, purposeOf(id), password);
  }

  async #destinationsOf(
    orders: SetOrder["destinations"],
    slug: string,
    setId?: string,
  ): Promise<SetDestinationOrder[]> {
    const field = "destinations";
    if (orders.length === 0) throw refused(field, "there is none");
    if (orders.length > DESTINATIONS_MAX) throw refused(field, `there are more than ${DESTINATIONS_MAX}`);
    if (new Set(orders.map(({ destination }) => destination)).size < orders.length) {
      throw refused(field, "one is there twice");
    }
    const { catalog } = this.#parts;
    return await Promise.all(orders.map(async ({ destination: id, repository: path = slug }) => {
      const row = await catalog.destinations.get(id);
      if (!row) throw refused(field, `there is no destination ${JSON.stringify(id.slice(0, 40))}`);
      const repository = repositoryPath(row.kind, path);
      const owner = await catalog.sets.ownerOf(id, repository);
      if (owner && owner.id !== setId) {
        throw refused(
          field,
          `the repository ${JSON.stringify(repository)} at ${row.name} is that of ${owner.name}`,
        );
      }
      return { destinationId: id, repository };
    }));
  }

  async #row(id: string): Promise<SetRow> {
    const row = await this.#parts.catalog.sets.get(id);
    if (!row) throw notFound("set", id);
    return row;
  }

  async #assertFree(name: string, but?: string): Promise<void> {
    const other = await this.#parts.catalog.sets.named(name);
    if (other && other.id !== but) {
      throw new SgError("SG1035", `Cannot name the set ${name}: there is one of this name`, {
        context: { field: "name" },
      });
    }
  }
}

function purposeOf(id: string): string {
  return `set:${id}`;
}

function keptOrder({ sources, excludes = NO_EXCLUDES, options = DEFAULT_OPTIONS }: SetOrder): KeptOrder {
  return { sources: sourcesOf(sources), excludes: excludesOf(excludes), options: optionsOf(options) };
}

function shownSet(row: SetRow): BackupSet {
  const { sources, excludes, options } = JSON.parse(row.order) as KeptOrder;
  return {
    ...{ id: row.id, name: row.name, slug: row.slug, sources, excludes, options },
    destinations: row.destinations.map(({ destinationId, repository }) => ({ destinationId, repository })),
    passwordGenerated: row.passwordOrigin === "generated",
    paused: row.pausedAt !== null,
    deleting: row.deletingAt !== null,
    ...{ createdAt: row.createdAt, changedAt: row.changedAt },
  };
}
