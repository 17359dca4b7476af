// Copyright the SpareGrid authors. Apache-2.0.
// A client role that backs up, forgets and prunes until it is killed: `client_toiler.ts FOLDER`. Says when it has begun.
import { systemRandom } from "../../mod/base/mod.ts";
import type { StartOrder } from "../../mod/client/mod.ts";
import { ClientStage } from "./client_stage.ts";

const stage = ClientStage.over(Deno.args[0]!);
await stage.start();
const files = () =>
  Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`d${i % 10}/f${i}`, systemRandom.bytes(9_000)]));
const keep = { compression: "auto", tags: [], skipIfUnchanged: false, keep: { last: 3 } } as const;
const set = (await stage.sets.page({ limit: 1 }))[0]?.id ??
  await stage.set("home", files(), { options: keep });
Deno.stdout.writeSync(new TextEncoder().encode("running\n"));
const toil = async (kind: StartOrder["kind"]) => {
  const [run] = await stage.runs.start({ kind, set, orderedBy: "toiler" });
  await stage.until(run!.id, "done", "failed");
};
for (let round = 0;; round++) {
  await Deno.writeFile(
    `${stage.folder}/src-home/new ${systemRandom.bytes(4).toHex()}`,
    systemRandom.bytes(9_000),
  );
  await toil("backup");
  if (round % 3 !== 2) continue;
  await toil("forget");
  await toil("prune");
}
