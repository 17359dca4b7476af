// Copyright the SpareGrid authors. Apache-2.0.
import type { Engine, Password } from "../../mod/app/mod.ts";
import type { KeyId, SnapshotId } from "../../mod/base/mod.ts";
import type { AppFace } from "../../mod/cli/command.ts";
import { runCommandLine } from "../../mod/cli/mod.ts";
import type { Node } from "../../mod/format/mod.ts";
import { SgError } from "../../mod/errors/mod.ts";
import { FakeClock } from "./fake_clock.ts";
import { FakeTerminal, type FakeTerminalOptions } from "./fake_terminal.ts";

/** An order as it reached the engine. */
export interface SeenOrder {
  readonly name: string;
  readonly order: unknown;
}

/** What a staged command line left behind. */
export interface StageEnd {
  readonly status: number;
  readonly terminal: FakeTerminal;
  /** Orders that reached the engine. */
  readonly orders: readonly SeenOrder[];
  /** Connections that were opened or made. */
  readonly connections: readonly { readonly repository?: string }[];
  /** Lines of JSON on standard output. */
  json(): Record<string, unknown>[];
}

/** How the stage is set. */
export interface StageOptions extends FakeTerminalOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Methods of the engine that do something else than nothing. */
  readonly engine?: Partial<Engine>;
  readonly app?: Partial<AppFace>;
  /** The only password that opens the repository; any where left out. */
  readonly password?: string;
  /** Files by path: passwords and pattern files. */
  readonly files?: Readonly<Record<string, string>>;
  readonly defaultExists?: boolean;
}

/** An ID that is easy to tell from others. */
export function someId(digit: string): SnapshotId & KeyId {
  return digit.repeat(64).slice(0, 64) as SnapshotId & KeyId;
}

/** A node of a tree with what a test does not care about filled in. */
export function someNode(name: string | Uint8Array, part: Partial<Node> = {}): Node {
  return {
    name: typeof name === "string" ? new TextEncoder().encode(name) : name,
    type: "file",
    mode: 0o644,
    mtime: 0n,
    atime: 0n,
    ctime: 0n,
    uid: 1000,
    gid: 100,
    inode: 1n,
    deviceId: 0n,
    size: 5n,
    links: 1n,
    device: 0n,
    content: [],
    ...part,
  };
}

/** Runs a command line over a fake terminal and an engine that only notes its orders. */
export async function stage(argv: readonly string[], options: StageOptions = {}): Promise<StageEnd> {
  const terminal = new FakeTerminal(options);
  const orders: SeenOrder[] = [];
  const connections: { repository?: string }[] = [];
  const engine = new Proxy({} as Engine, {
    get(_target, name) {
      if (name === "location") return connections.at(-1)?.repository ?? "/data/repository";
      if (name === "isDefault") return connections.at(-1)?.repository === undefined;
      if (name === "repositoryId") return someId("9");
      if (name === Symbol.asyncDispose) return () => Promise.resolve();
      if (typeof name !== "string" || name === "then") return undefined;
      return (order: unknown, ...rest: unknown[]) => {
        orders.push({ name, order });
        const own = (options.engine as Record<string, ((...args: unknown[]) => unknown) | undefined>)?.[name];
        if (own === undefined) throw new Error(`the stage's engine has no ${name}`);
        return own(order, ...rest);
      };
    },
  });
  const open = (password: string) => {
    if (options.password !== undefined && password !== options.password) {
      throw new SgError("SG1001", "Cannot open the repository: wrong password");
    }
  };
  const app: AppFace = {
    openEngine: (connection, password: Password) =>
      Promise.try(() => {
        open(password.text);
        connections.push(connection);
        return engine;
      }),
    lookAhead: () => undefined,
    createRepository: (connection) => {
      connections.push(connection);
      return Promise.resolve({ id: someId("9"), location: connection.repository ?? "/data/repository" });
    },
    defaultPlaces: () => ({ repository: "/data/repository", passwordFile: "/data/password" }),
    defaultRepositoryExists: () => options.defaultExists ?? false,
    keepPassword: () => Promise.resolve({ password: "made-up", file: "/data/password" }),
    readPassword: async (order) => {
      const file = order.file ??
        (options.files?.[order.keptFile ?? ""] === undefined ? undefined : order.keptFile);
      const text = file === undefined ? order.text ?? order.command : options.files?.[file];
      if (text !== undefined) return { text, typed: false };
      const typed = await order.ask?.();
      if (typed) return { text: typed, typed: true };
      throw new SgError("SG1024", "Cannot open the repository: no password was given");
    },
    readPatternFile: (path) => Promise.resolve((options.files?.[path] ?? "").split("\n")),
    readPathFile: (path) => {
      const paths = (options.files?.[path] ?? "").split("\n").map((line) => new TextEncoder().encode(line));
      return Promise.resolve({ paths, unmatched: [] });
    },
    sharesFileSystem: () => false,
    runService: () => Promise.reject(new Error("the stage runs no service")),
    resolveSettings: () => Promise.reject(new Error("the stage has no settings")),
    dataFolderOf: () => "/data",
    readTextFile: (path) => Promise.resolve(new TextEncoder().encode(options.files?.[path] ?? "")),
    absolutePath: (path) => path.startsWith("/") ? path : `/here/${path}`,
    openApi: () => Promise.reject(new SgError("SG0136", "The stage has no service")),
    ...options.app,
  };
  const env = { SPAREGRID_PASSWORD: "test", ...options.env } as Record<string, string | undefined>;
  const status = await runCommandLine(argv, {
    terminal,
    clock: new FakeClock(),
    env: (name) => env[name] || undefined,
    app: () => Promise.resolve(app),
  });
  const json = () => terminal.out.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
  return { status, terminal, orders, connections, json };
}
