// Copyright the SpareGrid authors. Apache-2.0.
import type { Log, LogLevel } from "../../mod/base/mod.ts";

/** A log that keeps its lines. */
export class RecordingLog implements Log {
  readonly lines: {
    readonly level: LogLevel;
    readonly message: string;
    readonly facts: Readonly<Record<string, string | number | boolean>>;
  }[] = [];

  write(
    level: LogLevel,
    message: string,
    facts: Readonly<Record<string, string | number | boolean>> = {},
  ): void {
    this.lines.push({ level, message, facts });
  }

  /** All of it as text, for looking what must not be there. */
  get text(): string {
    return this.lines.map((line) => JSON.stringify(line)).join("\n");
  }
}
