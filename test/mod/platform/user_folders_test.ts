// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { userCacheFolder, userDataFolder } from "../../../mod/platform/mod.ts";

/** Sets environment variables until the block ends. */
function withEnvironment(values: Record<string, string>): Disposable {
  const before = Object.keys(values).map((name) => [name, Deno.env.get(name)] as const);
  for (const [name, value] of Object.entries(values)) Deno.env.set(name, value);
  return {
    [Symbol.dispose]() {
      for (const [name, value] of before) {
        value === undefined ? Deno.env.delete(name) : Deno.env.set(name, value);
      }
    },
  };
}

const LINUX = { ignore: Deno.build.os !== "linux" };

Deno.test("userDataFolder and userCacheFolder follow the XDG variables", LINUX, () => {
  using _set = withEnvironment({ XDG_DATA_HOME: "/x/data", XDG_CACHE_HOME: "/x/cache" });
  assert.equal(userDataFolder(), "/x/data/sparegrid");
  assert.equal(userCacheFolder(), "/x/cache/sparegrid");
});

Deno.test("userDataFolder and userCacheFolder ignore relative and empty XDG variables", LINUX, () => {
  using _set = withEnvironment({ XDG_DATA_HOME: "data", XDG_CACHE_HOME: "", HOME: "/home/anna" });
  assert.equal(userDataFolder(), "/home/anna/.local/share/sparegrid");
  assert.equal(userCacheFolder(), "/home/anna/.cache/sparegrid");
});
