// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { Metrics } from "../../../mod/app/metrics.ts";

Deno.test("Metrics.text is Prometheus's format, labels and help escaped", async () => {
  const metrics = new Metrics();
  metrics.addValue("sparegrid_runs_total", "Runs\nthat \\ ended", () => 3, "counter");
  metrics.add({
    name: "sparegrid_stored_bytes",
    help: "Stored",
    type: "gauge",
    samples: () =>
      Promise.resolve([
        { labels: { account: 'a"b\\c\nd', store: "x" }, value: 1.5 },
        { value: Infinity },
      ]),
  });
  assert.equal(
    await metrics.text(),
    `# HELP sparegrid_runs_total Runs\\nthat \\\\ ended
# TYPE sparegrid_runs_total counter
sparegrid_runs_total 3
# HELP sparegrid_stored_bytes Stored
# TYPE sparegrid_stored_bytes gauge
sparegrid_stored_bytes{account="a\\"b\\\\c\\nd",store="x"} 1.5
sparegrid_stored_bytes +Inf
`,
  );
});

Deno.test("Metrics.text leaves out a metric that fails, and only that", async () => {
  const metrics = new Metrics();
  metrics.add({ name: "bad", help: "", type: "gauge", samples: () => Promise.reject(new TypeError("gone")) });
  metrics.addValue("good", "Good", () => NaN);
  metrics.addValue("good", "Good", () => 1);
  assert.equal(await metrics.text(), "# HELP good Good\n# TYPE good gauge\ngood 1\n");
});
