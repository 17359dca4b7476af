// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";

/**
 * What `platform` finds in a process of its own: the value of `expression`, in which `platform` is the module's face, through
 * JSON. The environment belongs to a whole process, and test files share one.
 */
export async function inFreshProcess<T>(expression: string, env: Record<string, string> = {}): Promise<T> {
  const module = import.meta.resolve("../../mod/platform/mod.ts");
  const source = `import * as platform from "${module}"; console.log(JSON.stringify(${expression}));`;
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", `data:text/javascript,${encodeURIComponent(source)}`],
    env,
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout)) as T;
}
