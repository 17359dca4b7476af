// Copyright the SpareGrid authors. Apache-2.0.
import { utf8 } from "../../mod/base/mod.ts";
import { SgError } from "../../mod/errors/mod.ts";
import type {
  BackupSetRecord,
  ClientNeeds,
  ConductorNeeds,
  DestinationRecord,
  InstallationNeeds,
  OnChange,
  RunRecord,
  ServerNeeds,
  SnapshotRecord,
} from "../../mod/api/mod.ts";

const absent = () => new SgError("SG1036", "There is nothing of this name or ID");

/** Those who watch, and the bell for them. */
export class Watchers {
  readonly #watchers = new Set<OnChange>();

  /** Watching now. */
  get count(): number {
    return this.#watchers.size;
  }

  /** Says that `key` changed. */
  ring(key: string, urgent = false): void {
    for (const onChange of this.#watchers) onChange(key, urgent);
  }

  /** Calls `onChange` until disposed. */
  add(onChange: OnChange): Disposable {
    this.#watchers.add(onChange);
    return { [Symbol.dispose]: () => void this.#watchers.delete(onChange) };
  }
}

/** Runs in memory. */
export class ApiRuns implements ConductorNeeds {
  readonly rows = new Map<string, RunRecord>();
  readonly watchers = new Watchers();
  /** How often rows were fetched, and what for. */
  readonly asked: (readonly string[])[] = [];

  /** Puts a run there as it now is, and says so. */
  put(run: Partial<RunRecord> & { readonly id: string }): RunRecord {
    const before = this.rows.get(run.id);
    const row = {
      kind: "backup",
      state: "running",
      orderedBy: "user:anna",
      queuedAt: 1_000,
      order: {},
      attempt: 1,
      problemCount: 0,
      ...before,
      ...run,
    } as RunRecord;
    this.rows.set(run.id, row);
    this.watchers.ring(run.id, before?.state !== row.state);
    return row;
  }

  #sorted(): RunRecord[] {
    return [...this.rows.values()].sort((a, b) => Number(b.id) - Number(a.id));
  }

  page(
    _: unknown,
    newestFirst: boolean,
    { limit, after }: { limit: number; after?: string },
  ): Promise<RunRecord[]> {
    const rows = newestFirst ? this.#sorted() : this.#sorted().reverse();
    const from = after === undefined ? 0 : rows.findIndex(({ id }) => id === after) + 1;
    return Promise.resolve(rows.slice(from, from + limit));
  }

  count(): Promise<number> {
    return Promise.resolve(this.rows.size);
  }

  byId(ids: readonly string[]): Promise<RunRecord[]> {
    this.asked.push(ids);
    return Promise.resolve(ids.flatMap((id) => this.rows.get(id) ?? []));
  }

  live(): RunRecord[] {
    const live = ["queued", "waiting", "running", "suspended"];
    return [...this.rows.values()].filter(({ state }) => live.includes(state));
  }

  last(sets: readonly string[]): Promise<ReadonlyMap<string, RunRecord>> {
    const pairs = sets.flatMap((set) => {
      const run = this.#sorted().find(({ setId }) => setId === set);
      return run ? [[set, run] as const] : [];
    });
    return Promise.resolve(new Map(pairs));
  }

  problems(): Promise<never[]> {
    return Promise.resolve([]);
  }

  start(
    { kind, set, orderedBy }: { kind: RunRecord["kind"]; set?: string; orderedBy: string },
  ): Promise<RunRecord[]> {
    const id = String(this.rows.size + 1);
    return Promise.resolve([
      this.put({ id, kind, state: "queued", orderedBy, ...(set ? { setId: set } : {}) }),
    ]);
  }

  async restore({ set, orderedBy }: { set: string; orderedBy: string }): Promise<RunRecord> {
    return (await this.start({ kind: "restore", set, orderedBy }))[0]!;
  }

  suspend(id: string): Promise<RunRecord> {
    return this.#enter(id, "suspended");
  }

  resume(id: string): Promise<RunRecord> {
    return this.#enter(id, "queued");
  }

  stop(id: string): Promise<RunRecord> {
    return this.#enter(id, "stopped");
  }

  report(): Promise<never[]> {
    return Promise.resolve([]);
  }

  removeSet(id: string): Promise<void> {
    return id === SET.id ? Promise.resolve() : Promise.reject(absent());
  }

  onChange(onChange: OnChange): Disposable {
    return this.watchers.add(onChange);
  }

  #enter(id: string, state: RunRecord["state"]): Promise<RunRecord> {
    return this.rows.has(id) ? Promise.resolve(this.put({ id, state })) : Promise.reject(absent());
  }
}

