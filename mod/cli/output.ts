// Copyright the SpareGrid authors. Apache-2.0.
import type { EntryFate, Problem, RunOptions } from "../app/mod.ts";
import { type Clock, utf8, utf8TextStrict } from "../base/mod.ts";
import { CODES, type SgCode, type SgError } from "../errors/mod.ts";
import { type ProgressStyle, ProgressView } from "./progress.ts";
import { shownName, shownText } from "./shown_text.ts";
import { type Column, tableLines } from "./table.ts";
import { OutputClosed, type Terminal } from "./terminal.ts";

/** How much is said, and to whom. */
export interface OutputMode {
  readonly json: boolean;
  readonly quiet: boolean;
  /** How often `--verbose` was given. */
  readonly verbose: number;
}

/** Lines are collected to this many bytes before they are written, so that long listings are quick. */
const BUFFER_BYTES = 32 * 1024;

/**
 * Everything a command says goes through here. Results go to standard output; progress, warnings and errors to
 * standard error. With `--json` all lines are objects, results on standard output and errors on standard error.
 */
export class Output {
  readonly mode: OutputMode;
  readonly #terminal: Terminal;
  readonly #clock: Clock;
  #buffer: string[] = [];
  #buffered = 0;
  #closed = false;
  #view: ProgressView | undefined;
  readonly #problemCodes = new Set<SgCode>();

  constructor(terminal: Terminal, mode: OutputMode, clock: Clock) {
    this.#terminal = terminal;
    this.mode = mode;
    this.#clock = clock;
  }

  /** A line of the result itself: always printed. Throws {@link OutputClosed} when nobody reads any more. */
  result(line: string): void {
    if (this.#closed) throw new OutputClosed("Standard output is closed");
    this.#buffer.push(line, "\n");
    this.#buffered += line.length + 1;
    if (this.#buffered >= BUFFER_BYTES || this.#terminal.stdoutIsTerminal) this.flush();
  }

  /** A table of the result. */
  table(columns: readonly Column[], rows: readonly (readonly string[])[]): void {
    for (const line of tableLines(columns, rows)) this.result(line);
  }

  /** An object of the result, for `--json`. Big integers become numbers, or text where a number cannot hold them. */
  object(object: Readonly<Record<string, unknown>>): void {
    this.result(jsonText(object));
  }

  /** A line of the summary: not printed with `--quiet` or `--json`. Nobody reading it is no failure. */
  info(line: string): void {
    if (this.mode.quiet || this.mode.json) return;
    this.#unlessClosed(() => this.result(line));
  }

  /** The object at the end of a run, for `--json`. Nobody reading it is no failure: the work is done. */
  summary(object: Readonly<Record<string, unknown>>): void {
    if (this.mode.json) this.#unlessClosed(() => this.object({ message_type: "summary", ...object }));
  }

  /** A line for those who want to know more: printed from this level of `--verbose` up. */
  detail(level: number, line: string): void {
    if (this.mode.verbose >= level) this.info(line);
  }

  /** A sentence that the user should read though nothing failed. On standard error, with `--quiet` too. */
  warn(message: string): void {
    if (this.mode.json) this.#errorObject({ message_type: "warning", message });
    else this.#error(`warning: ${shownText(message)}`);
  }

  /** A sentence about what is going on. On standard error; not with `--quiet`. */
  note(message: string): void {
    if (this.mode.quiet) return;
    if (this.mode.json) this.#errorObject({ message_type: "note", message });
    else this.#error(shownText(message));
  }

  /** Something that went wrong with one entry while the run goes on. */
  problem({ code, path, message }: Problem, during: string): void {
    this.#problemCodes.add(code);
    if (this.mode.json) {
      this.#errorObject({
        message_type: "error",
        error: { message },
        during,
        code,
        remedy: CODES[code].remedy,
        ...(path === undefined ? {} : { item: pathText(path), ...pathBytes("item_bytes", path) }),
      });
    } else this.#error(`${shownText(message)} [${code}]`);
  }

