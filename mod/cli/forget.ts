// Copyright the SpareGrid authors. Apache-2.0.
import type { ForgetGroup, ForgetOrder, GroupBy, KeepPolicy, KeepSpan } from "../app/mod.ts";
import { type Arguments, parseSpan } from "./arguments.ts";
import type { Command, Context } from "./command.ts";
import { openRepository, refuseNoLock } from "./connection.ts";
import { DRY_RUN_OPTION, FILTER_OPTIONS } from "./global_options.ts";
import type { OptionSpec } from "./option_spec.ts";
import { PRUNE_OPTIONS, pruneOrder, sayPruned } from "./prune.ts";
import { shortId, snapshotFilter, snapshotObject, tagList } from "./selection.ts";
import { shownText } from "./shown_text.ts";
import { counted, shownTime } from "./units.ts";

const PERIODS = ["hourly", "daily", "weekly", "monthly", "yearly"] as const;
const SHORT = { hourly: "H", daily: "d", weekly: "w", monthly: "m", yearly: "y" } as const;
const NOUN = { hourly: "hour", daily: "day", weekly: "week", monthly: "month", yearly: "year" } as const;

const OPTIONS: readonly OptionSpec[] = [
  { name: "keep-last", short: "l", value: "N", help: "Keep the last N snapshots (or unlimited)" },
  ...PERIODS.map((period): OptionSpec => ({
    name: `keep-${period}`,
    short: SHORT[period],
    value: "N",
    help: `Keep the last snapshot of each of the last N ${NOUN[period]}s that have one`,
  })),
  {
    name: "keep-within",
    value: "SPAN",
    help: "Keep what is newer than SPAN, such as 1y6m15d12h, before the latest",
  },
  ...PERIODS.map((period): OptionSpec => ({
    name: `keep-within-${period}`,
    value: "SPAN",
    help: `Keep the last snapshot of each ${NOUN[period]} within SPAN before the latest`,
  })),
  { name: "keep-tag", value: "TAG[,TAG…]", repeat: true, help: "Keep what has all these tags (repeatable)" },
  {
    name: "group-by",
    short: "g",
    value: "LIST",
    help: "Judge snapshots of the same host, paths and tags apart; default host,paths; '' for all together",
  },
  { name: "unsafe-allow-remove-all", help: "Allow that a group loses all of its snapshots" },
  { name: "prune", help: "Free the space at once" },
  { name: "compact", short: "c", help: "Shorter output" },
  DRY_RUN_OPTION,
  ...PRUNE_OPTIONS,
  // forget has -H for --keep-hourly, as restic.
  ...FILTER_OPTIONS.map(({ name, value, repeat, help }): OptionSpec => ({
    name,
    help,
    ...(value === undefined ? {} : { value }),
    ...(repeat === undefined ? {} : { repeat }),
  })),
];

/** Removes snapshots by rules. */
export const forgetCommand: Command = {
  name: "forget",
  summary: "remove old snapshots by rules",
  usage: ["[OPTION]… --keep-…", "[OPTION]… SNAPSHOT…"],
  text:
    "Removes the snapshots that no keep rule asks for, group by group, or exactly those that are named. A snapshot " +
    "stays when any rule keeps it. The data itself is freed by prune, or at once with --prune.\n\nTry it with --dry-run " +
    "first. A rule set that would keep nothing of a group is refused.",
  examples: [
    "sparegrid forget --dry-run --keep-daily 7 --keep-weekly 5 --keep-monthly 12",
    "sparegrid forget --prune --keep-within 3m",
  ],
  options: OPTIONS,
  async run(args, context) {
    refuseNoLock(args);
    const order = forgetOrder(args);
    await using engine = await openRepository(args, context);
    const { output } = context;
    try {
      const report = await engine.forget(order, output.startRun(context.signal, "forget"));
      output.endRun();
      for (const group of report.groups) sayGroup(group, args.flag("compact"), context);
      const removed = report.groups.reduce((sum, group) => sum + group.remove.length, 0);
      output.summary({
        dry_run: order.dryRun || undefined,
        snapshots_removed: order.ids.length > 0 ? report.removed.length : removed,
      });
      const count = counted(order.ids.length > 0 ? report.removed.length : removed, "snapshot");
      output.info(`${count} ${order.dryRun ? "would be removed" : "removed"}`);
      if (report.prune !== undefined) sayPruned(report.prune, order.dryRun, context);
      return 0;
    } finally {
      output.endRun();
    }
  },
};

