// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";

/** Runs a program of the system to its end; fails with what it said unless it succeeds. */
export async function ran(program: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args, stdout: "null", stderr: "piped" })
    .output();
  assert.ok(success, `${program} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}
