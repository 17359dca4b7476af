// Copyright the SpareGrid authors. Apache-2.0.
// A server and a client, each a real service of its own, paired over a link that can be harmed, and asked over the API.
import assert from "node:assert/strict";
import { type ApiClient, type ApiVariables, openApi } from "../../mod/app/mod.ts";
import { noise } from "./memory_tree.ts";
import { resticDone } from "./command_line.ts";
import { scratch } from "./scratch.ts";
import { type ServiceProcess, startService } from "./service_process.ts";
import { TcpProxy } from "./tcp_proxy.ts";

/** A run as the API tells it. */
export interface GridRun {
  readonly id: string;
  readonly state: string;
  readonly code: string | null;
  readonly message: string | null;
  readonly remedy: string | null;
  readonly progress: { readonly bytesDone: number } | null;
  readonly report: Readonly<Record<string, unknown>> | null;
}

/** How to start a grid's processes. */
export interface GridOptions {
  /** More arguments of `serve --server`. */
  readonly serverArgs?: readonly string[];
  readonly serverEnv?: Readonly<Record<string, string>>;
  readonly clientEnv?: Readonly<Record<string, string>>;
  /** Folder for what the client stores; the server's data folder where left out. */
  readonly store?: string;
  /** What the client's account may store, bytes; a gigabyte where left out, null: nothing is allotted. */
  readonly quota?: number | null;
}

const RUN = "id state code message remedy progress { bytesDone } report";
const OVER = ["DONE", "INCOMPLETE", "FAILED", "STOPPED"];
/** The client's account at the server. */
export const ACCOUNT = "laptop";
/** Opens every repository of a grid. */
export const GRID_PASSWORD = "gull lantern orbit quartz";
const QUOTA_BYTES = 1e9;
const SERVER_ARGS = ["--server", "--grid-id", "vault", "--log-level", "warning", "--reserved-space", "0"];
const CLIENT_ARGS = ["--client", "--grid-id", ACCOUNT, "--log-level", "warning", "--parallel-runs", "8"];

/** One of the two services: it can end and start again on what it left. */
class GridService implements AsyncDisposable {
  #process: ServiceProcess | undefined;
  #api: ApiClient | undefined;
  #tlsPort: number | undefined;

  constructor(readonly data: string, private readonly args: readonly string[]) {}

  get process(): ServiceProcess {
    return this.#process!;
  }

  /** Starts it; at its second start its ports are those of the first. */
  async start(env: Readonly<Record<string, string>> = {}): Promise<void> {
    const port = this.#tlsPort === undefined ? [] : ["--backup-tls-port", String(this.#tlsPort)];
    this.#process = await startService(this.data, [...this.args, ...port], { env });
    this.#tlsPort ??= this.#process.start.ports["backupTls"];
    this.#api = await openApi({ data: this.data, environment: {} });
  }

  async end(signal: Deno.Signal): Promise<void> {
    this.#api?.[Symbol.dispose]();
    await this.#process?.end(signal);
  }

  async ask<T>(document: string, variables: ApiVariables = {}): Promise<T> {
    return await this.#api!.ask<T>(document, variables, AbortSignal.timeout(60_000));
  }

  follow<T>(document: string, variables: ApiVariables, signal: AbortSignal): AsyncIterable<T> {
    return this.#api!.follow<T>(document, variables, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end("SIGKILL");
  }
}

/** `await using grid = await GridStage.open()`. */
export class GridStage implements AsyncDisposable {
  proxy!: TcpProxy;
  /** The client's destination: the server, through {@link proxy}. */
  destination!: string;
  readonly server: GridService;
  readonly client: GridService;
  /** Folder of `store/` and `trash/`. */
  readonly store: string;
  readonly #folder: AsyncDisposable & { readonly path: string };
  #noise = 1;

  private constructor(folder: AsyncDisposable & { readonly path: string }, options: GridOptions) {
    this.#folder = folder;
    const place = options.store === undefined ? [] : ["--store", options.store];
    const data = `${folder.path}/server`;
    this.store = options.store ?? data;
    this.server = new GridService(data, [...SERVER_ARGS, ...place, ...options.serverArgs ?? []]);
    this.client = new GridService(`${folder.path}/client`, CLIENT_ARGS);
  }

