// Copyright the SpareGrid authors. Apache-2.0.
// A client role's first day: `client_first_day.ts FOLDER`. Makes a set, backs it up twice, forgets the first snapshot and prunes,
// and says each thing once it is done.
import { ClientStage } from "./client_stage.ts";

const stage = ClientStage.over(Deno.args[0]!);
const say = (word: string) => Deno.stdout.writeSync(new TextEncoder().encode(`${word}\n`));
await stage.start();
const destination = await stage.folderDestination("disk");
const set = (await stage.sets.create({
  name: "home",
  sources: [`${stage.folder}/source`],
  destinations: [{ destination }],
  options: { compression: "auto", tags: [], skipIfUnchanged: false, keep: { last: 1 } },
})).id;
say("set");
const run = async (kind: "backup" | "forget" | "prune", done: string) => {
  const [ordered] = await stage.runs.start({ kind, set, orderedBy: "ann" });
  say(`${kind} ordered`);
  const { state } = await stage.until(ordered!.id, "done", "failed", "incomplete");
  if (state === "done") say(done);
};
await run("backup", "first snapshot");
await Deno.rename(`${stage.folder}/source/of today`, `${stage.folder}/source/of yesterday`);
await Deno.writeFile(`${stage.folder}/source/of today`, new Uint8Array(50_000).fill(7));
await run("backup", "second snapshot");
await run("forget", "forgotten");
await run("prune", "pruned");
await stage.stop();
