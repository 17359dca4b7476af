// Copyright the SpareGrid authors. Apache-2.0.
import type { Arguments } from "./arguments.ts";
import type { Context } from "./command.ts";
import { LIMIT_OPTION, printListing } from "./listing.ts";
import type { OptionSpec } from "./option_spec.ts";
import { RUN_FIELDS, type RunNode, runRow, runSentence, runTable, took } from "./run_shown.ts";
import { watchRun } from "./run_watch.ts";
import type { Service } from "./service.ts";
import { sayDone, serviceCommand } from "./service_command.ts";
import { shownText } from "./shown_text.ts";
import { nameOf, when } from "./shown_values.ts";
import { machineTime } from "./units.ts";

const KINDS = ["backup", "restore", "check", "prune", "forget", "drill", "scrub"] as const;
const STATES = [
  "queued",
  "waiting",
  "running",
  "suspended",
  "done",
  "incomplete",
  "failed",
  "stopped",
] as const;

/** The switch that follows what was started. */
export const WAIT_OPTION: OptionSpec = {
  name: "wait",
  short: "w",
  help: "Follow it to its end; the exit status says what became of it",
};

/** Starts a run. */
export const runStartCommand = serviceCommand({
  name: "run start",
  summary: "start a backup or another run of a set",
  usage: ["[OPTION]… SET", "[OPTION]… --kind scrub"],
  text:
    "Puts a run into the service's queue: a backup of the set to all its destinations, or with --kind a check, prune, forget " +
    "or drill of it, at its first destination unless another is named. A scrub re-reads all that this server keeps.",
  examples: ["sparegrid run start documents --wait", "sparegrid run start documents --kind check --full"],
  options: [
    { name: "kind", value: "KIND", help: "backup (default), check, prune, forget, drill or scrub" },
    { name: "destination", value: "NAME", help: "Only to, or at, this destination" },
    { name: "full", help: "Backup: read every file again. Check: read all data" },
    WAIT_OPTION,
  ],
  exits: [[3, "with --wait: a run ended, but some entries could not be read or written"]],
  operands: [0, 1, "the set"],
  async act(service, args, context) {
    const kind = args.choice("kind", KINDS.filter((name) => name !== "restore")) ?? "backup";
    const [set] = args.operands;
    if ((set === undefined) !== (kind === "scrub")) {
      throw args.mistake(
        kind === "scrub" ? "Cannot scrub a set: leave it out" : "Cannot start a run: the set is missing",
      );
    }
    const destination = args.text("destination");
    const input = {
      kind: nameOf(kind),
      ...(set === undefined ? {} : { set: (await service.set(set)).id }),
      ...(destination === undefined ? {} : { destination: await service.destinationId(destination) }),
      full: args.flag("full"),
    };
    const document = `mutation($input: StartRunInput!) { startRun(input: $input) { run { ${RUN_FIELDS} } ` +
      `others { ${RUN_FIELDS} } } }`;
    const { startRun } = await service.ask<{ startRun: { run: RunNode; others: readonly RunNode[] } }>(
      document,
      {
        input,
      },
    );
    return await sayStarted([startRun.run, ...startRun.others], service, args, context);
  },
});

/** Says what was started, and follows it where that is wanted. Answers the worst exit status. */
export async function sayStarted(
  runs: readonly RunNode[],
  service: Service,
  args: Arguments,
  context: Context,
): Promise<number> {
  for (const run of runs) sayDone(context, runSentence(run), { message_type: "run", ...run });
  if (!args.flag("wait")) return 0;
  context.output.flush();
  const ends: number[] = [];
  for (const run of runs) ends.push(await watchRun(run.id, service, context));
  return Math.max(...ends);
}

/** Lists runs. */
export const runListCommand = serviceCommand({
  name: "run list",
  summary: "list runs, the latest first",
  usage: ["[OPTION]…"],
  text: "Lists the service's runs, the latest first. All conditions must hold.",
  examples: [
    "sparegrid run list --state failed --since 2026-01-31",
    "sparegrid run list --set documents --limit 5",
  ],
  options: [
    { name: "set", value: "NAME", help: "Only runs of this set" },
    { name: "destination", value: "NAME", help: "Only runs at this destination" },
    { name: "kind", value: "KIND", repeat: true, help: "Only runs of this kind (repeatable)" },
    { name: "state", value: "STATE", repeat: true, help: "Only runs in this state (repeatable)" },
    { name: "since", value: "TIME", help: "Only runs that were queued then or later" },
    { name: "until", value: "TIME", help: "Only runs that were queued before" },
    { name: "oldest-first", help: "The oldest first" },
    LIMIT_OPTION,
  ],
  async act(service, args, context) {
    const filter = await runFilter(service, args);
    await printListing<RunNode>(
      {
        field: "runs",
        arguments: ["$filter: RunFilter, $order: RunOrder!", "filter: $filter, order: $order"],
        variables: { filter, order: args.flag("oldest-first") ? "OLDEST_FIRST" : "NEWEST_FIRST" },
        fields: RUN_FIELDS,
        noun: "run",
        columns: runTable([])[0],
        row: runRow,
      },
      service,
      context,
      args,
    );
  },
});

