// Copyright the SpareGrid authors. Apache-2.0.
import { createHash } from "node:crypto";
import { type Approval, PortAccounts, RequestIdentity } from "../../mod/account/mod.ts";
import { systemClock, systemRandom } from "../../mod/base/mod.ts";
import { HttpServer, type HttpServerOptions } from "../../mod/http/mod.ts";
import type { FileSystem } from "../../mod/platform/mod.ts";
import { backupPort, Stores, type StoresOrder } from "../../mod/server/mod.ts";
import { type AccountStage, accountStage } from "./account_stage.ts";
import type { TestCertificate } from "./certificate.ts";
import { RecordingLog } from "./recording_log.ts";

/** What a {@link ServerStage} can be told. */
export interface ServerStageOptions {
  readonly tls?: TestCertificate;
  readonly http?: Partial<Pick<HttpServerOptions, "deadlines" | "limits">>;
  /** File system of the stores; the real one where left out. */
  readonly fs?: FileSystem;
  /** Folder of the stores; one beside the catalog where left out. */
  readonly folder?: string;
  readonly stores?: Partial<Pick<StoresOrder, "reservedBytes" | "bytesPerSecond" | "clock">>;
  readonly allowBasicPlain?: boolean;
  /** Where it listens; this machine only where left out. */
  readonly hostname?: string;
}

/** What an account of a stage may have otherwise than usual. */
export interface StageAccount {
  /** Null: nothing is allotted. */
  readonly quotaBytes?: number | null;
  readonly appendOnly?: boolean;
  readonly retentionLockDays?: number;
  readonly uploadBytesPerSecond?: number;
}

/** An answer of the port. */
export interface PortAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly text: string;
  /** `X-SpareGrid-Code`. */
  readonly code: string | null;
}

/** A backup port over real rooms, a real catalog and real sockets; all goes away with the test. */
export class ServerStage implements AsyncDisposable {
  readonly log: RecordingLog = new RecordingLog();
  approval: Approval = { kind: "manual" };
  #server: HttpServer | undefined;
  #stores: Stores | undefined;
  readonly #secrets = new Map<string, string>();
  readonly #client: Deno.HttpClient;

  private constructor(readonly rooms: AccountStage, readonly options: ServerStageOptions) {
    const caCerts = options.tls ? [options.tls.cert] : [];
    this.#client = Deno.createHttpClient({ http2: false, caCerts, poolMaxIdlePerHost: 8 });
  }

  /** Opens one: `await using stage = await ServerStage.open()`. */
  static async open(options: ServerStageOptions = {}): Promise<ServerStage> {
    const stage = new ServerStage(await accountStage(), options);
    await stage.start();
    return stage;
  }

  get stores(): Stores {
    return this.#stores!;
  }

  /** Folder of `store/` and `trash/`. */
  get folder(): string {
    return this.options.folder ?? `${this.rooms.folder}/kept`;
  }

  get port(): number {
    return this.#server!.address.port;
  }

  get url(): string {
    return `${this.options.tls ? "https" : "http"}://localhost:${this.port}`;
  }

  /** What {@link PortAccounts} of the account room is to the port. */
  get accounts(): PortAccounts {
    return new PortAccounts({
      ...this.rooms,
      identity: new RequestIdentity(this.rooms),
      approval: () => this.approval,
    });
  }

