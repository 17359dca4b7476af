// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { importsOf, moduleOf, resolved, sourcesIn } from "./_sources.ts";

const FLOORS_0_TO_4 = [
  "errors",
  "base",
  "platform",
  "format",
  "schedule",
  "signature",
  "compress",
  "storage",
  "source",
  "discovery",
  "catalog",
  "repository",
  "plugin",
  "archiver",
  "restorer",
  "replication",
  "account",
  "audit",
  "report",
  "notify",
];

/** ARCHITECTURE.md, "Floors": a module, its floor, and what it may import. */
const FLOORS: Readonly<Record<string, readonly [floor: number, mayImport: readonly string[]]>> = {
  errors: [0, []],
  base: [1, ["errors"]],
  platform: [2, ["errors", "base"]],
  kernel: [2, ["errors", "base"]],
  format: [2, ["errors", "base"]],
  schedule: [2, ["errors", "base"]],
  signature: [2, ["errors", "base"]],
  crypto: [3, ["errors", "base", "kernel", "platform"]],
  chunker: [3, ["errors", "base", "kernel"]],
  compress: [3, ["errors", "base", "platform"]],
  storage: [3, ["errors", "base", "platform", "signature"]],
  source: [3, ["errors", "base", "platform", "format"]],
  catalog: [3, ["errors", "base", "platform"]],
  http: [3, ["errors", "base", "platform"]],
  account: [4, ["errors", "base", "crypto", "platform", "signature", "catalog"]],
  audit: [4, ["errors", "base", "crypto", "catalog"]],
  repository: [4, ["errors", "base", "platform", "crypto", "compress", "format", "storage"]],
  archiver: [4, ["errors", "base", "platform", "crypto", "format", "chunker", "source"]],
  restorer: [4, ["errors", "base", "format", "platform"]],
  job: [5, FLOORS_0_TO_4],
  server: [5, [
    "errors",
    "base",
    "platform",
    "signature",
    "crypto",
    "http",
    "storage",
    "catalog",
    "account",
    "audit",
  ]],
  console: [5, ["errors", "base", "platform", "http", "account", "audit"]],
  client: [6, [...FLOORS_0_TO_4, "job"]],
  api: [7, ["errors", "base", "http", "catalog", "account", "audit", "job", "client", "server", "console"]],
  app: [8, [
    ...FLOORS_0_TO_4,
    "http",
    "kernel",
    "crypto",
    "chunker",
    "job",
    "client",
    "server",
    "console",
    "api",
  ]],
  cli: [9, ["errors", "base", "app"]],
};

/** `mod/archiver/x.ts imports mod/repository/mod.ts: archiver may import only …`. */
function faults(): string[] {
  return sourcesIn("mod").flatMap((source) => {
    const here = moduleOf(source.path)!;
    const rule = FLOORS[here];
    if (rule === undefined) {
      return [`${source.path}: module ${here} has no floor in test/house/floors_test.ts`];
    }
    return importsOf(source).filter((specifier) => specifier.startsWith(".")).flatMap((specifier) => {
      const target = resolved(source.path, specifier);
      const there = moduleOf(target);
      if (there === here || target === "deno.json") return [];
      if (here === "api" && target === "schema.graphql") return []; // the contract that it serves
      if (here === "console" && target.startsWith("web/")) return []; // as texts, which it serves
      if (there === undefined) return [`${source.path} imports ${target}, which is outside mod/`];
      if (!rule[1].includes(there)) {
        return [
          `${source.path} imports ${target}: ${here} (floor ${rule[0]}) may import only ${
            rule[1].join(", ")
          }`,
        ];
      }
      const face = `mod/${there}/mod.ts`;
      return target === face
        ? []
        : [`${source.path} imports ${target}: other modules are imported by ${face} only`];
    });
  });
}

Deno.test("floors: a module imports only the lower modules it may, by their mod.ts", () => {
  assert.deepEqual(faults(), []);
});

Deno.test("floors: the table falls, so it cannot hold a circle", () => {
  for (const [module, [floor, mayImport]] of Object.entries(FLOORS)) {
    for (const other of mayImport) {
      const there = FLOORS[other];
      if (there !== undefined) assert.ok(there[0] < floor, `${module} (floor ${floor}) may import ${other}`);
    }
  }
});

Deno.test("floors: main.ts imports nothing but the command line", () => {
  const [main] = [
    ...Deno.readTextFileSync(new URL("../../main.ts", import.meta.url)).matchAll(/from "([^"]+)"/g),
  ];
  assert.equal(main?.[1], "./mod/cli/mod.ts");
});
