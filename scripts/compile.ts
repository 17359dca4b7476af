// Copyright the SpareGrid authors. Apache-2.0.
// `deno task compile [TARGET…]`: makes one executable per target in dist/, for this machine where none is named.

const TARGETS = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
  "x86_64-pc-windows-msvc",
];

const root = new URL("..", import.meta.url).pathname;
/** The engine's own settings, such as `--v8-flags`, as the task that runs from source has them. */
const { tasks } = JSON.parse(await Deno.readTextFile(`${root}deno.json`)) as { tasks: { sparegrid: string } };
const flags = tasks.sparegrid.split(" ").filter((word) => word.startsWith("--v8-flags="));
const targets = Deno.args.length > 0 ? Deno.args : [Deno.build.target];
const unknown = targets.find((target) => !TARGETS.includes(target));
if (unknown !== undefined) {
  console.error(`Cannot compile for ${unknown}: the targets are ${TARGETS.join(", ")}`);
  Deno.exit(2);
}

let failed = false;
for (const target of targets) {
  const name = target.includes("windows") ? "sparegrid.exe" : "sparegrid";
  const output = `${root}dist/${target}/${name}`;
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "compile",
      "-A",
      "--no-check",
      "--quiet",
      ...flags,
      `--target=${target}`,
      `--output=${output}`,
      "--include=mod/job/lane_worker.ts",
      "--include=mod/catalog/catalog_worker.ts",
      "main.ts",
    ],
    cwd: root,
    stderr: "piped",
    stdout: "inherit",
  }).output();
  const said = new TextDecoder().decode(stderr);
  if (success) {
    console.log(output);
    continue;
  }
  failed = true;
  console.error(said.trim());
  if (/denort|dl\.deno|download|fetch|dns|connect/i.test(said)) {
    console.error(
      `\nCannot compile for ${target}: deno compile needs Deno's base binary for it (denort), which it downloads from ` +
        "Deno's own site. Where that cannot be reached, get denort of the same version on another machine and name it " +
        "in DENORT_BIN.",
    );
  }
}
Deno.exit(failed ? 1 : 0);
