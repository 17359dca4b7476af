// Copyright the SpareGrid authors. Apache-2.0.
import type { ConnectionOrder, Engine, PasswordOrder } from "../app/mod.ts";
import { KIB, MIB } from "../base/mod.ts";
import { isSgError } from "../errors/mod.ts";
import type { Arguments } from "./arguments.ts";
import type { Context } from "./command.ts";

/** Times that a mistyped password may be typed again. */
const TRIES_MAX = 3;

/** What the options and the environment say about the repository. Mistakes are SG1008. */
export function connectionOrder(args: Arguments, { env }: Context): ConnectionOrder {
  const order: { -readonly [K in keyof ConnectionOrder]: ConnectionOrder[K] } = {};
  const repository = args.text("repo") ?? env("SPAREGRID_REPOSITORY");
  if (repository !== undefined) {
    if (repository === "") throw args.mistake("Cannot use --repo: it is empty");
    order.repository = repository;
  }
  const lock = args.durationMs("retry-lock");
  if (lock !== undefined) order.retryLockMs = lock;
  if (args.flag("no-lock")) order.noLock = true;
  const compression = args.choice("compression", ["auto", "off", "fastest", "max"]) ??
    env("SPAREGRID_COMPRESSION");
  if (compression !== undefined) order.compression = knownCompression(compression, args);
  const pack = args.count("pack-size", 4);
  if (pack !== undefined) {
    if (pack > 128) throw args.mistake("Cannot use --pack-size: it must be from 4 to 128");
    order.packBytes = pack * MIB;
  }
  const upload = args.count("limit-upload");
  if (upload) order.uploadRate = upload * KIB;
  const download = args.count("limit-download");
  if (download) order.downloadRate = download * KIB;
  if (args.flag("no-cache")) order.cache = false;
  const cacheFolder = args.text("cache-dir") ?? env("SPAREGRID_CACHE_DIR");
  if (cacheFolder !== undefined) order.cacheFolder = cacheFolder;
  const authorities = args.has("cacert")
    ? args.list("cacert")
    : [env("SPAREGRID_CACERT") ?? ""].filter((x) => x);
  if (authorities.length > 0) order.certificateFiles = authorities;
  const fingerprint = args.text("tls-fingerprint");
  if (fingerprint !== undefined) {
    const digits = fingerprint.replace(/^sha-?256:/i, "").replaceAll(":", "").toLowerCase();
    if (!/^[0-9a-f]{64}$/.test(digits)) {
      throw args.mistake("Cannot use --tls-fingerprint: it must be 64 hexadecimal digits");
    }
    order.fingerprint = digits;
  }
  return order;
}

function knownCompression(text: string, args: Arguments): NonNullable<ConnectionOrder["compression"]> {
  if (text === "auto" || text === "off" || text === "fastest" || text === "max") return text;
  throw args.mistake("Cannot use SPAREGRID_COMPRESSION: it must be auto, off, fastest or max");
}

/** As {@link connectionOrder}, with the repository's place read from `--repository-file` where that is given. */
export async function resolvedConnection(args: Arguments, context: Context): Promise<ConnectionOrder> {
  const order = connectionOrder(args, context);
  const file = args.text("repository-file") ?? context.env("SPAREGRID_REPOSITORY_FILE");
  if (file === undefined || args.has("repo")) return order;
  if (order.repository !== undefined && !args.has("repository-file")) return order;
  const { readPassword } = await context.app();
  return { ...order, repository: (await readPassword({ file }, context.signal)).text };
}

/** The ways to the password that the options and the environment open. `prompt` is what a person is asked. */
export function passwordOrder(args: Arguments, context: Context, prompt: string): PasswordOrder {
  const { env, terminal } = context;
  const file = args.text("password-file");
  const command = args.text("password-command");
  if (file !== undefined && command !== undefined) {
    throw args.mistake("Cannot use --password-file together with --password-command");
  }
  const ask = terminal.stdinIsTerminal && !args.flag("stdin")
    ? { ask: () => terminal.readSecret(prompt, context.signal) }
    : {};
  if (file !== undefined) return { file };
  if (command !== undefined) return { command };
  const fromEnv = {
    file: env("SPAREGRID_PASSWORD_FILE"),
    command: env("SPAREGRID_PASSWORD_COMMAND"),
    text: env("SPAREGRID_PASSWORD"),
  };
  if (fromEnv.file !== undefined) return { file: fromEnv.file };
  if (fromEnv.command !== undefined) return { command: fromEnv.command };
  return fromEnv.text === undefined ? ask : { text: fromEnv.text };
}

/** Commands that write need their lock: without one a prune elsewhere could remove what they rely on. SG1008. */
export function refuseNoLock(args: Arguments): void {
  if (args.flag("no-lock") && !args.flag("dry-run")) {
    throw args.mistake("Cannot use --no-lock with a command that writes, unless together with --dry-run");
  }
}

/** Opens the repository that the options name. A mistyped password is asked for again. */
export async function openRepository(args: Arguments, context: Context): Promise<Engine> {
  const { openEngine, readPassword, defaultPlaces } = await context.app();
  const connection = await resolvedConnection(args, context);
  const place = connection.repository === undefined ? "the default repository" : "the repository";
  const order = passwordOrder(args, context, `Password of ${place}: `);
  const isDefault = connection.repository === undefined;
  const sources = isDefault ? { ...order, keptFile: defaultPlaces().passwordFile } : order;
  for (let tries = 1;; tries++) {
    const password = await readPassword(sources, context.signal);
    try {
      return await openEngine(connection, password, {
        signal: context.signal,
        note: (message) => context.output.note(message),
      });
    } catch (error) {
      if (!password.typed || !isSgError(error, "SG1001") || tries >= TRIES_MAX) throw error;
      context.output.warn("The password is wrong; try again");
    }
  }
}
