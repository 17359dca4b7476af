// Copyright the SpareGrid authors. Apache-2.0.
import { SgError } from "../errors/mod.ts";
import { LIMIT_OPTION, printListing } from "./listing.ts";
import { shortId } from "./selection.ts";
import { serviceCommand } from "./service_command.ts";
import { shownText } from "./shown_text.ts";
import { size, when, word } from "./shown_values.ts";

interface StateNode {
  readonly kind: string;
  readonly size: number;
  readonly modifiedAt: string;
  readonly firstSnapshot: { readonly id: string; readonly takenAt: string };
  readonly lastSnapshot: { readonly id: string; readonly takenAt: string };
  readonly snapshotCount: number;
}

/** Shows all states of one file. */
export const historyCommand = serviceCommand({
  name: "history",
  summary: "show all states of a file in the snapshots of a set",
  usage: ["[OPTION]… --set NAME PATH"],
  text:
    "Shows each state of a file that the snapshots of a set hold, the latest first, with the first and last snapshot of each: " +
    "restore it with sparegrid restore SNAPSHOT:PATH --set NAME.",
  examples: ["sparegrid history --set documents /home/me/Documents/letter.odt"],
  options: [{ name: "set", value: "NAME", help: "The backup set" }, LIMIT_OPTION],
  operands: [1, 1, "the file's absolute path"],
  async act(service, args, context) {
    const [path] = args.operands as [string];
    const set = args.text("set");
    if (set === undefined) throw args.mistake("Cannot show the history: --set is missing");
    const shown = await printListing<StateNode>(
      {
        field: "fileHistory",
        arguments: ["$set: ID!, $path: PathInput!", "set: $set, path: $path"],
        variables: { set: (await service.set(set)).id, path: { text: path } },
        fields:
          "path pathBase64 kind size modifiedAt snapshotCount firstSnapshot { id takenAt } lastSnapshot { id takenAt }",
        noun: "version",
        counts: false,
        columns: [
          { title: "Size", align: "right" },
          { title: "Changed" },
          { title: "First" },
          { title: "Of" },
          { title: "Last" },
          { title: "Of" },
          { title: "Snapshots", align: "right" },
        ],
        row: (state) => [
          state.kind === "FILE" ? size(state.size) : word(state.kind),
          when(state.modifiedAt),
          shortId(state.firstSnapshot.id),
          when(state.firstSnapshot.takenAt),
          shortId(state.lastSnapshot.id),
          when(state.lastSnapshot.takenAt),
          String(state.snapshotCount),
        ],
      },
      service,
      context,
      args,
    );
    if (shown === 0) throw new SgError("SG1011", `Cannot find ${shownText(path)} in any snapshot of the set`);
  },
});