  async start(): Promise<void> {
    const { rooms, options, log } = this;
    const accounts = this.accounts;
    this.#stores = await Stores.open({
      folder: this.folder,
      fs: options.fs ?? rooms.fs,
      ...{ catalog: rooms.catalog, accounts, clock: rooms.clock, random: systemRandom, log },
      ...{ reservedBytes: () => 0, bytesPerSecond: () => 0 },
      ...options.stores,
    });
    const { tls } = options;
    this.#server = HttpServer.listen(
      {
        ...{ hostname: options.hostname ?? "127.0.0.1", port: 0, clock: systemClock, log, ...options.http },
        ...(tls ? { tls: { certificate: tls.cert, key: tls.key } } : {}),
      },
      backupPort({
        ...{ stores: this.#stores, accounts, log },
        allowBasicPlain: () => options.allowBasicPlain ?? false,
      }),
    );
  }

  /** Ends the port and what stands behind it; with `start` it comes back. */
  async stop(): Promise<void> {
    await this.#server?.close(5_000);
    await this.#stores?.[Symbol.asyncDispose]();
    this.#server = undefined;
    this.#stores = undefined;
  }

  /** Makes an active account; its secret is remembered for {@link ask}. */
  async addAccount(id: string, options: StageAccount = {}): Promise<string> {
    const { accounts, catalog } = this.rooms;
    const order = { id, address: "127.0.0.1", approval: { kind: "manual" } } as const;
    const { secret } = await accounts.request(order);
    const { quotaBytes = 1e12, appendOnly, retentionLockDays, uploadBytesPerSecond } = options;
    await accounts.approve(id, quotaBytes ?? 0);
    await accounts.update(id, {
      ...(appendOnly === undefined ? {} : { appendOnly }),
      ...(retentionLockDays === undefined ? {} : { retentionLockDays }),
      ...(uploadBytesPerSecond === undefined ? {} : { uploadBytesPerSecond }),
    });
    if (quotaBytes === null) {
      await accounts.changing(id, () => catalog.accounts.update(id, { quotaBytes: null }));
    }
    this.#secrets.set(id, secret);
    return secret;
  }

  /** Asks the port as an account: `ask("pc", "GET", "repo/config")`. */
  async ask(
    account: string,
    method: string,
    path: string,
    { body, headers = {} }: { body?: BodyInit; headers?: Record<string, string> } = {},
  ): Promise<PortAnswer> {
    const secret = this.#secrets.get(account);
    const answer = await fetch(`${this.url}/${path.startsWith(".") ? path : `${account}/${path}`}`, {
      ...{ client: this.#client, method, redirect: "manual" },
      ...(body === undefined ? {} : { body }),
      headers: {
        ...(secret === undefined ? {} : { Authorization: `Basic ${btoa(`${account}:${secret}`)}` }),
        ...headers,
      },
    });
    const bytes = await answer.bytes();
    return {
      ...{ status: answer.status, headers: answer.headers, body: bytes },
      ...{ text: new TextDecoder().decode(bytes), code: answer.headers.get("X-SpareGrid-Code") },
    };
  }

  /** Stores bytes under the name that they ask for; gives the name. Fails unless it is stored. */
  async store(
    account: string,
    repository: string,
    type: string,
    bytes: Uint8Array<ArrayBuffer>,
  ): Promise<string> {
    const name = nameOf(bytes);
    const { status, text } = await this.ask(account, "POST", `${repository}/${type}/${name}`, {
      body: bytes,
    });
    if (status !== 200) throw new Error(`${type}/${name} was not stored: ${status} ${text}`);
    return name;
  }

  /** Account and repository, ready for files. */
  async repository(account = "pc", repository = "home", options: StageAccount = {}): Promise<void> {
    await this.addAccount(account, options);
    const { status, text } = await this.ask(account, "POST", `${repository}/?create=true`);
    if (status !== 200) throw new Error(`the repository was not made: ${status} ${text}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client.close();
    await this.stop();
    await this.rooms[Symbol.asyncDispose]();
  }
}

/** The name that bytes ask for. */
export function nameOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Bytes that are not all alike, other ones for each seed. */
export function someBytes(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let x = seed >>> 0;
  for (let i = 0; i < length; i++) {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    bytes[i] = x >>> 24;
  }
  return bytes;
}

/** All files below a folder with their sizes, sorted, without those that mark a store. One that goes meanwhile has size 0. */
export async function filesBelow(folder: string): Promise<[path: string, size: number][]> {
  const found: [string, number][] = [];
  const walk = async (path: string) => {
    for await (const { name, isDirectory } of Deno.readDir(`${folder}/${path}`)) {
      if (isDirectory) await walk(`${path}${name}/`);
      else if (name !== ".sparegrid-store") {
        const size = await Deno.lstat(`${folder}/${path}${name}`).then(({ size }) => size, (error) => {
          if (error instanceof Deno.errors.NotFound) return 0;
          throw error;
        });
        found.push([path + name, size]);
      }
    }
  };
  await walk("");
  return found.sort(([a], [b]) => a < b ? -1 : 1);
}
