// Copyright the SpareGrid authors. Apache-2.0.
import type { Progress } from "../app/mod.ts";
import type { Clock } from "../base/mod.ts";
import { fitText, shownName, shownText, textWidth } from "./shown_text.ts";
import { counted, shownDuration, shownSize } from "./units.ts";

/** How a run's progress is shown. */
export type ProgressStyle = "bar" | "lines" | "json" | "none";

/** Between two drawings of the bar, ms. */
const BAR_PERIOD_MS = 100;
/** Between two lines of a log, ms. */
const LINE_PERIOD_MS = 10_000;
/** The rate is the mean over about this part of the time so far: what goes over a slow link arrives in leaps … */
const RATE_WINDOW_PART = 1 / 4;
/** … but over no less and no more than this, ms. */
const RATE_WINDOW_MIN_MS = 5_000;
const RATE_WINDOW_MAX_MS = 60_000;
/** No time left is shown before this, ms: the first rates mislead. */
const ESTIMATE_AFTER_MS = 2_000;

/** Bytes per second: a mean in which what is longer ago weighs less. */
export class RateMeter {
  readonly #startMs: number;
  #lastMs: number;
  #lastBytes = 0;
  /** Sums of bytes and of milliseconds, both fading alike, so that the first seconds are not underrated. */
  #bytes = 0;
  #ms = 0;

  constructor(startMs: number) {
    this.#startMs = startMs;
    this.#lastMs = startMs;
  }