async function runFilter(service: Service, args: Arguments): Promise<Record<string, unknown>> {
  const set = args.text("set"), destination = args.text("destination");
  const since = args.time("since"), until = args.time("until");
  const words = (name: string, known: readonly string[]) =>
    args.list(name).map((text) => {
      if (known.includes(text)) return nameOf(text);
      throw args.mistake(`Cannot use --${name} ${shownText(text)}: it must be one of ${known.join(", ")}`);
    });
  const kinds = words("kind", KINDS), states = words("state", STATES);
  return {
    ...(set === undefined ? {} : { set: (await service.set(set)).id }),
    ...(destination === undefined ? {} : { destination: await service.destinationId(destination) }),
    ...(kinds.length === 0 ? {} : { kinds }),
    ...(states.length === 0 ? {} : { states }),
    ...(since === undefined ? {} : { since: machineTime(since) }),
    ...(until === undefined ? {} : { until: machineTime(until) }),
  };
}

interface ProblemNode {
  readonly code: string;
  readonly path: string | null;
  readonly message: string;
}

/** Shows a run. */
export const runShowCommand = serviceCommand({
  name: "run show",
  summary: "show a run with its problems",
  usage: ["[OPTION]… RUN"],
  text: "Shows a run: its state, what came of it, and the entries that could not be read or written.",
  options: [LIMIT_OPTION],
  operands: [1, 1, "the run"],
  async act(service, args, context) {
    const id = args.operands[0]!;
    const { run } = await service.ask<{ run: RunNode | null }>(
      `query($id: ID!) { run(id: $id) { ${RUN_FIELDS} } }`,
      { id },
    );
    const { output } = context;
    if (run === null) {
      throw args.mistake(`Cannot show the run ${shownText(args.operands[0]!)}: there is none of this ID`);
    }
    const problems = await problemsOf(id, run, service, args.count("limit") ?? 100);
    if (output.mode.json) return output.object({ message_type: "run", ...run, problems });
    output.result(runSentence(run));
    output.result(`ID:        ${run.id}`);
    output.result(`Ordered:   ${when(run.queuedAt)} by ${shownText(run.orderedBy)}, try ${run.attempt}`);
    if (run.startedAt !== null) output.result(`Started:   ${when(run.startedAt)}`);
    if (run.endedAt !== null) output.result(`Ended:     ${when(run.endedAt)}, took ${took(run)}`);
    if (run.snapshotId !== null) output.result(`Snapshot:  ${shownText(run.snapshotId)}`);
    for (const [name, value] of Object.entries(run.report ?? {})) {
      output.result(
        `  ${shownText(name)}: ${shownText(typeof value === "string" ? value : JSON.stringify(value))}`,
      );
    }
    for (const { code, message } of problems) output.result(`  ${shownText(message)} [${shownText(code)}]`);
    if (problems.length < run.problemCount) {
      output.info(`${problems.length} of ${run.problemCount} problems; more with --limit`);
    }
    if (run.remedy !== null) output.info(shownText(run.remedy));
  },
});

/** The problems of a run, up to `limit` (0: all). */
async function problemsOf(id: string, run: RunNode, service: Service, limit: number): Promise<ProblemNode[]> {
  interface Answer {
    readonly run: {
      readonly problems: {
        readonly nodes: readonly ProblemNode[];
        readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
      };
    };
  }
  const wanted = Math.min(limit === 0 ? Infinity : limit, run.problemCount);
  const document =
    `query($id: ID!, $first: Int!, $after: String) { run(id: $id) { problems(first: $first, after: $after) ` +
    `{ nodes { code path message } pageInfo { hasNextPage endCursor } } } }`;
  const found: ProblemNode[] = [];
  for (let after: string | null = null; found.length < wanted;) {
    const answer: Answer = await service.ask(document, {
      id,
      first: Math.min(200, wanted - found.length),
      after,
    });
    const { nodes, pageInfo } = answer.run.problems;
    found.push(...nodes);
    if (!pageInfo.hasNextPage) break;
    after = pageInfo.endCursor;
  }
  return found;
}

const control = (verb: "suspend" | "resume" | "stop", summary: string, text: string) =>
  serviceCommand({
    name: `run ${verb}`,
    summary,
    usage: ["[OPTION]… RUN"],
    text,
    options: [],
    operands: [1, 1, "the run"],
    async act(service, args, context) {
      const id = args.operands[0]!;
      const field = `${verb}Run`;
      const document = `mutation($id: ID!) { ${field}(id: $id) { run { ${RUN_FIELDS} } } }`;
      const answer = await service.ask<Record<string, { run: RunNode }>>(document, { id });
      const { run } = answer[field]!;
      sayDone(context, runSentence(run), { message_type: "run", ...run });
    },
  });

/** Suspends a run. */
export const runSuspendCommand = control(
  "suspend",
  "let a run stand still until it is resumed",
  "Lets a run stand still. What it has stored is kept; sparegrid run resume lets it go on.",
);

/** Resumes a run. */
export const runResumeCommand = control(
  "resume",
  "let a suspended run go on",
  "Lets a suspended run go on, and tries a waiting one at once.",
);

/** Stops a run. */
export const runStopCommand = control(
  "stop",
  "end a run before it is done",
  "Ends a run. What it has stored is kept and need not be sent again by the next one.",
);
