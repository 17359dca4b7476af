// Copyright the SpareGrid authors. Apache-2.0.
import { type BlobId, type SnapshotId, utf8 } from "../base/mod.ts";
import { countOf, type Fields, idOf, objectOf, textOf, textsOf, timeOf } from "./_fields.ts";
import { goJson, parseExact } from "./json.ts";
import { formatTime } from "./time.ts";
import type { Snapshot, SnapshotSummary } from "./types.ts";

const U32_MAX = 0xffff_ffff;

const orNothing = <T>(list: readonly T[] | undefined) => list && list.length > 0 ? list : undefined;

/** The JSON of a snapshot, fields in the format's order, empty ones left out. */
export function encodeSnapshot(snapshot: Snapshot): Uint8Array<ArrayBuffer> {
  return utf8(goJson({
    time: formatTime(snapshot.time),
    parent: snapshot.parent,
    tree: snapshot.tree,
    paths: snapshot.paths,
    hostname: snapshot.hostname || undefined,
    username: snapshot.username || undefined,
    uid: snapshot.uid || undefined,
    gid: snapshot.gid || undefined,
    excludes: orNothing(snapshot.excludes),
    tags: orNothing(snapshot.tags),
    original: snapshot.original,
    program_version: snapshot.programVersion || undefined,
    summary: snapshot.summary && encodeSummary(snapshot.summary),
  }));
}

function encodeSummary(summary: SnapshotSummary): Fields {
  return {
    backup_start: formatTime(summary.backupStart),
    backup_end: formatTime(summary.backupEnd),
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

/** A snapshot from its JSON. SG1005, naming `what`, for what cannot be one. */
export function decodeSnapshot(bytes: Uint8Array, what = "snapshot"): Snapshot {
  const fields = objectOf(parseExact(bytes, what), what);
  const optionalId = (name: string) =>
    fields[name] ? { [name]: idOf<SnapshotId>(fields[name], name, what) } : {};
  const text = (name: string) => textOf(fields, name, what, "");
  const excludes = textsOf(fields, "excludes", what);
  const tags = textsOf(fields, "tags", what);
  return {
    time: timeOf(fields, "time", what),
    ...optionalId("parent"),
    tree: idOf<BlobId>(fields.tree, "tree", what),
    paths: textsOf(fields, "paths", what),
    ...(text("hostname") && { hostname: text("hostname") }),
    ...(text("username") && { username: text("username") }),
    uid: countOf(fields, "uid", what, U32_MAX),
    gid: countOf(fields, "gid", what, U32_MAX),
    ...(excludes.length > 0 && { excludes }),
    ...(tags.length > 0 && { tags }),
    ...optionalId("original"),
    ...(text("program_version") && { programVersion: text("program_version") }),
    ...(fields.summary ? { summary: decodeSummary(fields.summary, what) } : {}),
  };
}

function decodeSummary(value: unknown, what: string): SnapshotSummary {
  const fields = objectOf(value, what);
  const count = (name: string) => countOf(fields, name, what);
  return {
    backupStart: timeOf(fields, "backup_start", what),
    backupEnd: timeOf(fields, "backup_end", what),
    filesNew: count("files_new"),
    filesChanged: count("files_changed"),
    filesUnmodified: count("files_unmodified"),
    dirsNew: count("dirs_new"),
    dirsChanged: count("dirs_changed"),
    dirsUnmodified: count("dirs_unmodified"),
    dataBlobs: count("data_blobs"),
    treeBlobs: count("tree_blobs"),
    dataAdded: count("data_added"),
    dataAddedPacked: count("data_added_packed"),
    totalFilesProcessed: count("total_files_processed"),
    totalBytesProcessed: count("total_bytes_processed"),
  };
}