  /** Takes a sample; answers bytes per second, undefined until there is one. */
  sample(nowMs: number, bytes: number): number | undefined {
    const passed = nowMs - this.#lastMs;
    if (passed >= 50) {
      const window = Math.max(RATE_WINDOW_MIN_MS, (nowMs - this.#startMs) * RATE_WINDOW_PART);
      const fade = Math.exp(-passed / Math.min(RATE_WINDOW_MAX_MS, window));
      this.#bytes = this.#bytes * fade + Math.max(0, bytes - this.#lastBytes);
      this.#ms = this.#ms * fade + passed;
      this.#lastMs = nowMs;
      this.#lastBytes = bytes;
    }
    return this.#ms === 0 ? undefined : this.#bytes * 1000 / this.#ms;
  }
}

/** What a drawing is made of. */
export interface Moment {
  readonly progress: Progress;
  readonly elapsedMs: number;
  /** Bytes per second. */
  readonly rate?: number;
}

/** Time left, ms; undefined where nobody can tell. */
export function remainingMs({ progress, elapsedMs, rate }: Moment): number | undefined {
  if (progress.bytesTotal === undefined || elapsedMs < ESTIMATE_AFTER_MS || !rate) return undefined;
  return Math.max(0, progress.bytesTotal - progress.bytesDone) * 1000 / rate;
}

/** Part done, 0 to 1; undefined while the total is unknown. */
export function partDone({ bytesDone, bytesTotal, filesDone, filesTotal }: Progress): number | undefined {
  if (bytesTotal !== undefined && bytesTotal > 0) return Math.min(1, bytesDone / bytesTotal);
  if (filesTotal !== undefined && filesTotal > 0) return Math.min(1, filesDone / filesTotal);
  return undefined;
}

/** The facts of a moment in one line, without the current file; the last ones are left out where `columns` are few. */
export function progressText(moment: Moment, columns = Infinity): string {
  const { progress, elapsedMs, rate } = moment;
  const part = partDone(progress);
  const of = (done: string, total: string | undefined) => total === undefined ? done : `${done} of ${total}`;
  const parts = [`[${shownDuration(elapsedMs)}] ${shownText(progress.phase)}`];
  if (part !== undefined) parts.push(`${(Math.floor(part * 1000) / 10).toFixed(1)} %`);
  if (progress.bytesDone > 0 || progress.bytesTotal) {
    parts.push(
      of(
        shownSize(progress.bytesDone, 1),
        progress.bytesTotal && shownSize(progress.bytesTotal, 1) || undefined,
      ),
    );
  }
  if (progress.filesDone > 0 || progress.filesTotal !== undefined) {
    const noun = (progress.filesTotal ?? progress.filesDone) === 1 ? "file" : "files";
    parts.push(`${of(String(progress.filesDone), progress.filesTotal?.toString())} ${noun}`);
  }
  if (progress.problems > 0) parts.push(counted(progress.problems, "problem"));
  const left = remainingMs(moment);
  if (left !== undefined) parts.push(`${shownDuration(left)} left`);
  if (rate !== undefined && progress.bytesDone > 0) parts.push(`${shownSize(Math.round(rate), 1)}/s`);
  while (parts.length > 1 && textWidth(parts.join("  ")) > columns) parts.pop();
  return parts.join("  ");
}

/** The bar: the facts and the current file, at most `columns - 1` columns so that the cursor never wraps. */
export function barText(moment: Moment, columns: number): string {
  const room = Math.max(10, columns - 1);
  const facts = progressText(moment, room);
  const left = room - textWidth(facts) - 2;
  const current = moment.progress.current;
  if (current === undefined || left < 12) return fitText(facts, room);
  return `${facts}  ${fitText(shownName(current), left)}`;
}

/** restic's `status` message. */
export function statusMessage(moment: Moment): Record<string, unknown> {
  const { progress, elapsedMs } = moment;
  const left = remainingMs(moment);
  return {
    message_type: "status",
    phase: progress.phase,
    seconds_elapsed: Math.floor(elapsedMs / 1000),
    ...(left === undefined ? {} : { seconds_remaining: Math.round(left / 1000) }),
    percent_done: partDone(progress) ?? 0,
    ...(progress.filesTotal === undefined ? {} : { total_files: progress.filesTotal }),
    files_done: progress.filesDone,
    ...(progress.bytesTotal === undefined ? {} : { total_bytes: progress.bytesTotal }),
    bytes_done: progress.bytesDone,
    error_count: progress.problems,
    ...(progress.current === undefined ? {} : { current_files: [shownName(progress.current)] }),
  };
}

/** Where a view draws. */
export interface ProgressSink {
  columns(): number;
  /** Text for the terminal, control sequences included. */
  draw(text: string): void;
  json(object: Record<string, unknown>): void;
}

/** Shows one run's progress until stopped. Other lines are printed between {@link clear} and the next drawing. */
export class ProgressView {
  readonly #sink: ProgressSink;
  readonly #style: ProgressStyle;
  readonly #clock: Clock;
  readonly #startMs: number;
  readonly #meter: RateMeter;
  #source: (() => Progress) | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #drawn = false;

  constructor(sink: ProgressSink, style: ProgressStyle, clock: Clock) {
    this.#sink = sink;
    this.#style = style;
    this.#clock = clock;
    this.#startMs = clock.monotonicMs();
    this.#meter = new RateMeter(this.#startMs);
  }

  /** Begins to draw what `source` says. */
  start(source: () => Progress): void {
    this.#source = source;
    if (this.#style === "none" || this.#timer !== undefined) return;
    this.#timer = setInterval(
      () => this.update(),
      this.#style === "lines" ? LINE_PERIOD_MS : BAR_PERIOD_MS,
    );
  }

  /** Milliseconds since the view was made. */
  get elapsedMs(): number {
    return this.#clock.monotonicMs() - this.#startMs;
  }

  /** Draws the present state. */
  update(): void {
    if (this.#source === undefined) return;
    const progress = this.#source();
    const rate = this.#meter.sample(this.#clock.monotonicMs(), progress.bytesDone);
    const moment: Moment = { progress, elapsedMs: this.elapsedMs, ...(rate === undefined ? {} : { rate }) };
    if (this.#style === "json") this.#sink.json(statusMessage(moment));
    else if (this.#style === "lines") this.#sink.draw(`${progressText(moment)}\n`);
    else if (this.#style === "bar") {
      this.#sink.draw(`\r${barText(moment, this.#sink.columns())}\x1b[K`);
      this.#drawn = true;
    }
  }

  /** Takes the bar away, so that a line can be printed. */
  clear(): void {
    if (!this.#drawn) return;
    this.#sink.draw("\r\x1b[K");
    this.#drawn = false;
  }

  /** Stops and takes the bar away. */
  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#source = undefined;
    this.clear();
  }
}
