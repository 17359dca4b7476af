// Copyright the SpareGrid authors. Apache-2.0.
import type { ListedEntry, NamedSnapshot, SnapshotFilter } from "../app/mod.ts";
import type { Arguments } from "./arguments.ts";
import { pathBytes, pathText } from "./output.ts";
import { shownName, shownText } from "./shown_text.ts";
import type { Column } from "./table.ts";
import { machineTime, shownMode, shownSize, shownTime } from "./units.ts";

/** The filter that `--host`, `--tag` and `--path` describe. */
export function snapshotFilter(args: Arguments): SnapshotFilter {
  const hosts = args.list("host").filter((host) => host !== "");
  const tags = args.list("tag").map(tagList);
  const paths = args.list("path");
  return {
    ...(hosts.length > 0 ? { hosts } : {}),
    ...(tags.length > 0 ? { tags } : {}),
    ...(paths.length > 0 ? { paths } : {}),
  };
}

/** The tags of `a,b`. */
export function tagList(text: string): string[] {
  return text.split(",").map((tag) => tag.trim()).filter((tag) => tag !== "");
}

/** The first digits of an ID, as people use them. */
export function shortId(id: string): string {
  return id.slice(0, 8);
}

/** A snapshot as `--json` shows it: the fields of restic. */
export function snapshotObject({ id, snapshot }: NamedSnapshot): Record<string, unknown> {
  const { summary } = snapshot;
  return {
    id,
    short_id: shortId(id),
    time: machineTime(snapshot.time),
    parent: snapshot.parent,
    tree: snapshot.tree,
    paths: snapshot.paths,
    hostname: snapshot.hostname,
    username: snapshot.username,
    uid: snapshot.uid,
    gid: snapshot.gid,
    excludes: snapshot.excludes,
    tags: snapshot.tags,
    original: snapshot.original,
    program_version: snapshot.programVersion,
    ...(summary === undefined ? {} : { summary: summaryObject(summary) }),
  };
}

/** The numbers of a backup as `--json` shows them: the fields of restic. */
export function summaryObject(
  summary: NonNullable<NamedSnapshot["snapshot"]["summary"]>,
): Record<string, unknown> {
  return {
    backup_start: machineTime(summary.backupStart),
    backup_end: machineTime(summary.backupEnd),
    files_new: summary.filesNew,
    files_changed: summary.filesChanged,
    files_unmodified: summary.filesUnmodified,
    dirs_new: summary.dirsNew,
    dirs_changed: summary.dirsChanged,
    dirs_unmodified: summary.dirsUnmodified,
    data_blobs: summary.dataBlobs,
    tree_blobs: summary.treeBlobs,
    data_added: summary.dataAdded,
    data_added_packed: summary.dataAddedPacked,
    total_files_processed: summary.totalFilesProcessed,
    total_bytes_processed: summary.totalBytesProcessed,
  };
}

/** The columns that {@link snapshotRow} fills. */
export const SNAPSHOT_COLUMNS: readonly Column[] = [
  { title: "ID" },
  { title: "Time" },
  { title: "Host" },
  { title: "Tags" },
  { title: "Paths" },
  { title: "Size", align: "right" },
];

/** A snapshot as a row of a table. */
export function snapshotRow({ id, snapshot }: NamedSnapshot): string[] {
  return [
    shortId(id),
    shownTime(snapshot.time),
    shownText(snapshot.hostname ?? ""),
    (snapshot.tags ?? []).map(shownText).join("\n"),
    snapshot.paths.map(shownText).join("\n"),
    snapshot.summary === undefined ? "" : shownSize(snapshot.summary.totalBytesProcessed),
  ];
}

/** An entry as `--json` shows it: the fields of restic. */
export function entryObject({ path, node }: ListedEntry): Record<string, unknown> {
  return {
    name: pathText(node.name),
    type: node.type,
    path: pathText(path),
    ...pathBytes("path_bytes", path),
    uid: node.uid,
    gid: node.gid,
    user: node.user,
    group: node.group,
    ...(node.type === "file" ? { size: node.size } : {}),
    mode: node.mode,
    permissions: shownMode(node.mode),
    mtime: machineTime(node.mtime),
    atime: machineTime(node.atime),
    ctime: machineTime(node.ctime),
    inode: node.inode,
    links: node.links,
    ...(node.linkTarget === undefined
      ? {}
      : { linktarget: pathText(node.linkTarget), ...pathBytes("linktarget_bytes", node.linkTarget) }),
  };
}

/** An entry as a line: its path, or with `long` its mode, owner, size and time too. */
export function entryLine({ path, node }: ListedEntry, long: boolean): string {
  const target = node.linkTarget === undefined ? "" : ` -> ${shownName(node.linkTarget)}`;
  if (!long) return shownName(path);
  const owner = `${String(node.uid).padStart(5)} ${String(node.gid).padStart(5)}`;
  const size = String(node.type === "file" ? node.size : 0n).padStart(12);
  return `${shownMode(node.mode)} ${owner} ${size} ${shownTime(node.mtime)} ${shownName(path)}${target}`;
}
