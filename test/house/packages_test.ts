// Copyright the SpareGrid authors. Apache-2.0.
// What runs besides our own code is exactly what was looked at: each package by its hash, the runtime by its version.
import assert from "node:assert/strict";
import configuration from "../../deno.json" with { type: "json" };

interface Lock {
  readonly specifiers: Readonly<Record<string, string>>;
  readonly npm: Readonly<Record<string, { readonly integrity?: string; readonly scripts?: boolean }>>;
}

const read = (path: string) => Deno.readTextFileSync(new URL(`../../${path}`, import.meta.url));
const lock = JSON.parse(read("deno.lock")) as Lock;

Deno.test("packages: the lock file holds the hash of each, from the one registry, and nothing else [W20]", () => {
  assert.deepEqual(Object.keys(lock).sort(), ["npm", "specifiers", "version", "workspace"]);
  assert.deepEqual(Object.keys(lock.specifiers).sort(), Object.values(configuration.imports).sort());
  const packages = Object.entries(lock.npm);
  assert.ok(packages.length > 50, `${packages.length}`);
  for (const [name, { integrity }] of packages) {
    assert.match(name, /^(?:@[\w.-]+\/)?[\w.-]+@\d+\.\d+\.\d+/);
    assert.match(integrity ?? "", /^sha512-[A-Za-z0-9+/]{86}==$/, name);
  }
});

Deno.test("packages: none may run a script when it is installed [W20]", () => {
  assert.ok(!("allowScripts" in configuration));
  for (const [name, { scripts }] of Object.entries(lock.npm)) {
    assert.notEqual(scripts, true, `${name} has an install script`);
  }
});

Deno.test("packages: the runtime is one version, wherever it is named [W20]", () => {
  const named = new Set<string>();
  for (const path of ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", ".ci/run", "deno.json"]) {
    for (const [, version] of read(path).matchAll(/\bdeno@(\S+?)(?=[\s)`"',;]|$)/gm)) named.add(version!);
  }
  assert.deepEqual([...named], [Deno.version.deno]);
});
