// Copyright the SpareGrid authors. Apache-2.0.

/** How much a line of the log matters. */
export type LogLevel = "debug" | "info" | "warning" | "error";

/** Where diagnostic lines go. Nothing secret may be passed. */
export interface Log {
  write(level: LogLevel, message: string, facts?: Readonly<Record<string, string | number | boolean>>): void;
}

/** Drops everything. */
export const silentLog: Log = { write() {} };

const encoder = new TextEncoder();

/** Writes one line per call to standard error, from `lowest` up. Control characters are shown as `\xNN`. */
export function stderrLog(lowest: LogLevel = "warning"): Log {
  const order: LogLevel[] = ["debug", "info", "warning", "error"];
  return {
    write(level, message, facts = {}) {
      if (order.indexOf(level) < order.indexOf(lowest)) return;
      const tail = Object.entries(facts).map(([key, value]) => ` ${key}=${JSON.stringify(value)}`).join("");
      const line = `${level}: ${message}${tail}`.replace(
        // deno-lint-ignore no-control-regex
        /[\x00-\x1f\x7f-\x9f]/g,
        (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`,
      );
      Deno.stderr.writeSync(encoder.encode(`${line}\n`));
    },
  };
}
