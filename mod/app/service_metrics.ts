// Copyright the SpareGrid authors. Apache-2.0.
import type { BackupSet, Client } from "../client/mod.ts";
import type { Stores } from "../server/mod.ts";
import type { Health } from "./health.ts";
import type { Metrics, MetricSample } from "./metrics.ts";

/** What the metrics of every service tell. */
export interface ServiceMetricFacts {
  readonly version: string;
  /** Ms since 1970. */
  readonly startedAt: number;
  readonly health: Health;
  /** On the drive of the data folder. */
  readonly freeBytes: () => number;
  /** Open on all ports. */
  readonly connections: () => number;
}

/** Metrics of the process and its data folder. */
export function addServiceMetrics(metrics: Metrics, facts: ServiceMetricFacts): void {
  const { version, startedAt, health, freeBytes, connections } = facts;
  metrics.add({
    name: "sparegrid_build_info",
    help: "The version that runs; always 1",
    type: "gauge",
    samples: () => [{ labels: { version }, value: 1 }],
  });
  metrics.add({
    name: "sparegrid_ready",
    help: "1 when the service is ready",
    type: "gauge",
    samples: async () => [{ value: (await health.report()).ready ? 1 : 0 }],
  });
  metrics.addValue(
    "process_start_time_seconds",
    "When the process started, since 1970",
    () => startedAt / 1000,
  );
  metrics.addValue("process_resident_memory_bytes", "Memory in use", () => Deno.memoryUsage().rss);
  metrics.addValue(
    "sparegrid_data_folder_free_bytes",
    "Free space on the drive of the data folder",
    freeBytes,
  );
  metrics.addValue("sparegrid_connections", "Open connections, on all ports", connections);
}

/** Metrics of what a server keeps. */
export function addServerMetrics(metrics: Metrics, stores: Stores): void {
  const gauge = (name: string, help: string, value: () => number) =>
    metrics.addValue(`sparegrid_store_${name}`, help, value);
  gauge("stored_bytes", "Bytes that clients store", () => stores.storage().storedBytes);
  gauge("trash_bytes", "Bytes in the trash", () => stores.storage().trashBytes);
  gauge("free_bytes", "Free space on the drive of the store", () => stores.storage().freeBytes);
  gauge("files", "Files that clients store", () => stores.storage().files);
  gauge("damaged_files", "Files that were found damaged", () => stores.storage().damagedFiles);
}

/** Sets read at a time. */
const PAGE = 500;
/** States in which a run is not over. */
const OPEN_STATES = ["queued", "waiting", "running", "suspended"] as const;

/** Metrics of the backups of this machine. */
export function addClientMetrics(metrics: Metrics, client: Client): void {
  metrics.add({
    name: "sparegrid_runs",
    help: "Runs that are not over, by state",
    type: "gauge",
    samples: () => {
      const live = client.runs.live();
      return OPEN_STATES.map((state) => ({
        labels: { state },
        value: live.filter((run) => run.state === state).length,
      }));
    },
  });
  metrics.add({
    name: "sparegrid_set_last_backup_timestamp_seconds",
    help: "When the last backup of a set was done, since 1970",
    type: "gauge",
    samples: async () => {
      const samples: MetricSample[] = [];
      for await (const { id, name } of allSets(client)) {
        // Not the last run: one that failed since must not hide when the set was safe.
        const [run] = await client.runs.page({ set: id, kinds: ["backup"], states: ["done"] }, true, {
          limit: 1,
        });
        if (run?.endedAt) samples.push({ labels: { set: name }, value: run.endedAt / 1000 });
      }
      return samples;
    },
  });
}

async function* allSets({ sets }: Pick<Client, "sets">): AsyncGenerator<BackupSet> {
  let after: string | undefined;
  for (;;) {
    const page = await sets.page({ limit: PAGE, ...(after === undefined ? {} : { after }) });
    yield* page;
    if (page.length < PAGE) return;
    after = page.at(-1)!.name;
  }
}
