// Copyright the SpareGrid authors. Apache-2.0.

/** A value of a metric, told apart from others by its labels. */
export interface MetricSample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A metric as Prometheus knows it. */
export interface Metric {
  /** Letters, digits and underscores; units at the end: `sparegrid_stored_bytes`. Counters end in `_total`. */
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge";
  /** Its values at this moment. A failure leaves the metric out and does not hide the others. */
  readonly samples: () => readonly MetricSample[] | Promise<readonly MetricSample[]>;
}

/** All metrics of the service, read when somebody asks. */
export class Metrics {
  readonly #metrics = new Map<string, Metric>();

  /** Adds a metric; one of the same name is replaced. */
  add(metric: Metric): void {
    this.#metrics.set(metric.name, metric);
  }

  /** Adds a metric of one value. */
  addValue(name: string, help: string, value: () => number, type: Metric["type"] = "gauge"): void {
    this.add({ name, help, type, samples: () => [{ value: value() }] });
  }

  /** Everything in Prometheus's text format, version 0.0.4. */
  async text(): Promise<string> {
    const parts: string[] = [];
    for (const { name, help, type, samples } of this.#metrics.values()) {
      let values: readonly MetricSample[];
      try {
        values = await samples();
      } catch {
        continue;
      }
      parts.push(
        `# HELP ${name} ${help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}\n# TYPE ${name} ${type}\n`,
      );
      for (const { labels = {}, value } of values) {
        parts.push(`${name}${labelText(labels)} ${valueText(value)}\n`);
      }
    }
    return parts.join("");
  }
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => {
    const text = value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
    return `${name}="${text}"`;
  });
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function valueText(value: number): string {
  if (value === Infinity) return "+Inf";
  if (value === -Infinity) return "-Inf";
  return Number.isNaN(value) ? "NaN" : String(value);
}
