// Copyright the SpareGrid authors. Apache-2.0.
import { utf8Text } from "../base/mod.ts";
import type { Catalog, RunSums } from "../catalog/mod.ts";
import { limitOf, notFound, refused } from "./fields.ts";
import type { PageOrder, ReportLine, Run, RunFilter, RunKind, RunProblem } from "./records.ts";
import { runOf } from "./run_record.ts";

/** What is known of runs, those that are over included. */
export class RunLists {
  readonly #catalog: Catalog;
  /** Runs that are not over, with the progress of now. */
  readonly #live: (id: string) => Run | undefined;

  constructor(catalog: Catalog, live: (id: string) => Run | undefined = () => undefined) {
    this.#catalog = catalog;
    this.#live = live;
  }

  /** The newest first, or the oldest; `after` is a run's ID. */
  async page(filter: RunFilter, newestFirst: boolean, page: PageOrder<string>): Promise<Run[]> {
    const after = page.after === undefined ? undefined : numberOf("after", page.after);
    const rows = await this.#catalog.runs.page(filter, {
      ...{ limit: limitOf(page), oldestFirst: !newestFirst },
      ...(after === undefined ? {} : { after }),
    });
    return rows.map((row) => this.#shown(runOf(row)));
  }

  count(filter: RunFilter): Promise<number> {
    return this.#catalog.runs.count(filter);
  }

  /** Those there are of these. */
  async byId(ids: readonly string[]): Promise<Run[]> {
    const runs = await Promise.all(ids.map((id) => this.#find(id)));
    return runs.filter((run) => run !== undefined);
  }

  /** One by its ID. SG1036. */
  async get(id: string): Promise<Run> {
    const run = await this.#find(id);
    if (!run) throw notFound("run", id);
    return run;
  }

  /** The latest run of each of these sets, of one kind where that is given. */
  async last(sets: readonly string[], kind?: RunKind): Promise<ReadonlyMap<string, Run>> {
    const rows = await Promise.all(sets.map((set) => this.#catalog.runs.latest(set, kind)));
    return new Map(rows.flatMap((row, at) => row ? [[sets[at]!, this.#shown(runOf(row))] as const] : []));
  }

  /** In the order they came; `after` is a position. A long list is cut, {@link Run.problemCount} counts all. */
  async problems(run: string, page: PageOrder<number>): Promise<RunProblem[]> {
    const rows = await this.#catalog.runs.problems(numberOf("run", run), limitOf(page), page.after);
    return rows.map(({ position, code, path, message }) => ({
      ...{ position, code, message },
      ...(path === null ? {} : { path: utf8Text(path) }),
    }));
  }

  /** What came of the runs that ended in `[since, until)`, by set and kind. */
  async report(since: number, until: number): Promise<ReportLine[]> {
    const lines = new Map<string, Mutable<ReportLine>>();
    for (const sums of await this.#catalog.runs.sums(since, until)) addSums(lines, sums);
    return [...lines.values()];
  }

  async #find(id: string): Promise<Run | undefined> {
    if (!isNumber(id)) return undefined;
    const row = await this.#catalog.runs.get(Number(id));
    return row && this.#shown(runOf(row));
  }

  #shown(run: Run): Run {
    const live = this.#live(run.id);
    return live?.state === run.state ? live : run;
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function addSums(lines: Map<string, Mutable<ReportLine>>, sums: RunSums): void {
  const { setId, kind, state, runs, files, bytes, ms } = sums;
  const key = `${kind} ${setId}`;
  const line = lines.get(key) ?? {
    ...{ kind, done: 0, incomplete: 0, failed: 0, stopped: 0, filesStored: 0, bytesStored: 0, seconds: 0 },
    ...(setId === null ? {} : { setId }),
  };
  lines.set(key, line);
  if (state === "done" || state === "incomplete" || state === "failed" || state === "stopped") {
    line[state] += runs;
  }
  line.filesStored += files;
  line.bytesStored += bytes;
  line.seconds += ms / 1000;
}

/** The number of a run from its ID. SG1040 for what is none. */
export function numberOf(field: string, id: string): number {
  if (!isNumber(id)) throw refused(field, "it is not the ID of a run");
  return Number(id);
}

function isNumber(id: string): boolean {
  return /^[1-9]\d{0,14}$/.test(id);
}
