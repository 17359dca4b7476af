// Copyright the SpareGrid authors. Apache-2.0.
import { printListing } from "./listing.ts";
import { LIMIT_OPTION } from "./listing.ts";
import { sayDone, serviceCommand } from "./service_command.ts";
import { shownText } from "./shown_text.ts";
import { size, when, word } from "./shown_values.ts";

/** The fields of a set that {@link SetNode} holds. */
export const SET_FIELDS = "id name slug sources paused passwordGenerated createdAt changedAt snapshotCount " +
  "excludes { patterns patternsIgnoringCase ifPresent caches largerThan oneFileSystem } " +
  "options { compression tags skipIfUnchanged keep { last hourly daily weekly monthly yearly within } } " +
  "destinations { repository destination { id name } } lastSnapshot { id takenAt } lastRun { id kind state endedAt code }";

/** A set as the API answers it. */
export interface SetNode {
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  readonly sources: readonly string[];
  readonly paused: boolean;
  readonly passwordGenerated: boolean;
  readonly createdAt: string;
  readonly changedAt: string;
  readonly snapshotCount: number;
  readonly excludes: Readonly<Record<string, unknown>>;
  readonly options: Readonly<Record<string, unknown>>;
  readonly destinations: readonly {
    readonly repository: string;
    readonly destination: { readonly id: string; readonly name: string };
  }[];
  readonly lastSnapshot: { readonly id: string; readonly takenAt: string } | null;
  readonly lastRun: {
    readonly id: string;
    readonly kind: string;
    readonly state: string;
    readonly code: string | null;
  } | null;
}

/** Lists the sets. */
export const setListCommand = serviceCommand({
  name: "set list",
  summary: "list the backup sets",
  usage: ["[OPTION]…"],
  text: "Lists the backup sets by name: what they protect, where to, and how the last run went.",
  options: [LIMIT_OPTION],
  async act(service, args, context) {
    await printListing<SetNode>(
      {
        field: "sets",
        fields: SET_FIELDS,
        noun: "set",
        columns: [
          { title: "Name" },
          { title: "Sources" },
          { title: "Destinations" },
          { title: "Snapshots", align: "right" },
          { title: "Last snapshot" },
          { title: "Last run" },
        ],
        row: (set) => [
          shownText(set.name) + (set.paused ? " (paused)" : ""),
          set.sources.map(shownText).join("\n"),
          set.destinations.map(({ destination }) => shownText(destination.name)).join("\n"),
          String(set.snapshotCount),
          when(set.lastSnapshot?.takenAt),
          set.lastRun === null ? "" : `${word(set.lastRun.kind)} ${word(set.lastRun.state)}`,
        ],
      },
      service,
      context,
      args,
    );
  },
});

/** Shows a set. */
export const setShowCommand = serviceCommand({
  name: "set show",
  summary: "show a backup set",
  usage: ["[OPTION]… SET"],
  text: "Shows all that is known of a backup set, but not its password: see sparegrid set recovery-sheet.",
  options: [],
  operands: [1, 1, "the set"],
  async act(service, args, context) {
    const { id } = await service.set(args.operands[0]!);
    const { set } = await service.ask<{ set: SetNode }>(
      `query($id: ID!) { set(id: $id) { ${SET_FIELDS} } }`,
      { id },
    );
    showSet(set, context.output);
  },
});

/** Prints a set line by line. */
export function showSet(
  set: SetNode,
  output: {
    readonly mode: { readonly json: boolean };
    result(line: string): void;
    object(object: Readonly<Record<string, unknown>>): void;
  },
): void {
  if (output.mode.json) return output.object({ message_type: "set", ...set });
  const lines: [string, string][] = [
    ["Name", shownText(set.name) + (set.paused ? " (paused)" : "")],
    ["ID", set.id],
    ...set.sources.map((source): [string, string] => ["Source", shownText(source)]),
    ...factLines("Exclude", set.excludes),
    ...factLines("Option", set.options),
    ...set.destinations.map(({ destination, repository }): [string, string] => [
      "Destination",
      `${shownText(destination.name)}${repository === "" ? "" : `, repository ${shownText(repository)}`}`,
    ]),
    ["Password", set.passwordGenerated ? "made and kept by the service" : "given by a user"],
    [
      "Snapshots",
      `${set.snapshotCount}${set.lastSnapshot ? `, the last of ${when(set.lastSnapshot.takenAt)}` : ""}`,
    ],
    ["Changed", when(set.changedAt)],
  ];
  for (const [name, value] of lines) output.result(`${`${name}:`.padEnd(13)} ${value}`);
}

/** What is set among a set's rules: what is empty, off or null is left out. */
function factLines(title: string, facts: Readonly<Record<string, unknown>>): [string, string][] {
  return Object.entries(facts).flatMap(([name, value]): [string, string][] => {
    if (value === null || value === false || (Array.isArray(value) && value.length === 0)) return [];
    const text = Array.isArray(value)
      ? value.join("  ")
      : name === "largerThan"
      ? size(value as number)
      : typeof value === "object"
      ? Object.entries(value as object).filter(([, part]) => part !== null).map((part) => part.join(" "))
        .join(", ")
      : String(value);
    return [[title, `${name}${value === true ? "" : ` ${shownText(text)}`}`]];
  });
}

/** Removes a set. */
export const setRemoveCommand = serviceCommand({
  name: "set remove",
  summary: "forget a backup set",
  usage: ["[OPTION]… SET"],
  text:
    "Forgets a backup set and its password; what is stored stays, and can be read with the password of its recovery sheet. " +
    "With --with-backups its repositories are removed first; a server keeps them in its trash until the account's retention " +
    "lock ends.",
  options: [{ name: "with-backups", help: "Remove its repositories, too" }],
  operands: [1, 1, "the set"],
  async act(service, args, context) {
    const { id, name } = await service.set(args.operands[0]!);
    const withBackups = args.flag("with-backups");
    await service.ask("mutation($input: DeleteSetInput!) { deleteSet(input: $input) { done } }", {
      input: { id, withBackups },
    });
    sayDone(
      context,
      `The set ${shownText(name)} ${withBackups ? "is being removed with its backups" : "is forgotten"}`,
      {
        message_type: "removed",
        id,
        name,
      },
    );
  },
});

/** Prints the recovery sheet. */
export const setRecoverySheetCommand = serviceCommand({
  name: "set recovery-sheet",
  summary: "print the sheet that opens a set's backups without this machine",
  usage: ["[OPTION]… SET"],
  text:
    "Prints where the set's backups are and the password that opens them, to be printed or saved elsewhere. Whoever has the " +
    "sheet can read the backups. The audit log notes that it was printed.",
  examples: ["sparegrid set recovery-sheet documents | lp"],
  options: [],
  operands: [1, 1, "the set"],
  async act(service, args, { output }) {
    const { id } = await service.set(args.operands[0]!);
    const { recoverySheet } = await service.ask<{ recoverySheet: { text: string } }>(
      "mutation($set: ID!) { recoverySheet(set: $set) { text } }",
      { set: id },
    );
    if (output.mode.json) return output.object({ message_type: "recovery_sheet", text: recoverySheet.text });
    for (const line of recoverySheet.text.trimEnd().split("\n")) output.result(shownText(line));
  },
});
