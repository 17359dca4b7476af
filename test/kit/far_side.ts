// Copyright the SpareGrid authors. Apache-2.0.
// Servers that a repository of the network bench can lie behind: restic's plain protocol, and SpareGrid's own backup port.
import assert from "node:assert/strict";
import { systemClock, systemRandom } from "../../mod/base/mod.ts";
import type { Deadlines } from "../../mod/http/mod.ts";
import {
  FILE_TYPES,
  type FileType,
  HttpStorage,
  type HttpStorageOptions,
  MemoryStorage,
  parseLocation,
  type RestLocation,
} from "../../mod/storage/mod.ts";
import { makeCertificate, type TestCertificate } from "./certificate.ts";
import type { StoredFiles } from "./damage_editor.ts";
import { folderToStorage } from "./repository.ts";
import { RestServer } from "./rest_server.ts";
import { scratch } from "./scratch.ts";
import { type OpenServer, openServer } from "./server_process.ts";
import { filesBelow } from "./server_stage.ts";

/** What a bench needs of a server. */
export interface FarSide extends AsyncDisposable {
  readonly port: number;
  /** Where the repository is that was placed last, by way of `port`, which may be another one's in front of the server. */
  location(port: number): string;
  /** How clients prove who they are. */
  readonly options: HttpStorageOptions;
  /** Puts a repository there, in place of the last one. */
  place(files: StoredFiles): Promise<void>;
  /** Copies to memory what is stored. */
  stored(): Promise<MemoryStorage>;
  /** Removes the locks, as if their processes were known to be gone. */
  removeLocks(): Promise<void>;
}

/** A server of restic's protocol, over a plain folder. */
export class PlainFarSide implements FarSide {
  readonly options: HttpStorageOptions = {};
  readonly server: RestServer;
  readonly #folder: AsyncDisposable & { readonly path: string };

  private constructor(folder: AsyncDisposable & { readonly path: string }) {
    this.#folder = folder;
    this.server = new RestServer({ folder: folder.path, rememberAnswers: true });
  }

  static async open(): Promise<PlainFarSide> {
    return new PlainFarSide(await scratch("sparegrid-network-"));
  }

  get port(): number {
    return this.server.port;
  }

  location(port: number): string {
    return `rest:http://127.0.0.1:${port}/repo/`;
  }

  async place(files: StoredFiles): Promise<void> {
    const { path } = this.#folder;
    for await (const { name } of Deno.readDir(path)) {
      await Deno.remove(`${path}/${name}`, { recursive: true });
    }
    for (const type of FILE_TYPES) if (type !== "config") await Deno.mkdir(`${path}/${type}`);
    for (const [file, bytes] of files) {
      const [type, name] = file.split("/") as [string, string];
      const folder = type === "data" ? `${path}/data/${name.slice(0, 2)}` : `${path}/${type}`;
      if (type === "data") await Deno.mkdir(folder, { recursive: true });
      await Deno.writeFile(type === "config" ? `${path}/config` : `${folder}/${name}`, bytes);
    }
  }

  stored(): Promise<MemoryStorage> {
    return folderToStorage(this.#folder.path);
  }

  async removeLocks(): Promise<void> {
    const locks = `${this.#folder.path}/locks`;
    for await (const { name } of Deno.readDir(locks)) await Deno.remove(`${locks}/${name}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
    await this.#folder[Symbol.asyncDispose]();
  }
}

/** SpareGrid's backup port with an account whose requests are signed. Each repository that is placed gets a new name. */
export class ServiceFarSide implements FarSide {
  readonly options: HttpStorageOptions;
  readonly server: OpenServer;
  readonly #folder: AsyncDisposable & { readonly path: string };
  readonly #certificate: TestCertificate | undefined;
  #placed = 0;

  private constructor(
    folder: AsyncDisposable & { readonly path: string },
    server: OpenServer,
    secret: string,
    certificate: TestCertificate | undefined,
  ) {
    this.#folder = folder;
    this.server = server;
    this.#certificate = certificate;
    this.options = {
      ...{ username: "pc", password: secret, signed: true, random: systemRandom },
      ...(certificate ? { pinnedSha256: certificate.sha256 } : {}),
    };
  }

  static async open(
    { tls = false, deadlines }: { readonly tls?: boolean; readonly deadlines?: Partial<Deadlines> } = {},
  ): Promise<ServiceFarSide> {
    const folder = await scratch("sparegrid-service-link-");
    const certificate = tls ? await makeCertificate() : undefined;
    const server = await openServer(folder.path, certificate, deadlines);
    return new ServiceFarSide(folder, server, await server.addAccount("pc", 1e10), certificate);
  }

  get port(): number {
    return this.server.port;
  }

  location(port: number): string {
    return `rest:${this.#certificate ? "https" : "http"}://127.0.0.1:${port}/pc/${this.#repository}/`;
  }

  async place(files: StoredFiles): Promise<void> {
    this.#placed++;
    const storage = this.#storage();
    try {
      await storage.create();
      for (const [file, bytes] of files) {
        const [type, name = ""] = file.split("/") as [FileType, string?];
        await storage.save({ type, name: type === "config" ? "" : name }, bytes.slice());
      }
    } finally {
      await storage.close();
    }
  }

  stored(): Promise<MemoryStorage> {
    return folderToStorage(`${this.#folder.path}/store/pc/${this.#repository}`);
  }

  async removeLocks(): Promise<void> {
    const storage = this.#storage();
    try {
      for await (const { name } of storage.list("locks")) await storage.remove({ type: "locks", name });
    } finally {
      await storage.close();
    }
  }

  /**
   * Fails unless nothing is half stored, and the figures and the history are those of the disk. Waits for uploads that were
   * under way when their connections ended.
   */
  async assertFigures(said: string): Promise<void> {
    const { stores } = this.server;
    let files = await this.#files();
    for (let looks = 0; files.some(([path]) => path.startsWith("store/.incoming/")); looks++) {
      assert.ok(looks < 300, `an upload that ended is still there: ${said}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
      files = await this.#files();
    }
    // What got its name while the last look was under way may have been missed by it.
    files = await this.#files();
    const bytes = (area: string) =>
      files.reduce((sum, [path, size]) => sum + (path.startsWith(`${area}/`) ? size : 0), 0);
    const disk = { storedBytes: bytes("store"), trashBytes: bytes("trash") };
    assert.deepEqual(stores.usageOf("pc"), disk, said);
    const { events } = await stores.since({ account: "pc", repository: this.#repository }, 0);
    const told = events.filter(({ removed }) => !removed).map(({ file, size }) => `${file} ${size}`);
    const home = `store/pc/${this.#repository}/`;
    const there = files.filter(([path]) => path.startsWith(home) && !path.includes("/locks/"))
      .map(([path, size]) => `${path.slice(home.length).replace(/^data\/../, "data")} ${size}`);
    assert.deepEqual(told.sort(), there.sort(), said);
  }

  async #files(): Promise<(readonly [path: string, size: number])[]> {
    return (await filesBelow(this.#folder.path)).filter(([path]) => /^(?:store|trash)\//.test(path));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
    await this.#folder[Symbol.asyncDispose]();
  }

  get #repository(): string {
    return `case-${this.#placed}`;
  }

  #storage(): HttpStorage {
    const location = parseLocation(this.location(this.port)) as RestLocation;
    return new HttpStorage(location, systemClock, this.options);
  }
}