function forgetOrder(args: Arguments): ForgetOrder {
  const policy = keepPolicy(args);
  const ids = args.operands;
  const hasRules = Object.keys(policy).length > 0;
  if (ids.length > 0 && hasRules) throw args.mistake("Cannot use keep rules together with named snapshots");
  if (ids.length === 0 && !hasRules && !args.flag("unsafe-allow-remove-all")) {
    throw args.mistake("Cannot forget: no keep rule (such as --keep-daily 7) and no snapshot is given");
  }
  const filter = snapshotFilter(args);
  if (ids.length === 0 && !hasRules && Object.keys(filter).length === 0) {
    throw args.mistake("Cannot forget all: say which snapshots by --host, --tag or --path");
  }
  return {
    policy,
    groupBy: groupsOf(args),
    filter,
    ids,
    dryRun: args.flag("dry-run"),
    allowRemoveAll: args.flag("unsafe-allow-remove-all"),
    ...(args.flag("prune") ? { prune: { ...pruneOrder(args), dryRun: args.flag("dry-run") } } : {}),
  };
}

function keepPolicy(args: Arguments): KeepPolicy {
  const policy: Record<string, number | KeepSpan | readonly (readonly string[])[]> = {};
  for (const name of ["last", ...PERIODS]) {
    const count = keepCount(args, `keep-${name}`);
    if (count !== undefined && count !== 0) policy[name] = count;
  }
  for (const name of ["", ...PERIODS]) {
    const option = name === "" ? "keep-within" : `keep-within-${name}`;
    const text = args.text(option);
    if (text === undefined || text === "") continue;
    const span = parseSpan(text);
    if (span === undefined) {
      throw args.mistake(`Cannot use --${option} ${shownText(text)}: it must be like 1y6m15d12h`);
    }
    policy[name === "" ? "within" : `within${name[0]!.toUpperCase()}${name.slice(1)}`] = span;
  }
  if (args.has("keep-tag")) policy["tags"] = args.list("keep-tag").map(tagList);
  return policy;
}

/** restic: -1 and `unlimited` keep all. */
function keepCount(args: Arguments, option: string): number | undefined {
  const text = args.text(option);
  return text === "unlimited" || text === "-1" ? -1 : args.count(option);
}

function groupsOf(args: Arguments): GroupBy[] {
  const text = args.text("group-by") ?? "host,paths";
  return text.split(",").map((part) => part.trim()).filter((part) => part !== "").map((part) => {
    if (part === "host" || part === "hosts") return "host";
    if (part === "path" || part === "paths") return "paths";
    if (part === "tag" || part === "tags") return "tags";
    throw args.mistake(`Cannot use --group-by ${shownText(part)}: it must be of host, paths, tags`);
  });
}

function sayGroup(group: ForgetGroup, compact: boolean, { output }: Context): void {
  if (output.mode.json) {
    output.object({
      message_type: "group",
      host: group.host,
      paths: group.paths,
      tags: group.tags,
      keep: group.keep.map(snapshotObject),
      remove: group.remove.map(snapshotObject),
      reasons: group.keep.map((kept) => ({ snapshot: kept.id, matches: kept.reasons })),
    });
    return;
  }
  const of = [
    group.host === undefined ? "" : `host ${shownText(group.host)}`,
    group.paths === undefined ? "" : `paths ${group.paths.map(shownText).join(", ")}`,
    group.tags === undefined ? "" : `tags ${group.tags.map(shownText).join(", ")}`,
  ].filter((part) => part !== "").join(", ");
  output.info(`Snapshots${of === "" ? "" : ` of ${of}`}:`);
  const columns = [{ title: "" }, { title: "ID" }, { title: "Time" }, { title: compact ? "" : "Why" }];
  const rows = [
    ...group.keep.map((kept) => ["keep", kept, compact ? "" : kept.reasons.join(", ")] as const),
    ...group.remove.map((gone) => ["remove", gone, ""] as const),
  ].sort((a, b) => Number(a[1].snapshot.time - b[1].snapshot.time));
  if (output.mode.quiet) return;
  output.table(
    columns,
    rows.map(([fate, named, why]) => [
      fate,
      shortId(named.id),
      shownTime(named.snapshot.time),
      why,
    ]),
  );
}
