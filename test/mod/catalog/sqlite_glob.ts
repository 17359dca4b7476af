// Copyright the SpareGrid authors. Apache-2.0.
import { DatabaseSync } from "node:sqlite";

/** SQLite's GLOB operator by itself. */
export function globs(): Disposable & { fits(glob: string, text: string): boolean } {
  const database = new DatabaseSync(":memory:");
  const statement = database.prepare("SELECT ? GLOB ? AS fits");
  return {
    fits: (glob, text) => (statement.get(text, glob) as { fits: number }).fits === 1,
    [Symbol.dispose]: () => database.close(),
  };
}