  /** Says at the end of a run with problems how it stands, and once for each kind of problem what to do. */
  incomplete(message: string): void {
    this.warn(message);
    if (this.mode.json) return;
    for (const code of this.#problemCodes) this.#error(`  ${CODES[code].remedy} [${code}]`);
  }

  /** The error that ends the command: what happened, and on the next line what to do. */
  failure(error: SgError, status: number): void {
    if (this.mode.json) {
      this.#errorObject({
        message_type: "exit_error",
        code: status,
        message: error.message,
        sg_code: error.code,
        remedy: error.remedy,
        ...(Object.keys(error.context).length === 0 ? {} : { context: error.context }),
      });
    } else {this.#error(
        `sparegrid: ${shownText(error.message)} [${error.code}]\n  ${shownText(error.remedy)}`,
      );}
  }

  /** What a run takes to report here; `during` names it. Draws progress from the run's start until {@link endRun}. */
  runOptions(signal: AbortSignal, during: string): RunOptions {
    const style = this.#progressStyle();
    const view = new ProgressView(
      {
        columns: () => this.#terminal.columns(),
        draw: (text) => this.#terminal.writeError(text),
        json: (object) =>
          this.#unlessClosed(() => {
            this.object(object);
            this.flush();
          }),
      },
      style,
      this.#clock,
    );
    this.#view = view;
    return {
      signal,
      ...(style === "none" ? {} : { onStart: (progress) => view.start(progress) }),
      observer: {
        problem: (problem) => this.problem(problem, during),
        note: (message) => this.note(message),
        ...(this.mode.verbose >= 2 ? { entry: (entry: EntryFate) => this.#entry(entry) } : {}),
      },
    };
  }

  /** As {@link runOptions}, for work that takes time: a bar stands there from the first moment on. */
  startRun(signal: AbortSignal, during: string): RunOptions {
    const options = this.runOptions(signal, during);
    if (this.#progressStyle() === "bar") {
      this.#view?.start(() => ({ phase: "preparing", filesDone: 0, bytesDone: 0, problems: 0 }));
    }
    return options;
  }

  /** Draws the progress of the moment, between the regular times. */
  drawProgress(): void {
    this.#view?.update();
  }

  /** Takes the progress away; answers how long the run took, ms. */
  endRun(): number {
    const elapsed = this.#view?.elapsedMs ?? 0;
    this.#view?.stop();
    this.#view = undefined;
    return elapsed;
  }

  /** Writes what is collected. */
  flush(): void {
    if (this.#buffer.length === 0) return;
    const bytes = utf8(this.#buffer.join(""));
    this.#buffer = [];
    this.#buffered = 0;
    if (this.#closed) return;
    this.#view?.clear();
    try {
      this.#terminal.write(bytes);
    } catch (error) {
      this.#closed = true;
      throw error;
    }
  }

  #progressStyle(): ProgressStyle {
    if (this.mode.quiet) return "none";
    if (this.mode.json) return "json";
    return this.#terminal.stderrIsTerminal ? "bar" : "lines";
  }

  #entry({ path, fate, bytes }: EntryFate): void {
    if (this.mode.json) {
      this.#unlessClosed(() =>
        this.object({
          message_type: "verbose_status",
          action: fate === "changed" ? "modified" : fate,
          item: pathText(path),
          ...pathBytes("item_bytes", path),
          data_size: bytes,
        })
      );
    } else this.info(`${fate.padEnd(9)} ${shownName(path)}`);
  }

  #error(text: string): void {
    this.#unlessClosed(() => this.flush());
    this.#view?.clear();
    this.#terminal.writeError(`${text}\n`);
  }

  #errorObject(object: Readonly<Record<string, unknown>>): void {
    this.#terminal.writeError(`${jsonText(object)}\n`);
  }

  #unlessClosed(print: () => void): void {
    try {
      print();
    } catch (error) {
      if (!(error instanceof OutputClosed)) throw error;
      this.#closed = true;
    }
  }
}

function jsonText(object: unknown): string {
  return JSON.stringify(object, (_key, value: unknown) => {
    if (typeof value !== "bigint") return value;
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : String(value);
  });
}

/** A path as JSON text; bytes that are not UTF-8 become U+FFFD, see {@link pathBytes}. */
export function pathText(path: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(path);
}

/** The path in base64 under `key`, only where text cannot hold it. */
export function pathBytes(key: string, path: Uint8Array): Record<string, string> {
  return utf8TextStrict(path) === undefined ? { [key]: path.toBase64() } : {};
}
