// Copyright the SpareGrid authors. Apache-2.0.
// The client role in one process: a real catalog, real repositories in a folder that goes away.
import {
  type Clock,
  concatBytes,
  silentLog,
  systemClock,
  systemRandom,
  utf8,
  utf8Text,
} from "../../mod/base/mod.ts";
import { type Catalog, openCatalog } from "../../mod/catalog/mod.ts";
import {
  type BackupSets,
  type Client,
  type ClientParts,
  type Conductor,
  type Destinations,
  openClient,
  type Run,
  type ServerLink,
  type SetOrder,
  type Vault,
} from "../../mod/client/mod.ts";
import { openFileSystem } from "../../mod/platform/mod.ts";
import { CHEAP_KDF } from "./repository.ts";
import { scratch } from "./scratch.ts";

/** A vault that hides its bytes from a search and knows what they are for; it is no cipher. */
export const testVault: Vault = {
  seal: (purpose, plain) => concatBytes([utf8(`${purpose}|`), plain.map((byte) => byte ^ 0x5a)]),
  open(purpose, sealed) {
    const head = utf8(`${purpose}|`);
    if (utf8Text(sealed.subarray(0, head.length)) !== utf8Text(head)) {
      throw new Error("sealed for another purpose");
    }
    return sealed.slice(head.length).map((byte) => byte ^ 0x5a);
  },
};

/** What a stage is made of; each has a default. */
export interface ClientStageParts {
  /** The conductor's clock; the machine's where left out. */
  readonly clock?: Clock;
  readonly link?: ServerLink;
  readonly client?: Partial<ClientParts>;
}

/** A client role with its surroundings. It can be closed and opened again, as after the end of the program. */
export class ClientStage implements AsyncDisposable {
  readonly signal = new AbortController().signal;
  client!: Client;
  catalog!: Catalog;

  private constructor(
    /** Everything is below it. */
    readonly folder: string,
    readonly parts: ClientStageParts,
    readonly remove: () => PromiseLike<void>,
  ) {}

  static async open(parts: ClientStageParts = {}): Promise<ClientStage> {
    const place = await scratch();
    const stage = new ClientStage(place.path, parts, () => place[Symbol.asyncDispose]());
    await stage.start();
    return stage;
  }

  /** A stage over what another process has left in `folder`, which stays. It is not started yet. */
  static over(folder: string, parts: ClientStageParts = {}): ClientStage {
    return new ClientStage(folder, parts, () => Promise.resolve());
  }

  get destinations(): Destinations {
    return this.client.destinations;
  }

  get sets(): BackupSets {
    return this.client.sets;
  }

  get runs(): Conductor {
    return this.client.runs;
  }

  /** Opens catalog and client; `before` may change the catalog first. */
  async start(before: () => Promise<void> = () => Promise.resolve()): Promise<void> {
    const { clock, link, client } = this.parts;
    const fs = openFileSystem();
    this.catalog = await openCatalog({ fs, clock: systemClock, folder: `${this.folder}/data` });
    await before();
    this.client = await openClient({
      ...{ catalog: this.catalog, vault: testVault, kdf: CHEAP_KDF, threads: 0 },
      ports: { clock: systemClock, random: systemRandom, fs, log: silentLog },
      ...{ dataFolder: `${this.folder}/data`, cacheFolder: `${this.folder}/cache` },
      retry: { attempts: 1 },
      ...(clock ? { clock } : {}),
      ...(link ? { link } : {}),
      ...client,
    });
  }

  /** Ends the client as the program does. */
  async stop(): Promise<void> {
    await this.client[Symbol.asyncDispose]();
    await this.catalog[Symbol.asyncDispose]();
  }

  /** A folder destination below {@link folder}. */
  async folderDestination(name: string): Promise<string> {
    const place = { kind: "folder", folder: `${this.folder}/${name}` } as const;
    return (await this.destinations.create({ name, place }, this.signal)).destination.id;
  }

  /** A folder destination that takes so many bytes a second, until {@link unlimit}. */
  async slowDestination(name: string, uploadBytesPerSecond: number): Promise<string> {
    const id = await this.folderDestination(name);
    await this.destinations.update({ id, uploadBytesPerSecond });
    return id;
  }

  /** Lifts the limit of a destination, in the catalog. */
  async unlimit(id: string): Promise<void> {
    await this.catalog.destinations.change(id, { uploadBytesPerSecond: null });
  }

  /** A source folder with files, below {@link folder}; gives its path. */
  async source(name: string, files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
    const root = `${this.folder}/${name}`;
    for (const [path, content] of Object.entries(files)) {
      const whole = `${root}/${path}`;
      await Deno.mkdir(whole.slice(0, whole.lastIndexOf("/")), { recursive: true });
      await Deno.writeFile(whole, typeof content === "string" ? utf8(content) : content);
    }
    return root;
  }

  /** A set of one source folder at one folder destination; gives the set's ID. */
  async set(
    name: string,
    files: Readonly<Record<string, string | Uint8Array>>,
    order: Partial<SetOrder> = {},
  ): Promise<string> {
    const source = await this.source(`src-${name}`, files);
    const destinations = order.destinations ??
      [{ destination: await this.folderDestination(`disk-${name}`) }];
    return (await this.sets.create({ name, sources: [source], ...order, destinations })).id;
  }

  /** Waits for a run to be in one of the states, by the news of it. */
  async until(id: string, ...states: Run["state"][]): Promise<Run> {
    const over = new AbortController();
    const found = (run: Run | undefined) => run?.id === id && states.includes(run.state) ? run : undefined;
    const news = this.runs.watch(over.signal);
    try {
      const now = found(await this.runs.get(id));
      if (now) return now;
      for await (const run of news) {
        const hit = found(run);
        if (hit) return hit;
      }
    } finally {
      over.abort();
    }
    return found(await this.runs.get(id)) ??
      Promise.reject(new Error(`run ${id} ended without ${states.join()}`));
  }

  /** Backs up a set and waits for the end. */
  async backUp(set: string): Promise<Run> {
    const [run] = await this.runs.start({ kind: "backup", set, orderedBy: "test" });
    return await this.until(run!.id, "done", "incomplete", "failed", "stopped");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.remove();
  }
}
