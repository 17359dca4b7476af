// Copyright the SpareGrid authors. Apache-2.0.
import type { ReadData } from "../app/mod.ts";
import { parseSize } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import type { Arguments } from "./arguments.ts";
import type { Command } from "./command.ts";
import { openRepository } from "./connection.ts";
import { shownText } from "./shown_text.ts";
import { counted, shownDuration, shownSize } from "./units.ts";

/** Checks the repository. */
export const checkCommand: Command = {
  name: "check",
  summary: "look for damage in the repository",
  usage: ["[OPTION]…"],
  text:
    "Checks that the repository is whole: that its index fits its files and that every snapshot has all of its data. " +
    "With --read-data every stored byte is read and verified too; with --read-data-subset a part of them, so that a few " +
    "runs cover all: 2/5 is the second of five parts, 5% and 10G are random samples.",
  examples: ["sparegrid check", "sparegrid check --read-data-subset 5%"],
  options: [
    { name: "read-data", help: "Read and verify all data" },
    { name: "read-data-subset", value: "PART", help: "Read and verify a part: N/T, a percentage, or a size" },
    { name: "with-cache", help: "Accepted for restic's sake" },
  ],
  async run(args, context) {
    args.operandsBetween(0, 0, "nothing");
    const readData = readDataOf(args);
    await using engine = await openRepository(args, context);
    const { output } = context;
    try {
      const order = readData === undefined ? {} : { readData };
      const report = await engine.check(order, output.startRun(context.signal, "check"));
      const elapsedMs = output.endRun();
      for (const { severity, code, message } of report.findings) {
        // Errors were told as they were found.
        if (severity === "error") continue;
        if (output.mode.json) output.object({ message_type: "hint", code, message });
        else output.info(`hint: ${shownText(message)}`);
      }
      output.summary({
        num_errors: report.errors,
        num_hints: report.hints,
        num_snapshots: report.snapshots,
        num_packs: report.packs,
        num_packs_read: report.packsRead,
        bytes_read: report.bytesRead,
        seconds_elapsed: Math.floor(elapsedMs / 1000),
      });
      const read = report.packsRead > 0
        ? `, ${shownSize(report.bytesRead)} of data read in ${counted(report.packsRead, "file")}`
        : "";
      output.info(
        `Checked ${counted(report.snapshots, "snapshot")}, ${counted(report.packs, "data file")}${read}`,
      );
      if (report.errors > 0) {
        throw new SgError("SG1033", `The repository has ${counted(report.errors, "error")}`);
      }
      output.info(`No errors found in ${shownDuration(elapsedMs)}`);
      return 0;
    } finally {
      output.endRun();
    }
  },
};

function readDataOf(args: Arguments): ReadData | undefined {
  const subset = args.text("read-data-subset");
  if (subset === undefined) return args.flag("read-data") ? true : undefined;
  if (args.flag("read-data")) throw args.mistake("Cannot use --read-data together with --read-data-subset");
  const part = /^(\d{1,6})\/(\d{1,6})$/.exec(subset);
  if (part) {
    const [n, of] = [Number(part[1]), Number(part[2])];
    if (n >= 1 && n <= of) return { part: n, of };
  }
  const percent = /^(\d{1,3}(?:\.\d+)?)%$/.exec(subset);
  if (percent && Number(percent[1]) > 0 && Number(percent[1]) <= 100) return { percent: Number(percent[1]) };
  const bytes = part || percent ? undefined : parseSize(subset);
  if (bytes) return { bytes };
  throw args.mistake(`Cannot use --read-data-subset ${shownText(subset)}: it must be like 2/5, 5% or 10G`);
}
