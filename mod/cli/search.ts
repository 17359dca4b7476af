// Copyright the SpareGrid authors. Apache-2.0.
import { SgError } from "../errors/mod.ts";
import { LIMIT_OPTION, printListing } from "./listing.ts";
import { shortId } from "./selection.ts";
import { serviceCommand } from "./service_command.ts";
import { shownText } from "./shown_text.ts";
import { size, when, word } from "./shown_values.ts";

interface VersionNode {
  readonly set: { readonly name: string };
  readonly path: string;
  readonly kind: string;
  readonly size: number;
  readonly modifiedAt: string;
  readonly firstSnapshot: { readonly id: string; readonly takenAt: string };
  readonly lastSnapshot: { readonly id: string; readonly takenAt: string };
  readonly snapshotCount: number;
}

const FIELDS = "set { id name } path pathBase64 kind size modifiedAt snapshotCount " +
  "firstSnapshot { id takenAt } lastSnapshot { id takenAt }";

/** Finds files in all snapshots of all sets. */
export const searchCommand = serviceCommand({
  name: "search",
  summary: "find files by name in all snapshots of all sets",
  usage: ["[OPTION]… PATTERN"],
  text:
    "Looks for files and folders by name, a pattern with *, ? and […], in all snapshots that the service knows, and shows each " +
    "state of each file once: when it was changed, and the first and last snapshot that hold it.",
  examples: ["sparegrid search 'invoice*.pdf'", "sparegrid search --set documents -i readme.md"],
  options: [
    { name: "set", value: "NAME", help: "Only in this set" },
    { name: "ignore-case", short: "i", help: "Upper and lower case are the same" },
    LIMIT_OPTION,
  ],
  operands: [1, 1, "the pattern"],
  async act(service, args, context) {
    const [pattern] = args.operands as [string];
    const set = args.text("set");
    const id = set === undefined ? undefined : (await service.set(set)).id;
    const shown = await printListing<VersionNode>(
      {
        field: "search",
        arguments: [
          "$pattern: String!, $set: ID, $ignoreCase: Boolean!",
          "pattern: $pattern, set: $set, ignoreCase: $ignoreCase",
        ],
        variables: {
          pattern,
          ...(id === undefined ? {} : { set: id }),
          ignoreCase: args.flag("ignore-case"),
        },
        fields: FIELDS,
        noun: "version",
        counts: false,
        columns: [
          { title: "Set" },
          { title: "Path" },
          { title: "Size", align: "right" },
          { title: "Changed" },
          { title: "First" },
          { title: "Last" },
          { title: "Snapshots", align: "right" },
        ],
        row: (version) => [
          shownText(version.set.name),
          shownText(version.path) + (version.kind === "FOLDER" ? "/" : ""),
          version.kind === "FILE" ? size(version.size) : word(version.kind),
          when(version.modifiedAt),
          shortId(version.firstSnapshot.id),
          shortId(version.lastSnapshot.id),
          String(version.snapshotCount),
        ],
      },
      service,
      context,
      args,
    );
    if (shown === 0) {
      throw new SgError("SG1011", `Cannot find ${shownText(pattern)}: nothing in the snapshots matches`);
    }
  },
});
