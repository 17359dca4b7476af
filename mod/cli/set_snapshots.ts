// Copyright the SpareGrid authors. Apache-2.0.
// `snapshots`, `find` and `diff` on the backups of a service's set.
import { SgError } from "../errors/mod.ts";
import type { Arguments } from "./arguments.ts";
import type { Context } from "./command.ts";
import { pages } from "./listing.ts";
import type { OptionSpec } from "./option_spec.ts";
import { shortId } from "./selection.ts";
import { Service } from "./service.ts";
import { namedSet, setSnapshot, setSnapshots, type SnapshotNode } from "./set_option.ts";
import { shownText } from "./shown_text.ts";
import { size, when } from "./shown_values.ts";
import { counted } from "./units.ts";

/** `sparegrid snapshots --set NAME`. */
export async function snapshotsOfSet(
  args: Arguments,
  context: Context,
  options: readonly OptionSpec[],
): Promise<number> {
  using service = await Service.open(args, context);
  const set = await namedSet(service, args, options, ["latest", "compact"]);
  const limit = args.count("latest", 1) ?? Infinity;
  const wanted = new Set(args.operands);
  const { output } = context;
  const rows: SnapshotNode[] = [];
  for await (const snapshot of setSnapshots(set, service)) {
    if (rows.length >= limit) break;
    if (wanted.size > 0 && ![...wanted].some((name) => snapshot.id.startsWith(name))) continue;
    rows.push(snapshot);
  }
  rows.reverse(); // in order of their time, as of a repository
  if (output.mode.json) {
    for (const { takenAt, ...rest } of rows) {
      output.object({ message_type: "snapshot", short_id: shortId(rest.id), time: takenAt, ...rest });
    }
    return 0;
  }
  const columns = [
    { title: "ID" },
    { title: "Time" },
    { title: "Host" },
    { title: "Tags" },
    { title: "Paths" },
    { title: "Destination" },
    { title: "Size", align: "right" as const },
  ].slice(0, args.flag("compact") ? 4 : 7);
  const row = (snapshot: SnapshotNode) =>
    [
      shortId(snapshot.id),
      when(snapshot.takenAt),
      shownText(snapshot.hostname),
      snapshot.tags.map(shownText).join("\n"),
      snapshot.paths.map(shownText).join("\n"),
      shownText(snapshot.destination.name),
      size(snapshot.bytes),
    ].slice(0, columns.length);
  if (rows.length > 0) output.table(columns, rows.map(row));
  output.info(counted(rows.length, "snapshot"));
  return 0;
}

interface VersionNode {
  readonly path: string;
  readonly kind: string;
  readonly size: number;
  readonly modifiedAt: string;
  readonly firstSnapshot: { readonly id: string; readonly takenAt: string };
  readonly lastSnapshot: { readonly id: string; readonly takenAt: string };
  readonly snapshotCount: number;
}

/** `sparegrid find --set NAME PATTERN…`. */
export async function findInSet(
  args: Arguments,
  context: Context,
  options: readonly OptionSpec[],
): Promise<number> {
  const patterns = args.operandsBetween(1, Infinity, "the pattern");
  using service = await Service.open(args, context);
  const { id } = await namedSet(service, args, options, ["ignore-case", "long", "newest", "oldest"]);
  const newest = args.time("newest"), oldest = args.time("oldest");
  const { output } = context;
  let found = 0;
  for (const pattern of patterns) {
    const listing = {
      field: "search",
      arguments: [
        "$pattern: String!, $set: ID, $ignoreCase: Boolean!",
        "pattern: $pattern, set: $set, ignoreCase: $ignoreCase",
      ] as const,
      variables: { pattern, set: id, ignoreCase: args.flag("ignore-case") },
      fields:
        "path pathBase64 kind size modifiedAt snapshotCount firstSnapshot { id takenAt } lastSnapshot { id takenAt }",
      noun: "version",
      columns: [],
      row: () => [],
      counts: false,
    };
    for await (const { nodes } of pages<VersionNode>(listing, service, Infinity)) {
      for (const version of nodes) {
        const changed = BigInt(Date.parse(version.modifiedAt)) * 1_000_000n;
        if ((newest !== undefined && changed > newest) || (oldest !== undefined && changed < oldest)) {
          continue;
        }
        found++;
        if (output.mode.json) output.object({ message_type: "match", ...version });
        else output.result(versionLine(version, args.flag("long")));
      }
    }
  }
  if (found > 0) return 0;
  throw new SgError(
    "SG1011",
    `Cannot find ${patterns.map(shownText).join(", ")}: nothing in the snapshots matches`,
  );
}

function versionLine(version: VersionNode, long: boolean): string {
  const { firstSnapshot: first, lastSnapshot: last, snapshotCount } = version;
  if (!long) return shownText(version.path);
  const range = first.id === last.id ? shortId(first.id) : `${shortId(first.id)}..${shortId(last.id)}`;
  const bytes = String(version.kind === "FILE" ? version.size : 0).padStart(12);
  return `${bytes} ${when(version.modifiedAt)} ${range} (${counted(snapshotCount, "snapshot")}) ${
    shownText(version.path)
  }`;
}

const MARKS: Readonly<Record<string, string>> = {
  ADDED: "+",
  REMOVED: "-",
  CHANGED: "M",
  METADATA: "U",
  TYPE: "T",
};

interface DifferenceNode {
  readonly change: string;
  readonly path: string;
  readonly pathBase64: string | null;
  readonly sizeBefore: number | null;
  readonly sizeAfter: number | null;
}

/** `sparegrid diff --set NAME SNAPSHOT SNAPSHOT`. */
export async function diffOfSet(
  args: Arguments,
  context: Context,
  options: readonly OptionSpec[],
): Promise<number> {
  const [from, to] = args.operandsBetween(2, 2, "the second snapshot") as [string, string];
  const [fromName, folder = ""] = parted(from), [toName, toFolder = ""] = parted(to);
  if (folder !== toFolder) {
    throw args.mistake("Cannot compare two folders of a set: name the same one, or none");
  }
  using service = await Service.open(args, context);
  const set = await namedSet(service, args, options, ["metadata"]);
  const variables = {
    set: set.id,
    from: (await setSnapshot(fromName, set, service)).id,
    to: (await setSnapshot(toName, set, service)).id,
    path: folder === "" ? null : { text: folder },
  };
  const listing = {
    field: "diff",
    arguments: [
      "$set: ID!, $from: ID!, $to: ID!, $path: PathInput",
      "set: $set, from: $from, to: $to, path: $path",
    ] as const,
    variables,
    fields: "change path pathBase64 sizeBefore sizeAfter",
    noun: "change",
    columns: [],
    row: () => [],
    counts: false,
  };
  const { output } = context;
  let count = 0;
  for await (const { nodes } of pages<DifferenceNode>(listing, service, Infinity)) {
    for (const difference of nodes) {
      if (difference.change === "METADATA" && !args.flag("metadata")) continue;
      count++;
      const { change, pathBase64, ...rest } = difference;
      if (output.mode.json) {
        output.object({
          message_type: "change",
          modifier: MARKS[change] ?? "?",
          ...rest,
          ...(pathBase64 === null ? {} : { path_bytes: pathBase64 }),
        });
      } else output.result(`${MARKS[change] ?? "?"}    ${shownText(rest.path)}`);
    }
  }
  output.info(counted(count, "difference"));
  return 0;
}

/** `SNAPSHOT:FOLDER` in its parts. */
export function parted(text: string): [string, string?] {
  const colon = text.indexOf(":");
  return colon < 0 ? [text] : [text.slice(0, colon), text.slice(colon + 1)];
}
