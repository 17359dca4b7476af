// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { CODES } from "../../mod/errors/mod.ts";
import { errorCodesPage } from "../../scripts/error_codes_page.ts";
import recorded from "../data/sg_codes.json" with { type: "json" };
import { ROOT, sourcesIn } from "./_sources.ts";

Deno.test("codes: each stands once in the catalogue", () => {
  const text = Deno.readTextFileSync(`${ROOT}mod/errors/codes.ts`);
  const codes = [...text.matchAll(/^ {2}(SG[A-Z]*\d+): entry\(/gm)].map((match) => match[1]!);
  assert.deepEqual(codes, [...new Set(codes)]);
  assert.deepEqual([...codes].sort(), Object.keys(CODES).sort());
});

Deno.test("codes: none that was ever recorded is gone", () => {
  assert.deepEqual(recorded.filter((code) => !(code in CODES)), []);
});

Deno.test("codes: each is recorded (deno run -A scripts/error_codes_page.ts)", () => {
  assert.deepEqual(Object.keys(CODES).filter((code) => !recorded.includes(code)), []);
});

Deno.test("codes: StoreGrid's stay below SG1000, ours above, the last digits in order", () => {
  const ours = Object.keys(CODES).map((code) => Number(code.slice(2))).filter((number) => number >= 1000);
  assert.deepEqual(ours, ours.map((_, i) => 1001 + i));
});

Deno.test("codes: each has a title, a meaning and a remedy in sentences", () => {
  for (const [code, { title, meaning, remedy, exit }] of Object.entries(CODES)) {
    assert.match(title, /^[A-Z][^.]*[^.]$/, `${code}: title`);
    assert.match(meaning, /\.$/, `${code}: meaning`);
    assert.ok(remedy.length > 0, `${code}: remedy`);
    assert.ok([1, 2, 3, 10, 11, 12, 130].includes(exit), `${code}: exit status ${exit}`);
  }
});

Deno.test("codes: the section of a page that a remedy names is there", () => {
  const named = Object.values(CODES).flatMap((
    { remedy },
  ) => [...remedy.matchAll(/(docs\/[\w-]+\.md), '([^']+)'/g)]);
  assert.ok(named.length > 0);
  for (const [, page, section] of named) {
    assert.ok(Deno.readTextFileSync(ROOT + page!).includes(`\n## ${section}\n`), `${page}: ${section}`);
  }
});

Deno.test("codes: docs/error-codes.md is what scripts/error_codes_page.ts makes of the catalogue", () => {
  assert.equal(Deno.readTextFileSync(`${ROOT}docs/error-codes.md`), errorCodesPage());
});

Deno.test("codes: none but those of the catalogue is named in mod/", () => {
  const unknown = sourcesIn("mod").flatMap(({ path, code }) =>
    [...code.matchAll(/"(SG\d{4}|SGRP\d{4})"/g)].filter(([, found]) => !(found! in CODES)).map(([, found]) =>
      `${path}: ${found}`
    )
  );
  assert.deepEqual(unknown, []);
});
