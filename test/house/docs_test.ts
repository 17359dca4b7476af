// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { commandsPage } from "../../scripts/commands_page.ts";
import { securityTestsPage } from "../../scripts/security_tests_page.ts";
import { ROOT, sourcesIn } from "./_sources.ts";

const EXPORT =
  /^export (?:default )?(?:async |abstract |declare )*(?:function\*?|class|const|let|interface|type|enum) ([A-Za-z0-9_$]+)/;

Deno.test("docs: every mod.ts begins with a module comment", () => {
  for (const { name } of Deno.readDirSync(`${ROOT}mod`)) {
    const path = `mod/${name}/mod.ts`;
    let text: string;
    try {
      text = Deno.readTextFileSync(ROOT + path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) assert.fail(`${path} is missing`);
      throw error;
    }
    const comment = /^\/\/ Copyright[^\n]*\n\/\*\*([^]*?)\*\//.exec(text)?.[1];
    assert.ok(
      comment !== undefined && comment.includes("@module"),
      `${path} has no module comment with @module`,
    );
    assert.match(comment, /Invariants?/, `${path} states no invariant`);
  }
});

Deno.test("docs: mod.ts holds named exports only", () => {
  const faults = sourcesIn("mod").filter(({ path }) => path.endsWith("/mod.ts") && path !== "mod/base/mod.ts")
    .filter(({ code }) => /^export \*|^export default/m.test(code)).map(({ path }) => path);
  assert.deepEqual(faults, []);
});

Deno.test("docs: every export in mod/ has a sentence that documents it", () => {
  // What a script makes from schema.graphql is described there.
  const written = sourcesIn("mod").filter(({ path }) => path !== "mod/api/schema_types.ts");
  const faults = written.flatMap(({ path, text }) => {
    const lines = text.split("\n");
    return lines.flatMap((line, i) => {
      const name = EXPORT.exec(line)?.[1];
      if (name === undefined) return [];
      let above = i - 1;
      while (above >= 0 && /^\s*\/\/ deno-lint|^\s*$|^@/.test(lines[above]!)) above--;
      // Constants without a blank line between them share the comment above the first.
      while (lines[i]!.startsWith("export const ") && /^export const .*;$/.test(lines[above] ?? "")) above--;
      const documented = /\*\/\s*$/.test(lines[above] ?? "");
      // Further signatures of an overloaded function share the first one's comment.
      const overload = lines.slice(0, i).some((earlier) => EXPORT.exec(earlier)?.[1] === name);
      return documented || overload ? [] : [`${path}:${i + 1}: ${name}`];
    });
  });
  assert.deepEqual(faults, []);
});

Deno.test("docs: docs/commands.md is what scripts/commands_page.ts makes of the commands' help", async () => {
  assert.equal(Deno.readTextFileSync(`${ROOT}docs/commands.md`), await commandsPage());
});

Deno.test("docs: every relative link in the papers leads to a file", () => {
  const papers = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"];
  for (const { name } of Deno.readDirSync(`${ROOT}docs`)) {
    if (name.endsWith(".md")) papers.push(`docs/${name}`);
  }
  const dead = papers.flatMap((paper) =>
    [...Deno.readTextFileSync(ROOT + paper).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)]
      .map((match) => match[1]!)
      .filter((link) => {
        try {
          Deno.statSync(new URL(link, `file://${ROOT}${paper}`));
          return false;
        } catch {
          return true;
        }
      }).map((link) => `${paper}: ${link}`)
  );
  assert.deepEqual(dead, []);
});

Deno.test("docs: docs/SECURITY-TESTS.md is what scripts/security_tests_page.ts makes of the tests", async () => {
  assert.equal(Deno.readTextFileSync(`${ROOT}docs/SECURITY-TESTS.md`), await securityTestsPage(ROOT));
});
