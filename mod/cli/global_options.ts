// Copyright the SpareGrid authors. Apache-2.0.
import type { OptionSpec } from "./command.ts";

/** Options that every command takes, before or behind its name. */
export const GLOBAL_OPTIONS: readonly OptionSpec[] = [
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
  { name: "json", help: "Print one JSON object per line, for other programs" },
  { name: "quiet", short: "q", help: "No progress and no summary; results, warnings and errors only" },
  { name: "verbose", short: "v", repeat: true, help: "Say more; twice: name every file" },
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
  { name: "help", short: "h", help: "Show the help of the command" },
];

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