/** One set at one destination. */
export const SET: BackupSetRecord = {
  id: "set-1",
  name: "documents",
  slug: "documents",
  sources: ["/home/anna"],
  excludes: { patterns: [], patternsIgnoringCase: [], ifPresent: [], caches: true, oneFileSystem: false },
  options: { compression: "auto", tags: [], skipIfUnchanged: false },
  destinations: [{ destinationId: "dest-1", repository: "documents" }],
  passwordGenerated: true,
  paused: false,
  deleting: false,
  createdAt: 1_000,
  changedAt: 1_000,
};
/** Its destination. */
export const DESTINATION: DestinationRecord = {
  id: "dest-1",
  name: "disk",
  kind: "folder",
  place: "/mnt/disk",
  createdAt: 1_000,
};
/** Its snapshot. */
export const SNAPSHOT: SnapshotRecord = {
  id: "ab".repeat(32),
  setId: "set-1",
  destinationId: "dest-1",
  takenAt: 2_000,
  hostname: "pc",
  paths: ["/home/anna"],
  tags: [],
};

/** A client role of one set, one destination and one snapshot. */
export function apiClient(runs: ConductorNeeds): ClientNeeds {
  const entry = {
    name: utf8("note.txt"),
    path: utf8("/home/anna/note.txt"),
    kind: "file" as const,
    size: 5,
    modifiedAt: 1_500,
    permissions: "-rw-r--r--",
    owner: "anna",
    group: "anna",
  };
  const notUtf8 = { ...entry, name: new Uint8Array([0xff, 0x41]), path: new Uint8Array([0x2f, 0xff, 0x41]) };
  const version = {
    ...entry,
    setId: SET.id,
    firstSnapshot: SNAPSHOT,
    lastSnapshot: SNAPSHOT,
    snapshotCount: 1,
  };
  const none = { rows: [], cursors: [], more: false };
  return {
    runs,
    destinations: {
      page: () => Promise.resolve([DESTINATION]),
      count: () => Promise.resolve(1),
      byId: (ids) => Promise.resolve(ids.includes(DESTINATION.id) ? [DESTINATION] : []),
      usage: () => Promise.resolve(undefined),
      create: () => Promise.resolve({ destination: DESTINATION, pending: false }),
      update: () => Promise.resolve(DESTINATION),
      remove: (id) => id === DESTINATION.id ? Promise.resolve() : Promise.reject(absent()),
      test: () => Promise.resolve({ reachable: true }),
    },
    sets: {
      page: () => Promise.resolve([SET]),
      count: () => Promise.resolve(1),
      byId: (ids) => Promise.resolve(ids.includes(SET.id) ? [SET] : []),
      byName: (name) => Promise.resolve(name === SET.name ? SET : undefined),
      byDestination: (ids) => Promise.resolve(new Map(ids.map((id) => [id, [SET]]))),
      create: (order) => Promise.resolve({ ...SET, ...order, destinations: SET.destinations }),
      update: () => Promise.resolve(SET),
      recoverySheet: () => Promise.resolve("the sheet\n"),
    },
    preview: () =>
      Promise.resolve({
        files: 1,
        bytes: 5,
        excludedFiles: 0,
        excludedBytes: 0,
        excluded: [],
        complete: true,
      }),
    snapshots: {
      page: () => Promise.resolve([SNAPSHOT]),
      count: () => Promise.resolve(1),
      summary: (sets) => Promise.resolve(new Map(sets.map((set) => [set, { count: 1, last: SNAPSHOT }]))),
    },
    browse: {
      entries: () => Promise.resolve({ rows: [entry, notUtf8], cursors: ["1", "2"], more: false, total: 2 }),
      diff: () => Promise.resolve(none),
    },
    search: {
      history: () => Promise.resolve({ rows: [version], cursors: ["1"], more: false }),
      search: () => Promise.resolve({ rows: [version], cursors: ["1"], more: false }),
    },
    refresh: (id) => id === SET.id ? Promise.resolve() : Promise.reject(absent()),
  };
}

/** A server role that keeps nothing; accounts are those of the account room. */
export class ApiServer implements ServerNeeds {
  readonly used = new Map<string, number>();
  readonly stores: ServerNeeds["stores"] = {
    usageOf: (account) => ({ storedBytes: this.used.get(account) ?? 0, trashBytes: 0 }),
    storage: () => ({
      folder: "/srv",
      freeBytes: 1,
      files: 4,
      damagedFiles: 0,
      storedBytes: 2,
      trashBytes: 0,
    }),
    repositories: () => Promise.resolve([]),
    removeRepository: () => Promise.reject(absent()),
    undelete: () => Promise.reject(absent()),
  };

  inviteFacts(address = "pc.example"): ReturnType<ServerNeeds["inviteFacts"]> {
    return Promise.resolve({ address, tlsPort: 32007, plainPort: 32004, fingerprint: "00".repeat(32) });
  }
}

/** An installation with one setting. */
export function apiInstallation(): InstallationNeeds {
  const setting = {
    key: "run.limit",
    value: 2,
    origin: "DEFAULT" as const,
    description: "Runs at once.",
    changeable: true,
  };
  return {
    facts: () =>
      Promise.resolve({
        gridId: "pc",
        version: "0.0.0",
        roles: ["CLIENT", "SERVER"],
        startedAt: 1_000,
        fingerprint: "00".repeat(32),
        ports: {},
        notices: [],
      }),
    settings: () => Promise.resolve([setting]),
    changeSetting: (key, value) =>
      key === setting.key
        ? Promise.resolve({ ...setting, value, origin: "CATALOG" })
        : Promise.reject(absent()),
  };
}
