// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { ROOT } from "../../house/_sources.ts";

/** Files that are loaded with `file` in any case: what is imported statically, and is no mere type. */
function loadedWith(file: string, seen: Set<string> = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const text = Deno.readTextFileSync(ROOT + file);
  for (const [, names, specifier] of text.matchAll(/^(?:import|export) ([^;"']*?)\bfrom "(\.[^"]+)"/gm)) {
    if (names!.startsWith("type ") || /^\{(?:\s*type [^,}]+,?)+\s*\}\s*$/.test(names!)) continue;
    loadedWith(new URL(specifier!, `file:///${file}`).pathname.slice(1), seen);
  }
  return seen;
}

Deno.test("start-up: the command line is loaded without engine and service, and without all but the command that was asked for", () => {
  const loaded = [...loadedWith("main.ts")];
  assert.deepEqual(loaded.filter((file) => !/^(?:main\.ts|mod\/(?:cli|base|errors)\/.*)$/.test(file)), []);
  assert.ok(loaded.length < 40, loaded.join(" "));
});

Deno.test("start-up: a command that asks a service loads no engine by itself", () => {
  for (const command of ["status", "runs", "gql", "set_change", "account_change"]) {
    const loaded = [...loadedWith(`mod/cli/${command}.ts`)];
    assert.deepEqual(loaded.filter((file) => !/^mod\/(?:cli|base|errors)\//.test(file)), [], command);
  }
});

Deno.test("start-up: mod/app does not load catalog, server, API or console before the service is run", () => {
  const loaded = [...loadedWith("mod/app/mod.ts")];
  const heavy = /^mod\/(?:catalog|server|api|console|account|audit|http|client)\//;
  assert.deepEqual(loaded.filter((file) => heavy.test(file)), []);
});
