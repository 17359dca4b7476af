// Copyright the SpareGrid authors. Apache-2.0.

/** How bad a failure is for the user's data or run. */
export type Severity = "info" | "warning" | "error" | "critical";

/** Whether trying the same thing again can help. */
export type Retry = "never" | "later" | "now";

/** What is written once about a code; the occasion's own words come with the {@link SgError}. */
export interface CodeEntry {
  /** A few words: the headline. */
  readonly title: string;
  /** What it means, in a sentence or two. */
  readonly meaning: string;
  /** What the user can do. */
  readonly remedy: string;
  readonly severity: Severity;
  readonly retry: Retry;
  /** Exit status of the command line when this error ends a command. */
  readonly exit: number;
}

/** Exit statuses of the command line (restic's, where restic has them). */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  incomplete: 3,
  noRepository: 10,
  locked: 11,
  wrongPassword: 12,
  interrupted: 130,
} as const;

const entry = (
  title: string,
  meaning: string,
  remedy: string,
  { severity = "error", retry = "never", exit = EXIT.failed }: Partial<
    Pick<CodeEntry, "severity" | "retry" | "exit">
  > = {},
): CodeEntry => ({ title, meaning, remedy, severity, retry, exit });

/**
 * Every SG code this program can raise. Codes below SG1000 are StoreGrid's and keep their meaning
 * (product.md, "Error codes"); ours start at SG1001. A code is never removed and never reused.
 */
