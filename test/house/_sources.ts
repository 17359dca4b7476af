// Copyright the SpareGrid authors. Apache-2.0.

/** The top of the checkout, with a slash at its end. */
export const ROOT: string = new URL("../../", import.meta.url).pathname;

/** A source file of the project. */
export interface Source {
  /** Path from the top of the checkout. */
  readonly path: string;
  readonly text: string;
  /** The text with comments blanked out; lines keep their numbers. */
  readonly code: string;
}

/** All TypeScript files below `folder`, in order. Generated and fetched ones are left out. */
export function sourcesIn(folder: string): Source[] {
  const found: Source[] = [];
  const walk = (path: string) => {
    for (
      const { name, isDirectory } of [...Deno.readDirSync(ROOT + path)].sort((a, b) =>
        a.name < b.name ? -1 : 1
      )
    ) {
      const below = `${path}/${name}`;
      // AssemblyScript is another language; its folder has its own compiler.
      if (isDirectory && name !== "node_modules" && name !== "assembly" && name !== ".corpus") walk(below);
      else if (name.endsWith(".ts")) {
        const text = Deno.readTextFileSync(ROOT + below);
        found.push({ path: below, text, code: withoutComments(text) });
      }
    }
  };
  walk(folder);
  return found;
}

/** Blanks out comments; knows enough of strings, templates and regular expressions to leave `"//"` alone. */
function withoutComments(text: string): string {
  const token =
    /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\[^])*`|\/\/[^\n]*|\/\*[^]*?\*\/|(?<=[=(,:!&|?\[]\s*)\/(?![/*])(?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/g;
  return text.replace(
    token,
    (found) => found.startsWith("//") || found.startsWith("/*") ? found.replace(/[^\n]/g, " ") : found,
  );
}

/** What a file imports or re-exports: the specifiers as written, static and dynamic. */
export function importsOf(source: Source): string[] {
  const out: string[] = [];
  for (
    const [, specifier] of source.code.matchAll(/^(?:import|export)\b[^;"']*?\bfrom\s*["']([^"']+)["']/gm)
  ) {
    out.push(specifier!);
  }
  for (const [, specifier] of source.code.matchAll(/^import\s*["']([^"']+)["']/gm)) out.push(specifier!);
  for (const [, specifier] of source.code.matchAll(/\bimport\(\s*["']([^"']+)["']/g)) out.push(specifier!);
  return out;
}

/** The path that a relative specifier in `from` stands for. */
export function resolved(from: string, specifier: string): string {
  return new URL(specifier, `file:///${from}`).pathname.slice(1);
}

/** Where a pattern occurs in a source's code: `path:line: text`. */
export function occurrences(source: Source, pattern: RegExp): string[] {
  return source.code.split("\n").flatMap((line, i) =>
    pattern.test(line) ? [`${source.path}:${i + 1}: ${line.trim()}`] : []
  );
}

/** The module that a file in mod/ belongs to. */
export function moduleOf(path: string): string | undefined {
  return /^mod\/([^/]+)\//.exec(path)?.[1];
}
