// Copyright the SpareGrid authors. Apache-2.0.
import { padText, textWidth } from "./shown_text.ts";

/** A column of a table. */
export interface Column {
  readonly title: string;
  /** Numbers stand at the right; default left. */
  readonly align?: "left" | "right";
}

/** The lines of a table: titles, a rule, the rows. A cell may hold several lines (`\n`), one below the other. */
export function tableLines(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const cells = rows.map((row) => row.map((cell) => cell.split("\n")));
  const widths = columns.map(({ title }) => textWidth(title));
  for (const row of cells) {
    for (const i of widths.keys()) {
      for (const text of row[i] ?? []) widths[i] = Math.max(widths[i]!, textWidth(text));
    }
  }
  const line = (parts: readonly string[]) =>
    columns.map((column, i) => padText(parts[i] ?? "", widths[i]!, column.align)).join("  ").trimEnd();
  const rule = "-".repeat(widths.reduce((sum, width) => sum + width, 0) + 2 * (columns.length - 1));
  const out = [line(columns.map((column) => column.title)), rule];
  for (const row of cells) {
    const height = Math.max(1, ...row.map((cell) => cell.length));
    for (let i = 0; i < height; i++) out.push(line(row.map((cell) => cell[i] ?? "")));
  }
  out.push(rule);
  return out;
}