export const CODES = {
  SG0083: entry(
    "Connection broke off",
    "The connection between client and server broke off, or space ran out during the run.",
    "Check the network and the server, then run the backup again; what was stored is kept.",
    { retry: "later" },
  ),
  SG0094: entry(
    "File could not be read",
    "A file could not be read during backup; the run goes on and is reported as incomplete.",
    "Check the file's permissions, or exclude it.",
    { severity: "warning", retry: "later", exit: EXIT.incomplete },
  ),
  SG0134: entry(
    "Server name not found",
    "The server's name or address could not be resolved.",
    "Check the spelling of the address and the name service.",
    { retry: "later" },
  ),
  SG0136: entry(
    "Server not reached",
    "The server could not be reached: its port is closed or the program is not running there.",
    "Check that the server runs and that no firewall is in between.",
    { retry: "later" },
  ),
  SG0178: entry(
    "Allotted space exceeded",
    "The allotted space at the server is used up.",
    "Ask the server's administrator for more space, or forget and prune old snapshots.",
    { retry: "later" },
  ),
  SG0200: entry(
    "No space left at the destination",
    "There is no drive space left where the repository lies.",
    "Free some space there, or forget and prune old snapshots; what was stored before is intact.",
    { retry: "later" },
  ),
  SG1001: entry(
    "Wrong password",
    "No key of the repository opens with this password.",
    "Check the password.",
    {
      exit: EXIT.wrongPassword,
    },
  ),
  SG1002: entry(
    "No repository",
    "There is no repository at this place.",
    "Check the address, or make one with: sparegrid init -r PLACE",
    { exit: EXIT.noRepository },
  ),
  SG1003: entry(
    "Repository is locked",
    "Another program is using the repository in a way that excludes this command.",
    "Wait for it to end. If it crashed: sparegrid unlock",
    { retry: "later", exit: EXIT.locked },
  ),
  SG1004: entry(
    "Repository exists already",
    "There is a repository, or a part of one, at this place already.",
    "Use it as it is, or choose another place.",
  ),
  SG1005: entry(
    "Stored data is damaged",
    "What was read from the repository is not what was written to it.",
    "Run: sparegrid check --read-data, then see docs/restore.md, 'When something is damaged'. Check the drive too.",
    { severity: "critical" },
  ),
  SG1006: entry(
    "Stored file is missing",
    "A file of the repository that should exist is not there.",
    "Run: sparegrid check, then sparegrid repair index.",
    { severity: "critical" },
  ),
  SG1007: entry(
    "Repository not supported",
    "The repository has a version or a setting that this program does not know.",
    "Use a newer SpareGrid.",
  ),
  SG1008: entry("Wrong use", "The command line has a mistake.", "See: sparegrid help COMMAND", {
    exit: EXIT.usage,
  }),
  SG1009: entry(
    "Path does not exist",
    "A path that was to be backed up does not exist or cannot be opened.",
    "Check the spelling; nothing was stored for it.",
    { exit: EXIT.incomplete },
  ),
  SG1010: entry(
    "Snapshot not found",
    "No snapshot fits this name, or more than one does.",
    "See the list: sparegrid snapshots",
  ),
  SG1011: entry(
    "Nothing matched",
    "No file fits the given path or pattern.",
    "Look inside the snapshot with: sparegrid ls SNAPSHOT",
  ),
  SG1012: entry(
    "Target cannot be written",
    "A file or folder could not be written at the restore target.",
    "Check permissions and free space of the target, then restore again; finished files are kept.",
    { retry: "later" },
  ),
  SG1013: entry(
    "Unsafe entry refused",
    "The repository names a file in a way that would lead outside the target, or the target was changed meanwhile.",
    "The entry was left out. Find out who could write to this repository or target.",
    { severity: "critical" },
  ),
  SG1014: entry(
    "Destination is read-only",
    "The place where the repository lies does not allow writing or removing.",
    "Check its permissions, or use a command that only reads.",
  ),
  SG1015: entry(
    "Destination failed",
    "Reading or writing at the place where the repository lies failed.",
    "Check the drive or the server, then try again.",
    { retry: "later" },
  ),
  SG1016: entry(
    "Interrupted",
    "The command was stopped before its end.",
    "Start it again. A backup or restore continues with what is there.",
    { severity: "info", retry: "now", exit: EXIT.interrupted },
  ),
  SG1017: entry(
    "Limit exceeded",
    "Something in the repository or an answer is larger than any valid one can be.",
    "It was refused to protect this machine. Run: sparegrid check",
    { severity: "critical" },
  ),
  SG1018: entry(
    "Lock was lost",
    "The lock in the repository could not be kept fresh, so the command stopped before it could do harm.",
    "Check the connection to the repository, then start again.",
    { retry: "now", exit: EXIT.locked },
  ),
  SG1019: entry(
    "Server's certificate refused",
    "The server showed another certificate than the one that is trusted.",
    "Do not go on before you know why it changed.",
    { severity: "critical" },
  ),
  SG1020: entry(
    "Server refused the login",
    "The server does not accept this user name and password, or forbids the request.",
    "Check the credentials of the repository address.",
  ),
  SG1021: entry(
    "Pattern file cannot be used",
    "A file of patterns or paths cannot be read or holds a line that is not a valid pattern.",
    "Correct the line.",
    { exit: EXIT.usage },
  ),
  SG1022: entry(
    "Run is incomplete",
    "The run ended, but some entries could not be read or written.",
    "See the list above, mend what is named and run again.",
    { severity: "warning", retry: "later", exit: EXIT.incomplete },
  ),
  SG1023: entry(
    "Internal error",
    "The program met a state that it should never meet, and stopped.",
    "Please report it with this text.",
    { severity: "critical" },
  ),
  SG1024: entry(
    "No password given",
    "The repository is encrypted and no password was given.",
    "Give it at the prompt, with --password-file, --password-command or SPAREGRID_PASSWORD.",
  ),
  SG1025: entry(
    "Metadata not restored",
    "The file's content is restored, but not all of its metadata could be set.",
    "Restore as root, or to a file system that can hold it.",
    { severity: "warning", exit: EXIT.incomplete },
  ),
  SG1026: entry(
    "File changed while being read",
    "A file kept changing while it was read, so its copy may mix two states.",
    "Back it up while it is not in use.",
    { severity: "warning", retry: "later", exit: EXIT.incomplete },
  ),
  SG1027: entry(
    "Command failed",
    "The command whose output was to be backed up, or that gives the password, failed.",
    "Run the command by hand and see what it says.",
  ),
  SG1028: entry(
    "Blob not found",
    "Data that a snapshot needs is not in the index.",
    "Run: sparegrid repair index. If it stays missing: sparegrid repair snapshots",
    { severity: "critical" },
  ),
  SG1029: entry(
    "Key cannot be removed",
    "This key is the one in use, or the last one, so removing it would lock everybody out.",
    "Add another key first.",
  ),
  SG1030: entry(
    "No space left at the target",
    "The drive that is restored to is full.",
    "Free some space and restore again; finished files are kept.",
    { retry: "later" },
  ),
  SG1031: entry(
    "Key not found",
    "No key fits this name, or more than one does.",
    "See the list: sparegrid key list",
  ),
  SG1032: entry(
    "Not possible on this system",
    "This operating system or file system lacks what the request needs.",
    "Use another machine or another option.",
  ),
  SG1033: entry(
    "Check found damage",
    "The repository has errors.",
    "See the list above. What to do, step by step: docs/restore.md, 'When something is damaged'. " +
      "First: sparegrid repair index",
    { severity: "critical" },
  ),
} as const satisfies Record<string, CodeEntry>;

/** A code that this program can raise. */
export type SgCode = keyof typeof CODES;
