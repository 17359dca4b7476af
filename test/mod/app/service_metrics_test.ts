// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { Metrics } from "../../../mod/app/metrics.ts";
import { addClientMetrics } from "../../../mod/app/service_metrics.ts";
import type { RunDraft } from "../../../mod/catalog/mod.ts";
import { ClientStage } from "../../kit/client_stage.ts";

Deno.test("addClientMetrics: a set's last backup is the last that was done, whatever failed since", async () => {
  await using stage = await ClientStage.open();
  const home = await stage.set("home", { a: "x" });
  await stage.set("never", { b: "y" });
  const backup = (state: "done" | "failed" | "suspended", endedAt: number | null): RunDraft => ({
    ...{ kind: "backup", state, setId: home, order: "{}", orderedBy: "ann", queuedAt: 1 },
    ...{ attempt: 1, problems: 0, startedAt: 1, endedAt },
  });
  await stage.catalog.runs.insert([
    ...[backup("done", 50_000), backup("done", 60_000), backup("failed", 70_000), backup("suspended", null)],
  ]);
  const metrics = new Metrics();
  addClientMetrics(metrics, stage.client);
  const lines = (await metrics.text()).split("\n").filter((line) => line.startsWith("sparegrid_set_"));
  assert.deepEqual(lines, ['sparegrid_set_last_backup_timestamp_seconds{set="home"} 60']);
});
