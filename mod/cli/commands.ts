// Copyright the SpareGrid authors. Apache-2.0.
import type { Command } from "./command.ts";
import type { CommandLine } from "./help.ts";

/** A command that is loaded only when it is needed, so that a short command starts quickly. */
export interface CommandEntry extends CommandLine {
  load(): Promise<Command>;
}

const entry = (name: string, summary: string, load: () => Promise<Command>): CommandEntry => ({
  name,
  summary,
  load,
});

/** All commands, in the order of the overview. */
export const COMMANDS: readonly CommandEntry[] = [
  entry("init", "make a new repository", async () => (await import("./init.ts")).initCommand),
  entry("backup", "back up folders and files", async () => (await import("./backup.ts")).backupCommand),
  entry(
    "restore",
    "bring files back from a snapshot",
    async () => (await import("./restore.ts")).restoreCommand,
  ),
  entry("snapshots", "list the snapshots", async () => (await import("./snapshots.ts")).snapshotsCommand),
  entry("ls", "list the files in a snapshot", async () => (await import("./ls.ts")).lsCommand),
  entry("find", "find files by name in all snapshots", async () => (await import("./find.ts")).findCommand),
  entry(
    "diff",
    "show what differs between two snapshots",
    async () => (await import("./diff.ts")).diffCommand,
  ),
  entry(
    "dump",
    "print a file, or a folder as tar or zip",
    async () => (await import("./dump.ts")).dumpCommand,
  ),
  entry("stats", "count files and bytes", async () => (await import("./stats.ts")).statsCommand),
  entry("check", "look for damage in the repository", async () => (await import("./check.ts")).checkCommand),
  entry("forget", "remove old snapshots by rules", async () => (await import("./forget.ts")).forgetCommand),
  entry(
    "prune",
    "free the space of data that no snapshot needs",
    async () => (await import("./prune.ts")).pruneCommand,
  ),
  entry(
    "repair index",
    "make a new index from the stored files",
    async () => (await import("./repair.ts")).repairIndexCommand,
  ),
  entry(
    "repair packs",
    "save what is readable of damaged stored files",
    async () => (await import("./repair.ts")).repairPacksCommand,
  ),
  entry(
    "repair snapshots",
    "take lost files and folders out of the snapshots",
    async () => (await import("./repair.ts")).repairSnapshotsCommand,
  ),
  entry(
    "unlock",
    "remove locks that crashed programs left",
    async () => (await import("./unlock.ts")).unlockCommand,
  ),
  entry(
    "key list",
    "list the keys (passwords) of the repository",
    async () => (await import("./key.ts")).keyListCommand,
  ),
  entry("key add", "add a key (password)", async () => (await import("./key.ts")).keyAddCommand),
  entry("key remove", "remove a key (password)", async () => (await import("./key.ts")).keyRemoveCommand),
  entry("key passwd", "change the password", async () => (await import("./key.ts")).keyPasswdCommand),
  entry(
    "serve",
    "run the service: back up this machine, keep backups of others",
    async () => (await import("./serve.ts")).serveCommand,
  ),
  entry(
    "config",
    "show the service's settings and where each came from",
    async () => (await import("./config.ts")).configCommand,
  ),
  entry("version", "say which version this is", async () => (await import("./version.ts")).versionCommand),
  entry(
    "help",
    "show this, or the help of a command",
    async () => (await import("./help_command.ts")).helpCommand,
  ),
];

/** Words that lead to other words: restic's older names. */
const ALIASES: ReadonlyMap<string, readonly string[]> = new Map([["rebuild-index", ["repair", "index"]]]);

/** A command found among the words of a command line. */
export interface FoundCommand {
  readonly entry: CommandEntry;
  /** How many words it takes. */
  readonly words: number;
}

/** The command that `words` begin with; undefined where there is none. */
export function findCommand(words: readonly string[]): FoundCommand | undefined {
  const alias = ALIASES.get(words[0] ?? "");
  if (alias !== undefined) return { entry: findCommand(alias)!.entry, words: 1 };
  for (const words_ of [2, 1]) {
    const name = words.slice(0, words_).join(" ");
    const found = COMMANDS.find((command) => command.name === name);
    if (found !== undefined && words.length >= words_) return { entry: found, words: words_ };
  }
  return undefined;
}

/** The commands below a subject such as `repair`; empty where it is none. */
export function commandsOf(subject: string): readonly CommandEntry[] {
  return COMMANDS.filter((command) => command.name.startsWith(`${subject} `));
}
