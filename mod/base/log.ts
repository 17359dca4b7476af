// Copyright the SpareGrid authors. Apache-2.0.
import { type Clock, nowMs } from "./clock.ts";
import { shownJson, shownText } from "./shown_text.ts";

/** How much a line of the log matters. */
export type LogLevel = "debug" | "info" | "warning" | "error";

/** All levels, the least first. */
export const LOG_LEVELS: readonly LogLevel[] = ["debug", "info", "warning", "error"];

/** What a line says besides its message. */
export type LogFacts = Readonly<Record<string, string | number | boolean>>;

/** Where diagnostic lines go. Nothing secret may be passed. */
export interface Log {
  write(level: LogLevel, message: string, facts?: LogFacts): void;
}

/** Drops everything. */
export const silentLog: Log = { write() {} };

const encoder = new TextEncoder();

/** Writes one line per call to standard error, from `lowest` up. Control characters are shown as `\xNN`. */
export function stderrLog(lowest: LogLevel = "warning"): Log {
  return {
    write(level, message, facts = {}) {
      if (LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(lowest)) return;
      writeLine(shownText(`${level}: ${message}${factsText(facts)}`));
    },
  };
}

/** How a service's log looks and what it leaves out. */
export interface ServiceLogOptions {
  readonly clock: Clock;
  /** `text` for people, `json` (one object a line) for programs. */
  readonly format: "text" | "json";
  readonly level: LogLevel;
  /** Where a line goes, without its end; standard error where left out. */
  readonly print?: (line: string) => void;
}

/** The log of a service: each line with its time, from a level up that can be changed while it runs. */
export class ServiceLog implements Log {
  /** The lowest level that is written. */
  level: LogLevel;
  readonly #options: ServiceLogOptions;

  constructor(options: ServiceLogOptions) {
    this.#options = options;
    this.level = options.level;
  }

  write(level: LogLevel, message: string, facts: LogFacts = {}): void {
    if (LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(this.level)) return;
    const { clock, format, print = writeLine } = this.#options;
    const at = new Date(nowMs(clock)).toISOString();
    if (format === "json") {
      print(shownJson(JSON.stringify({ ...facts, at, level, message })));
    } else print(shownText(`${at} ${level.padEnd(7)} ${message}${factsText(facts)}`));
  }
}

function factsText(facts: LogFacts): string {
  return Object.entries(facts).map(([key, value]) => ` ${key}=${JSON.stringify(value)}`).join("");
}

function writeLine(line: string): void {
  const bytes = encoder.encode(`${line}\n`);
  try {
    for (let at = 0; at < bytes.length;) at += Deno.stderr.writeSync(bytes.subarray(at));
  } catch {
    // Nobody reads the log any more (its reader left, its drive is full): the work goes on.
  }
}
