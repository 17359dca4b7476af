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
  SG0021: entry(
    "SpareGrid could not be started",
    "A port is in use, or the data folder is locked by another process or cannot be used.",
    "See which program uses the port or the folder; stop it, or choose others with the options of: sparegrid serve",
    { severity: "critical", retry: "later" },
  ),
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
  SG0132: entry(
    "Address not valid",
    "The address of a server cannot be used: it names no host and port.",
    "Write it as HOST, HOST:PORT or a whole URL.",
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
  SG0145: entry(
    "Server name not found during a backup",
    "The backup server's name or address could not be resolved while a backup ran.",
    "Check the name service; the run waits and starts by itself when the server is found.",
    { retry: "later" },
  ),
  SG0147: entry(
    "Server not reached during a backup",
    "The backup server could not be reached while a backup ran: its port is closed or the program is not running there.",
    "Check that the server runs; the backup waits and starts by itself when it is back.",
    { retry: "later" },
  ),
  SG0170: entry(
    "Delete request not sent",
    "The request to delete could not be sent to the server.",
    "Check the connection to the server, then delete again; nothing was deleted.",
    { retry: "later" },
  ),
  SG0178: entry(
    "Allotted space exceeded",
    "The allotted space at the server is used up.",
    "Ask the server's administrator for more space, or forget and prune old snapshots.",
    { retry: "later" },
  ),
  SG0180: entry(
    "No space allotted",
    "No space is allotted to this client at the server.",
    "Ask the server's administrator to allot space to this account.",
    { retry: "later" },
  ),
  SG0191: entry(
    "Backup suspended",
    "The active backup was suspended, at the client or at the server.",
    "Resume it, at the side that suspended it; what was stored is kept.",
    { severity: "info", retry: "later" },
  ),
  SG0198: entry(
    "Connection broke off through an outside cause",
    "The connection broke off although both sides were running: the link, a firewall, antivirus or an idle limit cut it.",
    "Check firewalls and routers on the way; the run goes on by itself when the link is back.",
    { retry: "later" },
  ),
  SG0200: entry(
    "No space left at the destination",
    "There is no drive space left where the repository lies.",
    "Free some space there, or forget and prune old snapshots; what was stored before is intact.",
    { retry: "later" },
  ),
  SG0290: entry(
    "Delete refused: a backup is active",
    "A backup of that set is active.",
    "Suspend or stop the backup first.",
    { retry: "later" },
  ),
  SG0291: entry(
    "Delete refused: a restore is active",
    "A restore of that set is active.",
    "Suspend or stop the restore first.",
    { retry: "later" },
  ),
  SG0292: entry(
    "Delete already in progress",
    "A delete of that set is already in progress; its settings were updated.",
    "Wait for it to end.",
    { severity: "info", retry: "later" },
  ),
  SG0601: entry(
    "Compression could not be initialised",
    "The library that compresses got no memory to work with.",
    "End other programs that need much memory, then run the backup again; what was stored is kept.",
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
  SG1034: entry(
    "Catalog failed",
    "The installation's catalog could not be read or written.",
    "Check the drive of the data folder. Backups are not affected: the catalog can be made anew from them.",
    { severity: "critical", retry: "later" },
  ),
  SG1035: entry(
    "Exists already",
    "There is something of this name already.",
    "Choose another name.",
  ),
  SG1036: entry(
    "Not found",
    "There is nothing of this name or ID, or it is not yours to see.",
    "See the list for what there is.",
  ),
  SG1037: entry(
    "Not signed in",
    "The request needs a signed-in user, an API token or an account.",
    "Sign in, or give a valid token.",
  ),
  SG1038: entry(
    "Not allowed",
    "The user's role or the token's scopes do not allow this.",
    "Ask an administrator.",
  ),
  SG1039: entry(
    "Too many tries",
    "There were too many failed tries from this address or for this name, or too many requests at once.",
    "Wait a little, then try again.",
    { severity: "warning", retry: "later" },
  ),
  SG1040: entry(
    "Input not valid",
    "A value of the request cannot be used.",
    "Correct the value that the message names.",
    { exit: EXIT.usage },
  ),
  SG1041: entry(
    "Request too large",
    "The request is larger, deeper or more costly than the service allows.",
    "Ask for less at a time: fewer fields, a shorter page.",
  ),
  SG1042: entry(
    "Account not active",
    "The account at the server waits for approval or was deactivated.",
    "Ask the server's administrator to approve or activate it.",
    { retry: "later" },
  ),
  SG1043: entry(
    "Invite not valid",
    "The invite is unknown, was used before or has expired.",
    "Ask the server's administrator for a new one.",
  ),
  SG1044: entry(
    "Signature refused",
    "The request's signature is missing, wrong, too old or was used before.",
    "Check the account's secret and the clocks of both machines.",
  ),
  SG1045: entry(
    "Server refuses to remove or replace",
    "The account is append-only, or the file is too young to be removed while backups are under way.",
    "Ask the server's administrator, or try again when the backups have ended.",
    { retry: "later" },
  ),
  SG1046: entry(
    "Setting not valid",
    "A setting in sparegrid.toml, in the environment or on the command line cannot be used.",
    "Correct it; sparegrid config shows the settings and where each came from.",
    { exit: EXIT.usage },
  ),
  SG1047: entry(
    "Audit log broken",
    "A line of the audit log was changed, removed or added by other means than this program.",
    "Find out who could write to the data folder. What is behind the named line cannot be relied on.",
    { severity: "critical" },
  ),
  SG1048: entry(
    "Restore drill failed",
    "A file restored for the drill is not what the snapshot says it is.",
    "Run: sparegrid check --read-data, and see docs/restore.md, 'When something is damaged'.",
    { severity: "critical" },
  ),
  SG1049: entry(
    "Last administrator cannot be taken away",
    "Nobody would be left who can sign in and administer this installation.",
    "Make another administrator first.",
  ),
  SG1050: entry(
    "Secret cannot be opened",
    "A secret in the catalog was not sealed with this installation's key file, or it was changed.",
    "Put the key file back that belongs to this data folder, or set the secret anew.",
    { severity: "critical" },
  ),
  SG1051: entry(
    "Snapshots are gone",
    "Snapshots that were at the destination are there no longer, and this machine did not remove them.",
    "If nobody removed them on purpose, the destination may have been set back to an older state: look at its trash and its audit log, and check the repository.",
    { severity: "warning" },
  ),
  SG1052: entry(
    "Code of the second factor needed",
    "The user has a second factor, and no code was given.",
    "Give the code that the authenticator app shows now, or a recovery code.",
  ),
  SG1053: entry(
    "Password must be confirmed",
    "What is asked for is dangerous, and the password was last given more than a quarter of an hour ago.",
    "Give the password again, then ask again.",
  ),
} as const satisfies Record<string, CodeEntry>;

/** A code that this program can raise. */
export type SgCode = keyof typeof CODES;

/** True for the text of a code of this catalogue. */
export function isSgCode(text: unknown): text is SgCode {
  return typeof text === "string" && Object.hasOwn(CODES, text);
}
