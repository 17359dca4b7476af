// Copyright the SpareGrid authors. Apache-2.0.
import type { DiffSide, DiffStatistics } from "../app/mod.ts";
import type { Command } from "./command.ts";
import { openRepository } from "./connection.ts";
import { pathBytes, pathText } from "./output.ts";
import { SET_OPTIONS } from "./set_option.ts";
import { shownName } from "./shown_text.ts";
import { counted, shownSize } from "./units.ts";

/** Compares two snapshots. */
export const diffCommand: Command = {
  name: "diff",
  summary: "show what differs between two snapshots",
  usage: [
    "[OPTION]… SNAPSHOT[:FOLDER] SNAPSHOT[:FOLDER]",
    "[OPTION]… --set NAME SNAPSHOT[:FOLDER] SNAPSHOT[:FOLDER]",
  ],
  text:
    "Shows what changed from the first snapshot to the second, one path a line: + added, - removed, M content " +
    "changed, T another type of entry, U only metadata changed (with --metadata).",
  examples: ["sparegrid diff 4f2a91c0 latest"],
  options: [{
    name: "metadata",
    help: "Show entries of which only owner, mode, time or attributes changed, too",
  }, ...SET_OPTIONS],
  target: "either",
  async run(args, context) {
    if (args.has("set")) {
      return await (await import("./set_snapshots.ts")).diffOfSet(args, context, this.options);
    }
    const [from, to] = args.operandsBetween(2, 2, "the second snapshot") as [string, string];
    await using engine = await openRepository(args, context);
    const { output } = context;
    const order = { from, to, metadata: args.flag("metadata") };
    const differences = engine.diff(order, output.runOptions(context.signal, "diff"));
    let step = await differences.next();
    for (; !step.done; step = await differences.next()) {
      const { path, change } = step.value;
      if (output.mode.json) {
        output.object({
          message_type: "change",
          path: pathText(path),
          ...pathBytes("path_bytes", path),
          modifier: change,
        });
      } else output.result(`${change}    ${shownName(path)}`);
    }
    const sums: DiffStatistics = step.value;
    if (output.mode.json) output.object(statisticsObject(from, to, sums));
    for (const line of statisticsLines(sums)) output.info(line);
    return 0;
  },
};

function statisticsLines({ changedFiles, added, removed }: DiffStatistics): string[] {
  const side = (s: DiffSide) =>
    `${counted(s.files, "file")}, ${counted(s.folders, "folder")}, ${s.others} other, ${shownSize(s.bytes)}`;
  return [
    "",
    `Changed: ${counted(changedFiles, "file")}`,
    `Added:   ${side(added)}`,
    `Removed: ${side(removed)}`,
  ];
}

function statisticsObject(from: string, to: string, sums: DiffStatistics): Record<string, unknown> {
  const side = (s: DiffSide) => ({
    files: s.files,
    dirs: s.folders,
    others: s.others,
    data_blobs: s.dataBlobs,
    tree_blobs: s.treeBlobs,
    bytes: s.bytes,
  });
  return {
    message_type: "statistics",
    source_snapshot: from,
    target_snapshot: to,
    changed_files: sums.changedFiles,
    added: side(sums.added),
    removed: side(sums.removed),
  };
}
