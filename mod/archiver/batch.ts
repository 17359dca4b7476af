// Copyright the SpareGrid authors. Apache-2.0.
// How files travel between the main thread and the lanes: many in one transferable buffer, so that a file costs
// neither a message nor a cloned object.
import { ByteReader, ByteWriter } from "../base/mod.ts";
import { ENTRY_KINDS, type Fd, type Stat, type Xattr } from "../platform/mod.ts";

/** A file, or a part of one, that a lane shall save. */
export interface FileItem {
  /** Folder that the file is in; the main thread keeps it open until the batch is answered. */
  readonly folder: Fd;
  readonly name: Uint8Array;
  /** First byte of the part. */
  readonly offset: number;
  /** Bytes of the part; -1 for all to the end of the file. */
  readonly length: number;
}

/** What became of a file. */
export type FileOutcome = SavedFile | FailedFile;

/** A file whose content is stored. */
export interface SavedFile {
  /** `changed`: it kept changing while it was read, so the content may mix two states. */
  readonly kind: "saved" | "changed";
  /** The stat that belongs to the content. */
  readonly stat: Stat;
  /** Bytes that were read: the size of the content. */
  readonly bytes: number;
  readonly xattrs: readonly Xattr[];
  /** Why the extended attributes could not be read; empty when they could. */
  readonly xattrFailure: string;
  /** IDs of the blobs, 32 bytes each. */
  readonly content: Uint8Array;
}

/** A file that could not be read. */
export interface FailedFile {
  /** `notFile`: it is something else by now. */
  readonly kind: "failed" | "notFile";
  /** Symbolic error number; empty for `notFile`. */
  readonly errno: string;
  readonly message: string;
}

/** True for an outcome with content. */
export function isSaved(outcome: FileOutcome): outcome is SavedFile {
  return outcome.kind === "saved" || outcome.kind === "changed";
}

const OUTCOMES = ["saved", "changed", "failed", "notFile"] as const;

/** Collects items into a batch. */
export class BatchWriter {
  readonly #writer = new ByteWriter();
  /** Items so far. */
  count = 0;

  add(item: FileItem): void {
    const writer = this.#writer;
    writer.u32(item.folder);
    writer.f64(item.offset);
    writer.f64(item.length);
    writer.bytes(item.name);
    this.count++;
  }

  /** The batch in a buffer of its own; starts anew. */
  take(): Uint8Array<ArrayBuffer> {
    this.count = 0;
    return this.#writer.take();
  }
}

/** The items of a batch. */
export function* readBatch(batch: Uint8Array): Generator<FileItem> {
  const reader = new ByteReader(batch);
  while (!reader.done) {
    const folder = reader.u32();
    const offset = reader.f64();
    const length = reader.f64();
    yield { folder, offset, length, name: reader.bytes() };
  }
}

/** Writes one outcome behind the others. */
export function writeOutcome(writer: ByteWriter, outcome: FileOutcome): void {
  writer.u8(OUTCOMES.indexOf(outcome.kind));
  if (!isSaved(outcome)) {
    writer.text(outcome.errno);
    writer.text(outcome.message);
    return;
  }
  writeStat(writer, outcome.stat);
  writer.f64(outcome.bytes);
  writer.text(outcome.xattrFailure);
  writer.u32(outcome.xattrs.length);
  for (const { name, value } of outcome.xattrs) {
    writer.text(name);
    writer.bytes(value);
  }
  writer.bytes(outcome.content);
}

/** Reads the next outcome. Its content is a view of the answer's buffer. */
export function readOutcome(reader: ByteReader): FileOutcome {
  const kind = OUTCOMES[reader.u8()]!;
  if (kind === "failed" || kind === "notFile") {
    const errno = reader.text();
    return { kind, errno, message: reader.text() };
  }
  const stat = readStat(reader);
  const bytes = reader.f64();
  const xattrFailure = reader.text();
  const xattrs: Xattr[] = [];
  for (let count = reader.u32(); count > 0; count--) {
    const name = reader.text();
    xattrs.push({ name, value: reader.bytes().slice() });
  }
  return { kind, stat, bytes, xattrs, xattrFailure, content: reader.bytes() };
}

function writeStat(writer: ByteWriter, stat: Stat): void {
  writer.u8(ENTRY_KINDS.indexOf(stat.kind));
  writer.u16(stat.permissions);
  writer.u64(stat.dev);
  writer.u64(stat.ino);
  writer.u32(stat.links);
  writer.u32(stat.uid);
  writer.u32(stat.gid);
  writer.u64(stat.rdev);
  writer.f64(stat.size);
  writer.f64(stat.allocated);
  writer.instant(stat.mtime);
  writer.instant(stat.atime);
  writer.instant(stat.ctime);
}

function readStat(reader: ByteReader): Stat {
  return {
    kind: ENTRY_KINDS[reader.u8()]!,
    permissions: reader.u16(),
    dev: reader.u64(),
    ino: reader.u64(),
    links: reader.u32(),
    uid: reader.u32(),
    gid: reader.u32(),
    rdev: reader.u64(),
    size: reader.f64(),
    allocated: reader.f64(),
    mtime: reader.instant(),
    atime: reader.instant(),
    ctime: reader.instant(),
  };
}
