// Copyright the SpareGrid authors. Apache-2.0.
import { serviceCommand } from "./service_command.ts";
import { shownText } from "./shown_text.ts";
import { size, when, word } from "./shown_values.ts";
import { counted, machineTime, shownDuration } from "./units.ts";

interface Report {
  readonly since: string;
  readonly until: string;
  readonly lines: readonly {
    readonly set: { readonly name: string } | null;
    readonly kind: string;
    readonly done: number;
    readonly incomplete: number;
    readonly failed: number;
    readonly stopped: number;
    readonly filesStored: number;
    readonly bytesStored: number;
    readonly seconds: number;
  }[];
}

/** Sums up what was done. */
export const reportCommand = serviceCommand({
  name: "report",
  summary: "sum up what was backed up, restored and failed",
  usage: ["[OPTION]… --since TIME"],
  text:
    "Sums up the runs that ended in a span of time, by set and kind. The status is 3 when any failed or was incomplete.",
  examples: [
    "sparegrid report --since 2026-01-31",
    "sparegrid report --since 2026-01-01 --until 2026-02-01 --json",
  ],
  options: [
    { name: "since", value: "TIME", help: "From then on" },
    { name: "until", value: "TIME", help: "Until then; left out: until now" },
  ],
  exits: [[3, "a run failed or was incomplete"]],
  async act(service, args, { output }) {
    const since = args.time("since"), until = args.time("until");
    if (since === undefined) throw args.mistake("Cannot report: --since is missing");
    const document =
      "query($since: DateTime!, $until: DateTime) { report(since: $since, until: $until) { since until " +
      "lines { set { id name } kind done incomplete failed stopped filesStored bytesStored seconds } } }";
    const { report } = await service.ask<{ report: Report }>(document, {
      since: machineTime(since),
      until: until === undefined ? null : machineTime(until),
    });
    const bad = report.lines.some(({ incomplete, failed }) => incomplete + failed > 0);
    if (output.mode.json) output.object({ message_type: "report", ...report });
    else {
      const numbers = ["Done", "Incomplete", "Failed", "Stopped", "Files", "Stored", "Took"];
      const columns = [
        { title: "Set" },
        { title: "Run" },
        ...numbers.map((title) => ({ title, align: "right" as const })),
      ];
      const rows = report.lines.map((line) => [
        shownText(line.set?.name ?? ""),
        word(line.kind),
        ...[line.done, line.incomplete, line.failed, line.stopped, line.filesStored].map(String),
        size(line.bytesStored),
        shownDuration(line.seconds * 1000),
      ]);
      if (rows.length > 0) output.table(columns, rows);
      const runs = report.lines.reduce(
        (sum, { done, incomplete, failed, stopped }) => sum + done + incomplete + failed + stopped,
        0,
      );
      output.info(`${counted(runs, "run")} from ${when(report.since)} to ${when(report.until)}`);
    }
    return bad ? 3 : 0;
  },
});
