// Copyright the SpareGrid authors. Apache-2.0.
import type { Command } from "./command.ts";
import { openRepository } from "./connection.ts";
import { FILTER_OPTIONS } from "./global_options.ts";
import { snapshotFilter } from "./selection.ts";
import { shownSize } from "./units.ts";

/** Counts files and bytes. */
export const statsCommand: Command = {
  name: "stats",
  summary: "count files and bytes",
  usage: ["[OPTION]… [SNAPSHOT]…"],
  text:
    "Counts over all snapshots, or over those named. --mode says what: restore-size, the size of the restored files; " +
    "files-by-contents, the same but each content once; blobs-per-file, their pieces as they are stored in the files' own " +
    "right; raw-data, the bytes that these snapshots take in the repository.",
  examples: ["sparegrid stats latest", "sparegrid stats --mode raw-data"],
  options: [{ name: "mode", value: "MODE", help: "How to count; default restore-size" }, ...FILTER_OPTIONS],
  async run(args, context) {
    const mode = args.choice("mode", ["restore-size", "files-by-contents", "blobs-per-file", "raw-data"]) ??
      "restore-size";
    const order = { mode, snapshots: args.operands, filter: snapshotFilter(args) };
    await using engine = await openRepository(args, context);
    const { output } = context;
    const report = await engine.stats(order, output.runOptions(context.signal, "stats"));
    output.endRun();
    const plain = report.uncompressedBytes;
    const ratio = plain === undefined || report.totalBytes === 0 ? undefined : plain / report.totalBytes;
    if (output.mode.json) {
      output.object({
        message_type: "stats",
        mode,
        total_size: report.totalBytes,
        total_file_count: report.files,
        total_blob_count: report.blobs,
        total_uncompressed_size: plain,
        compression_ratio: ratio,
        snapshots_count: report.snapshots,
      });
      return 0;
    }
    output.result(`Mode:       ${mode}`);
    output.result(`Snapshots:  ${report.snapshots}`);
    if (report.files !== undefined) output.result(`Files:      ${report.files}`);
    if (report.blobs !== undefined) output.result(`Blobs:      ${report.blobs}`);
    output.result(`Size:       ${shownSize(report.totalBytes)}`);
    if (plain !== undefined) output.result(`Plain size: ${shownSize(plain)}`);
    if (ratio !== undefined) output.result(`Ratio:      ${ratio.toFixed(2)}`);
    return 0;
  },
};
