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
  group: "repository",
  load,
});

const service: typeof entry = (...facts) => ({ ...entry(...facts), group: "service" });
const other: typeof entry = (...facts) => ({ ...entry(...facts), group: "other" });

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
  service(
    "serve",
    "run the service: back up this machine, keep backups of others",
    async () => (await import("./serve.ts")).serveCommand,
  ),
  service(
    "config",
    "show the service's settings and where each came from",
    async () => (await import("./config.ts")).configCommand,
  ),
  service(
    "config set",
    "change a setting of the running service",
    async () => (await import("./config_set.ts")).configSetCommand,
  ),
  service(
    "status",
    "show how the service is and what it does",
    async () => (await import("./status.ts")).statusCommand,
  ),
  service("set list", "list the backup sets", async () => (await import("./set.ts")).setListCommand),
  service("set add", "add a backup set", async () => (await import("./set_change.ts")).setAddCommand),
  service("set show", "show a backup set", async () => (await import("./set.ts")).setShowCommand),
  service(
    "set change",
    "change a backup set",
    async () => (await import("./set_change.ts")).setChangeCommand,
  ),
  service("set remove", "forget a backup set", async () => (await import("./set.ts")).setRemoveCommand),
  service(
    "set preview",
    "show what a set would store and leave out",
    async () => (await import("./set_change.ts")).setPreviewCommand,
  ),
  service(
    "set recovery-sheet",
    "print the sheet that opens a set's backups without this machine",
    async () => (await import("./set.ts")).setRecoverySheetCommand,
  ),
  service(
    "run start",
    "start a backup or another run of a set",
    async () => (await import("./runs.ts")).runStartCommand,
  ),
  service("run list", "list runs, the latest first", async () => (await import("./runs.ts")).runListCommand),
  service("run show", "show a run with its problems", async () => (await import("./runs.ts")).runShowCommand),
  service(
    "run watch",
    "follow a run to its end, or all runs",
    async () => (await import("./run_watch.ts")).runWatchCommand,
  ),
  service(
    "run suspend",
    "let a run stand still until it is resumed",
    async () => (await import("./runs.ts")).runSuspendCommand,
  ),
  service(
    "run resume",
    "let a suspended run go on",
    async () => (await import("./runs.ts")).runResumeCommand,
  ),
  service("run stop", "end a run before it is done", async () => (await import("./runs.ts")).runStopCommand),
  service(
    "search",
    "find files by name in all snapshots of all sets",
    async () => (await import("./search.ts")).searchCommand,
  ),
  service(
    "history",
    "show all states of a file in the snapshots of a set",
    async () => (await import("./history.ts")).historyCommand,
  ),
  service(
    "report",
    "sum up what was backed up, restored and failed",
    async () => (await import("./report.ts")).reportCommand,
  ),
  service(
    "destination list",
    "list where backups go",
    async () => (await import("./destination.ts")).destinationListCommand,
  ),
  service(
    "destination add",
    "add a place for backups",
    async () => (await import("./destination.ts")).destinationAddCommand,
  ),
  service(
    "destination change",
    "change a destination",
    async () => (await import("./destination.ts")).destinationChangeCommand,
  ),
  service(
    "destination remove",
    "forget a destination that no set uses",
    async () => (await import("./destination.ts")).destinationRemoveCommand,
  ),
  service(
    "destination test",
    "try to reach a destination",
    async () => (await import("./destination.ts")).destinationTestCommand,
  ),
  service(
    "account list",
    "list the clients of this server",
    async () => (await import("./account.ts")).accountListCommand,
  ),
  service(
    "account show",
    "show an account with its repositories",
    async () => (await import("./account.ts")).accountShowCommand,
  ),
  service(
    "account approve",
    "let a client in that waits, with an allotment",
    async () => (await import("./account_change.ts")).accountApproveCommand,
  ),
  service(
    "account change",
    "change an account's allotment and rules",
    async () => (await import("./account_change.ts")).accountChangeCommand,
  ),
  service(
    "account activate",
    "let an account in again",
    async () => (await import("./account_change.ts")).accountActivateCommand,
  ),
  service(
    "account deactivate",
    "keep an account out",
    async () => (await import("./account_change.ts")).accountDeactivateCommand,
  ),
  service(
    "account suspend",
    "suspend all that an account does here",
    async () => (await import("./account_change.ts")).accountSuspendCommand,
  ),
  service(
    "account resume",
    "let a suspended account go on",
    async () => (await import("./account_change.ts")).accountResumeCommand,
  ),
  service(
    "account reset-secret",
    "give an account a new secret",
    async () => (await import("./account_change.ts")).accountResetSecretCommand,
  ),
  service(
    "account remove",
    "move an account, or one of its repositories, to the trash",
    async () => (await import("./account_change.ts")).accountRemoveCommand,
  ),
  service(
    "account undelete",
    "bring what a client removed back from the trash",
    async () => (await import("./account_change.ts")).accountUndeleteCommand,
  ),
  service(
    "invite create",
    "make an invitation for a client",
    async () => (await import("./invite.ts")).inviteCreateCommand,
  ),
  service("invite list", "list the invitations", async () => (await import("./invite.ts")).inviteListCommand),
  service(
    "invite revoke",
    "take an invitation back",
    async () => (await import("./invite.ts")).inviteRevokeCommand,
  ),
  service("user list", "list who may sign in", async () => (await import("./user.ts")).userListCommand),
  service("user add", "add a user", async () => (await import("./user.ts")).userAddCommand),
  service(
    "user change",
    "change a user's role or password, or keep the user out",
    async () => (await import("./user.ts")).userChangeCommand,
  ),
  service("user remove", "remove a user", async () => (await import("./user.ts")).userRemoveCommand),
  service("token list", "list the API tokens", async () => (await import("./token.ts")).tokenListCommand),
  service("token create", "make an API token", async () => (await import("./token.ts")).tokenCreateCommand),
  service("token revoke", "end an API token", async () => (await import("./token.ts")).tokenRevokeCommand),
  service(
    "audit list",
    "list who did what, the latest first",
    async () => (await import("./audit.ts")).auditListCommand,
  ),
  service(
    "audit verify",
    "prove that the audit log was not changed",
    async () => (await import("./audit.ts")).auditVerifyCommand,
  ),
  service("gql", "ask the service's GraphQL API", async () => (await import("./gql.ts")).gqlCommand),
  other(
    "completion",
    "print a script that completes command lines in a shell",
    async () => (await import("./completion.ts")).completionCommand,
  ),
  other("version", "say which version this is", async () => (await import("./version.ts")).versionCommand),
  other(
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
