// Copyright the SpareGrid authors. Apache-2.0.
import type { OptionSpec } from "./option_spec.ts";

/** Options that every command takes, before or behind its name. */
export const GENERAL_OPTIONS: readonly OptionSpec[] = [
  { name: "json", help: "Print one JSON object per line, for other programs" },
  { name: "quiet", short: "q", help: "No progress and no summary; results, warnings and errors only" },
  { name: "verbose", short: "v", repeat: true, help: "Say more; twice: name every file" },
  { name: "help", short: "h", help: "Show the help of the command" },
];

/** Options that every command on a repository takes besides. */
export const REPOSITORY_OPTIONS: readonly OptionSpec[] = [
  {
    name: "repo",
    short: "r",
    value: "PLACE",
    help: "The repository: a folder, or rest:https://HOST/PATH (or SPAREGRID_REPOSITORY)",
  },
  {
    name: "repository-file",
    value: "FILE",
    help: "Read the repository's place from a file (or SPAREGRID_REPOSITORY_FILE)",
  },
  {
    name: "password-file",
    short: "p",
    value: "FILE",
    help: "Read the password from a file (or SPAREGRID_PASSWORD_FILE)",
  },
  {
    name: "password-command",
    value: "COMMAND",
    help: "Run a command that prints the password (or SPAREGRID_PASSWORD_COMMAND)",
  },
  { name: "no-lock", help: "Do not lock the repository, to read from one that is read-only" },
  {
    name: "retry-lock",
    value: "TIME",
    help: "Wait so long (such as 5m) for a locked repository before giving up",
  },
  {
    name: "compression",
    value: "MODE",
    help: "auto, off, fastest or max; default auto (or SPAREGRID_COMPRESSION)",
  },
  { name: "pack-size", value: "MIB", help: "Target size of the files in the repository, in MiB; default 16" },
  { name: "limit-upload", value: "KIB", help: "Send at most so many KiB per second" },
  { name: "limit-download", value: "KIB", help: "Fetch at most so many KiB per second" },
  { name: "no-cache", help: "Do not use the cache folder" },
  { name: "cache-dir", value: "FOLDER", help: "Use this folder as cache (or SPAREGRID_CACHE_DIR)" },
  { name: "cacert", value: "FILE", repeat: true, help: "Trust the certificate authority in this PEM file" },
  {
    name: "tls-fingerprint",
    value: "SHA256",
    help: "Trust only the server whose certificate has this SHA-256 fingerprint",
  },
];

/** The data folder of an installation. */
export const DATA_OPTION: OptionSpec = {
  name: "data",
  value: "FOLDER",
  help: "The installation's data folder (or SPAREGRID_DATA); left out: the user's own",
};

/** Options that every command takes that asks a running service. */
export const SERVICE_OPTIONS: readonly OptionSpec[] = [
  {
    name: "address",
    value: "URL",
    help:
      "The service: HOST, HOST:PORT or a URL (or SPAREGRID_ADDRESS); left out: the one of the data folder",
  },
  {
    name: "token-file",
    value: "FILE",
    help:
      "Read the API token from a file (or SPAREGRID_TOKEN_FILE, SPAREGRID_TOKEN); left out: the data folder's own",
  },
  {
    name: "fingerprint",
    value: "SHA256",
    help: "Trust only the service whose certificate has this fingerprint (or SPAREGRID_FINGERPRINT)",
  },
  DATA_OPTION,
];

/** What a command works on; it decides which options it shares with others. */
export type CommandTarget = "repository" | "service" | "either" | "nothing";

/** All options that some commands share: they may stand before a command's name. */
export const GLOBAL_OPTIONS: readonly OptionSpec[] = [
  ...REPOSITORY_OPTIONS,
  ...SERVICE_OPTIONS,
  ...GENERAL_OPTIONS,
];

/** A group of shared options with its headline. */
export interface OptionGroup {
  readonly title: string;
  readonly options: readonly OptionSpec[];
}

const REPOSITORY_GROUP: OptionGroup = {
  title: "Options of every command on a repository",
  options: REPOSITORY_OPTIONS,
};
const SERVICE_GROUP: OptionGroup = {
  title: "Options of every command that asks a service",
  options: SERVICE_OPTIONS,
};
const GENERAL_GROUP: OptionGroup = { title: "Options of every command", options: GENERAL_OPTIONS };

/** All groups, for the overview. */
export const OPTION_GROUPS: readonly OptionGroup[] = [GENERAL_GROUP, REPOSITORY_GROUP, SERVICE_GROUP];

/** The groups of options that a command shares with others. */
export function sharedGroups(target: CommandTarget = "repository"): readonly OptionGroup[] {
  return OPTION_GROUPS.filter((group) =>
    group === GENERAL_GROUP ||
    (group === REPOSITORY_GROUP && (target === "repository" || target === "either")) ||
    (group === SERVICE_GROUP && (target === "service" || target === "either"))
  );
}

/** Options that choose snapshots by what is written in them. */
export const FILTER_OPTIONS: readonly OptionSpec[] = [
  {
    name: "host",
    short: "H",
    value: "NAME",
    repeat: true,
    help: "Only snapshots of this machine (repeatable)",
  },
  {
    name: "tag",
    value: "TAG[,TAG…]",
    repeat: true,
    help: "Only snapshots that have all these tags (repeat it for alternatives)",
  },
  {
    name: "path",
    value: "PATH",
    repeat: true,
    help: "Only snapshots that hold this absolute path (repeatable)",
  },
];

/** Options of commands that can be tried without effect. */
export const DRY_RUN_OPTION: OptionSpec = {
  name: "dry-run",
  short: "n",
  help: "Change nothing; only show what would be done",
};
