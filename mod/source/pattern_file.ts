// Copyright the SpareGrid authors. Apache-2.0.
import { utf8Text } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import { Pattern } from "./pattern.ts";

/** Looks up an environment variable. */
export type Environment = (name: string) => string | undefined;

/**
 * The patterns of a pattern file, in order: one a line; white space at both ends is dropped; empty lines and lines
 * that begin with `#` are skipped (`\#` begins a name with `#`). `$NAME` and `${NAME}` stand for environment
 * variables (nothing where unset), `$$` for a dollar sign. A byte order mark and CRLF are understood.
 *
 * @throws {SgError} SG1021 naming the file and the line that is not a valid pattern.
 */
export function parsePatternFile(bytes: Uint8Array, fileName: string, environment: Environment): string[] {
  const patterns: string[] = [];
  const lines = utf8Text(bytes).replace(/^\uFEFF/, "").split("\n");
  for (const [index, raw] of lines.entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    const pattern = expand(line, environment);
    if (pattern === "") continue;
    try {
      new Pattern(pattern);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw new SgError(
        "SG1021",
        `Cannot use the pattern file ${fileName}: line ${index + 1}, ${
          JSON.stringify(pattern)
        }: ${error.message}`,
        { cause: error, context: { file: fileName, line: index + 1 } },
      );
    }
    patterns.push(pattern);
  }
  return patterns;
}

function expand(line: string, environment: Environment): string {
  return line.replace(
    /\$(?:\$|\{([^}]*)\}|([A-Za-z_][A-Za-z0-9_]*))/g,
    (whole, braced?: string, bare?: string) => whole === "$$" ? "$" : environment(braced ?? bare ?? "") ?? "",
  );
}
