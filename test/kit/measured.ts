// Copyright the SpareGrid authors. Apache-2.0.
// The command line, and at its end the most memory that the process held, on the last line of standard error.
globalThis.addEventListener("unload", () => {
  const peak = /VmHWM:\s*(\d+) kB/.exec(Deno.readTextFileSync("/proc/self/status"))?.[1];
  console.error(`peak ${peak} KiB`);
});
await import("../../main.ts");
export {};
