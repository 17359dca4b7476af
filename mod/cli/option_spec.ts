// Copyright the SpareGrid authors. Apache-2.0.

/** One row of a command's option table: it drives parsing, help and "did you mean". */
export interface OptionSpec {
  /** The long name without dashes; restic's where restic has it. */
  readonly name: string;
  /** One letter for `-x`. */
  readonly short?: string;
  /** Other long names that mean the same (`force` for `full`). */
  readonly aliases?: readonly string[];
  /** What stands for the value in help, such as `FILE`. Left out for switches. */
  readonly value?: string;
  /** May be given several times; all values count, in order. Without it the last one wins. */
  readonly repeat?: boolean;
  /** What it does, one sentence without a full stop. */
  readonly help: string;
}
