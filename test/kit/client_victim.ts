// Copyright the SpareGrid authors. Apache-2.0.
// A client role to be killed: `client_victim.ts FOLDER`. Backs up a set to a slow place, says when it runs, and goes on.
import { systemRandom } from "../../mod/base/mod.ts";
import { ClientStage } from "./client_stage.ts";

const stage = ClientStage.over(Deno.args[0]!);
await stage.start();
const destination = await stage.slowDestination("disk", 100_000);
const set = await stage.set("home", { "a": systemRandom.bytes(3_000_000) }, {
  destinations: [{ destination }],
});
const [backup] = await stage.runs.start({ kind: "backup", set, orderedBy: "ann" });
const suspended = await stage.runs.restore({ set, snapshot: "latest", target: "/nowhere", orderedBy: "ann" });
await stage.runs.suspend(suspended.id);
await stage.until(backup!.id, "running");
Deno.stdout.writeSync(new TextEncoder().encode("running\n"));
