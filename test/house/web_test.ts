// Copyright the SpareGrid authors. Apache-2.0.
// Rules of web/, the console's page. Its policy forbids the browser much of this, too; here it is found before that.
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { PAGE_PATHS } from "../../mod/console/mod.ts";
import { ROOT } from "./_sources.ts";

const files = [...Deno.readDirSync(`${ROOT}web`)].map(({ name }) => name).filter((name) =>
  name !== "jsconfig.json"
)
  .sort();
const textOf = (name: string) => Deno.readTextFileSync(`${ROOT}web/${name}`);
const scripts = files.filter((name) => name.endsWith(".js"));
const pages = files.filter((name) => name.endsWith(".html"));

/** `web/NAME:LINE: text` where the pattern occurs. */
function occurrences(names: readonly string[], pattern: RegExp): string[] {
  return names.flatMap((name) =>
    textOf(name).split("\n").flatMap((line, i) =>
      pattern.test(line) ? [`web/${name}:${i + 1}: ${line.trim()}`] : []
    )
  );
}

Deno.test("web: what lies in the folder is what is served, and nothing else", () => {
  const served = PAGE_PATHS.map((path) => path === "/" ? "index.html" : path.slice(1));
  assert.deepEqual(files, [...served, "not_found.html"].sort());
});

Deno.test("web: names only ever become text nodes: no call that reads HTML or code [W14]", () => {
  const readers =
    /\b(?:innerHTML|outerHTML|insertAdjacentHTML|createContextualFragment|setHTML\w*|parseFromString|DOMParser|srcdoc|document\.write|eval|new Function|javascript:)\b|set(?:Timeout|Interval)\(\s*["'`]/;
  assert.deepEqual(occurrences(scripts, readers), []);
});

Deno.test("web: no script, style or handler stands in a page, and nothing comes from elsewhere [W8]", () => {
  assert.deepEqual(occurrences(pages, /<style|\bstyle=|\bon\w+=|<script(?! type="module" src="\/)/), []);
  assert.deepEqual(
    occurrences(files.filter((name) => name !== "icon.svg"), /https?:\/\/(?!www\.w3\.org\/2000\/svg")/),
    [],
  );
  assert.deepEqual(occurrences(["style.css"], /@import|url\(/), []);
});

Deno.test("web: nothing of a session is kept where scripts of others or the next user find it", () => {
  assert.deepEqual(
    occurrences(scripts, /\b(?:localStorage|sessionStorage|indexedDB|document\.cookie|caches)\b/),
    [],
  );
});

Deno.test("web: scripts begin with the copyright line, are in snake_case and under 300 lines", () => {
  for (const name of scripts) {
    assert.match(name, /^[a-z]+(?:_[a-z]+)*\.js$/);
    const text = textOf(name);
    assert.ok(text.startsWith("// Copyright the SpareGrid authors. Apache-2.0.\n"), name);
    assert.ok(text.split("\n").length <= 300, name);
  }
});

Deno.test("web: all scripts together weigh at most 24 KiB packed, comments and all, the style 4 KiB", () => {
  const packed = (names: readonly string[]) => gzipSync(names.map(textOf).join("")).length;
  assert.ok(packed(scripts) <= 24 << 10, `${packed(scripts)} bytes`);
  assert.ok(packed(["style.css"]) <= 4 << 10, `${packed(["style.css"])} bytes`);
});
