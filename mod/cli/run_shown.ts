// Copyright the SpareGrid authors. Apache-2.0.
// Runs of the service as people read them.
import type { Progress } from "../app/mod.ts";
import { utf8 } from "../base/mod.ts";
import { EXIT } from "../errors/mod.ts";
import { shownText } from "./shown_text.ts";
import { size, when, word } from "./shown_values.ts";
import type { Column } from "./table.ts";
import { shownDuration } from "./units.ts";

/** The fields of a run that {@link RunNode} holds. */
export const RUN_FIELDS =
  "id kind state set { id name } destination { id name } orderedBy queuedAt startedAt endedAt nextTryAt " +
  "attempt code message remedy report snapshotId problemCount " +
  "progress { phase filesDone filesTotal bytesDone bytesTotal current problems at }";

/** A run as the API answers it. */
export interface RunNode {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly set: { readonly id: string; readonly name: string } | null;
  readonly destination: { readonly id: string; readonly name: string } | null;
  readonly orderedBy: string;
  readonly queuedAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly nextTryAt: string | null;
  readonly attempt: number;
  readonly code: string | null;
  readonly message: string | null;
  readonly remedy: string | null;
  readonly report: unknown;
  readonly snapshotId: string | null;
  readonly problemCount: number;
  readonly progress: RunProgress | null;
}

/** How far a run is, as the API answers it. */
export interface RunProgress {
  readonly phase: string;
  readonly filesDone: number;
  readonly filesTotal: number | null;
  readonly bytesDone: number;
  readonly bytesTotal: number | null;
  readonly current: string | null;
  readonly problems: number;
  readonly at: string;
}

/** States in which a run is over. */
const OVER = ["DONE", "INCOMPLETE", "FAILED", "STOPPED"];

/** True when nothing more will come of the run. */
export function isOver({ state }: RunNode): boolean {
  return OVER.includes(state);
}

/** The exit status that a run's end stands for. */
export function runExit({ state }: RunNode): number {
  if (state === "DONE") return EXIT.done;
  return state === "INCOMPLETE" ? EXIT.incomplete : state === "STOPPED" ? EXIT.interrupted : EXIT.failed;
}

const COLUMNS: readonly Column[] = [
  { title: "ID" },
  { title: "Run" },
  { title: "State" },
  { title: "Set" },
  { title: "Destination" },
  { title: "Queued" },
  { title: "Took", align: "right" },
  { title: "" },
];

/** Columns and rows of a table of runs. */
export function runTable(runs: readonly RunNode[]): [readonly Column[], readonly (readonly string[])[]] {
  return [COLUMNS, runs.map(runRow)];
}

/** A run as a row of that table. */
export function runRow(run: RunNode): string[] {
  return [
    shownText(run.id),
    word(run.kind),
    word(run.state),
    shownText(run.set?.name ?? ""),
    shownText(run.destination?.name ?? ""),
    when(run.queuedAt),
    took(run),
    shownText(run.code ?? (run.progress ? percent(run.progress) : "")),
  ];
}

/** How long it ran; empty where it did not, or has not ended. */
export function took({ startedAt, endedAt }: RunNode): string {
  if (startedAt === null || endedAt === null) return "";
  return shownDuration(Date.parse(endedAt) - Date.parse(startedAt));
}

function percent({ bytesDone, bytesTotal }: RunProgress): string {
  return bytesTotal ? `${Math.floor(Math.min(1, bytesDone / bytesTotal) * 100)} %` : size(bytesDone);
}

/** The progress in the form that the bar takes. */
export function barProgress({ state, progress }: RunNode): Progress {
  if (progress === null) return { phase: word(state), filesDone: 0, bytesDone: 0, problems: 0 };
  const { filesTotal, bytesTotal, current } = progress;
  return {
    phase: state === "RUNNING" ? progress.phase : word(state),
    filesDone: progress.filesDone,
    bytesDone: progress.bytesDone,
    problems: progress.problems,
    ...(filesTotal === null ? {} : { filesTotal }),
    ...(bytesTotal === null ? {} : { bytesTotal }),
    ...(current === null ? {} : { current: utf8(current) }),
  };
}

/** A run in a sentence: `backup of documents to vault: done in 0:07`. */
export function runSentence(run: RunNode): string {
  const what = `${word(run.kind)}${run.set === null ? "" : ` of ${shownText(run.set.name)}`}` +
    (run.destination === null
      ? ""
      : ` ${run.kind === "RESTORE" ? "from" : "to"} ${shownText(run.destination.name)}`);
  const time = took(run) === "" ? "" : ` after ${took(run)}`;
  const next = run.nextTryAt === null || isOver(run) ? "" : `; next try ${when(run.nextTryAt)}`;
  const why = run.message === null
    ? ""
    : `: ${shownText(run.message)}${run.code === null ? "" : ` [${run.code}]`}`;
  return `${what} (run ${shownText(run.id)}) is ${word(run.state)}${time}${why}${next}`;
}