  /** Starts both and pairs them: the client has an account with a gigabyte. */
  static async open(
    options: GridOptions = {},
    prepare: (folder: string) => GridOptions | Promise<GridOptions> = () => ({}),
  ): Promise<GridStage> {
    const folder = await scratch("sparegrid-grid-");
    const all = { ...options, ...await prepare(folder.path) };
    const grid = new GridStage(folder, all);
    try {
      await Promise.all([grid.server.start(all.serverEnv), grid.client.start(all.clientEnv)]);
      grid.proxy = await TcpProxy.to(grid.serverPort);
      const { quota = QUOTA_BYTES } = all;
      grid.destination = quota === null ? await grid.#joinByInvite() : await grid.#joinAndApprove(quota);
      return grid;
    } catch (error) {
      await grid[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Everything lies below it. */
  get folder(): string {
    return this.#folder.path;
  }

  get serverPort(): number {
    return this.server.process.start.ports["backupTls"]!;
  }

  async #joinAndApprove(quota: number): Promise<string> {
    const address = `127.0.0.1:${this.proxy.port}`;
    const { fingerprint } = this.server.process.start;
    const id = await this.addDestination({ name: "vault", server: { address, fingerprint } });
    await this.server.ask(
      "mutation ($input: ApproveAccountInput!) { approveAccount(input: $input) { account { id } } }",
      { input: { id: ACCOUNT, quota } },
    );
    return id;
  }

  /** By an invitation that allots nothing; past the proxy. */
  async #joinByInvite(): Promise<string> {
    const { createInvite: { text } } = await this.server.ask<{ createInvite: { text: string } }>(
      'mutation { createInvite(input: { address: "127.0.0.1" }) { text } }',
    );
    return await this.addDestination({ name: "vault", invite: text });
  }

  /** Gives the destination's ID. */
  async addDestination(input: ApiVariables): Promise<string> {
    const document =
      "mutation ($input: CreateDestinationInput!) { createDestination(input: $input) { destination { id } } }";
    const answer = await this.client.ask<{ createDestination: { destination: { id: string } } }>(
      document,
      { input },
    );
    return answer.createDestination.destination.id;
  }

  /** Writes a new file of noise into a set's source. */
  async write(name: string, file: string, bytes: number): Promise<void> {
    await Deno.mkdir(`${this.folder}/${name}`, { recursive: true });
    await Deno.writeFile(`${this.folder}/${name}/${file}`, noise(bytes, this.#noise++));
  }

  /** A set whose source is the folder of {@link write}; gives its ID. */
  async addSet(name: string, destination: string = this.destination): Promise<string> {
    await this.write(name, "first", 300_000);
    const input = {
      ...{ name, sources: [`${this.folder}/${name}`], password: GRID_PASSWORD },
      destinations: [{ destination }],
    };
    const answer = await this.client.ask<{ createSet: { set: { id: string } } }>(
      "mutation ($input: CreateSetInput!) { createSet(input: $input) { set { id } } }",
      { input },
    );
    return answer.createSet.set.id;
  }

  /** Orders a run; gives its ID. */
  async start(kind: string, set: string, full = false): Promise<string> {
    const answer = await this.client.ask<{ startRun: { run: { id: string } } }>(
      "mutation ($input: StartRunInput!) { startRun(input: $input) { run { id } } }",
      { input: { kind, set, full } },
    );
    return answer.startRun.run.id;
  }

  /** `suspendRun`, `resumeRun` or `stopRun`. */
  async order(what: string, id: string): Promise<void> {
    await this.client.ask(`mutation ($id: ID!) { ${what}(id: $id) { run { id } } }`, { id });
  }

  /** Follows a run until it is as wanted. */
  async until(id: string, wanted: (run: GridRun) => boolean, what: string): Promise<GridRun> {
    let last: GridRun | undefined;
    const document = `subscription ($id: ID!) { run(id: $id) { ${RUN} } }`;
    const over = AbortSignal.timeout(60_000);
    for await (const { run } of this.client.follow<{ run: GridRun }>(document, { id }, over)) {
      last = run;
      if (wanted(run)) return run;
    }
    throw new Error(`the run was never ${what}, but ${JSON.stringify(last)}`);
  }

  /** Follows a run until it is in one of these states. */
  untilState(id: string, ...states: string[]): Promise<GridRun> {
    return this.until(id, ({ state }) => states.includes(state), states.join(" or "));
  }

  /** Follows a run until it is under way and has sent something. */
  untilSending(id: string): Promise<GridRun> {
    return this.until(id, (run) => run.state === "RUNNING" && run.progress !== null, "sending");
  }

  /** Backs up a set and waits for the end. */
  async backUp(set: string): Promise<GridRun> {
    return await this.untilState(await this.start("BACKUP", set), ...OVER);
  }

  /** Changes the client's account at the server. */
  async updateAccount(changes: ApiVariables): Promise<void> {
    await this.server.ask(
      "mutation ($input: UpdateAccountInput!) { updateAccount(input: $input) { account { id } } }",
      { input: { id: ACCOUNT, ...changes } },
    );
  }

  /** Bytes of the account, as the server counts them. */
  async usedBytes(): Promise<number> {
    const { account } = await this.server.ask<{ account: { used: number } }>(
      `{ account(id: "${ACCOUNT}") { used } }`,
    );
    return account.used;
  }

  /**
   * The next backup of the set completes; it restores to what the source is; restic finds the stored repository clean; the
   * server counts what the disk holds.
   */
  async mustBeWhole(name: string, set: string): Promise<void> {
    const { state, message } = await this.backUp(set);
    assert.equal(state, "DONE", message ?? "");
    const target = `${this.folder}/restored-${name}`;
    const { startRestore: { run } } = await this.client.ask<{ startRestore: { run: { id: string } } }>(
      "mutation ($input: StartRestoreInput!) { startRestore(input: $input) { run { id } } }",
      { input: { set, target } },
    );
    const restored = await this.untilState(run.id, ...OVER);
    assert.equal(restored.state, "DONE", restored.message ?? "");
    const source = `${this.folder}/${name}`;
    const same = await new Deno.Command("diff", { args: ["-r", source, target + source] }).output();
    assert.equal(same.code, 0, new TextDecoder().decode(same.stdout));
    await Deno.remove(target, { recursive: true });
    await resticDone(["-r", `${this.store}/store/${ACCOUNT}/${name}`, "--no-lock", "check", "--read-data"], {
      env: { RESTIC_PASSWORD: GRID_PASSWORD },
    });
    assert.equal(await this.usedBytes(), await bytesBelow(this.store), "what is counted is what is there");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
    await this.proxy?.[Symbol.asyncDispose]();
    await this.#folder[Symbol.asyncDispose]();
  }
}

/** Bytes of all that the account has in a store and its trash. */
async function bytesBelow(store: string): Promise<number> {
  let sum = 0;
  const walk = async (folder: string): Promise<void> => {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      if (isDirectory) await walk(`${folder}/${name}`);
      else sum += (await Deno.lstat(`${folder}/${name}`)).size;
    }
  };
  for (const part of ["store", "trash"]) {
    await walk(`${store}/${part}/${ACCOUNT}`).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }
  return sum;
}
