// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import configuration from "../../deno.json" with { type: "json" };
import { importsOf, sourcesIn } from "./_sources.ts";

/** Each outside package and the folders that may import it. Reasons stand in ARCHITECTURE.md, "Packages". */
const OWNERS: Readonly<Record<string, readonly string[]>> = {
  "@graphql-codegen/core": ["scripts/"],
  "@graphql-codegen/typescript": ["scripts/"],
  "@graphql-codegen/typescript-resolvers": ["scripts/"],
  "graphql": ["mod/api/", "scripts/graphql_types.ts", "test/mod/api/", "test/fuzz/", "test/web/"],
  "graphql-yoga": ["mod/api/"],
  "@libsql/client": ["mod/catalog/", "test/mod/catalog/", "test/mod/audit/", "test/bench/"],
  "drizzle-orm": ["mod/catalog/", "test/mod/catalog/"],
  "fast-check": ["test/"],
  "assemblyscript": ["scripts/", "test/mod/kernel/"],
  "axe-core": ["test/"],
  "playwright-core": ["test/"],
  "@peculiar/x509": ["mod/app/", "test/mod/app/"],
  "reflect-metadata": ["mod/app/"],
  "smol-toml": ["mod/app/"],
  "uqr": ["mod/api/", "test/mod/api/"],
};

Deno.test("owners: each outside package is imported by its owner folder only", () => {
  const faults = ["mod", "test", "scripts"].flatMap(sourcesIn).flatMap((source) =>
    importsOf(source)
      .filter((specifier) => !specifier.startsWith(".") && !specifier.startsWith("node:"))
      .flatMap((specifier) => {
        const name = /^(?:@[^/]+\/)?[^/]+/.exec(specifier)![0];
        const folders = OWNERS[name];
        if (folders === undefined) return [`${source.path} imports ${specifier}, which has no owner`];
        return folders.some((folder) => source.path.startsWith(folder))
          ? []
          : [`${source.path} imports ${specifier}, which belongs to ${folders.join(", ")}`];
      })
  );
  assert.deepEqual(faults, []);
});

Deno.test("owners: the list equals the imports of deno.json, each pinned to one version", () => {
  assert.deepEqual(Object.keys(configuration.imports).sort(), Object.keys(OWNERS).sort());
  for (const [name, specifier] of Object.entries(configuration.imports)) {
    assert.match(specifier, new RegExp(`^npm:${name}@\\d+\\.\\d+\\.\\d+$`));
  }
});
