// Copyright the SpareGrid authors. Apache-2.0.

/** What the user types to start this program: its name, or the task where it runs from source. */
export function programCall(): string {
  return Deno.build.standalone ? "sparegrid" : `npx -y deno@${Deno.version.deno} task sparegrid`;
}
