// Copyright the SpareGrid authors. Apache-2.0.
import { type BlobId, ByteReader, ByteWriter, fromHex, type Instant, toHex } from "../base/mod.ts";
import { CODES, type SgCode, SgError } from "../errors/mod.ts";
import type { NodeXattr } from "../format/mod.ts";
import type { Fd } from "../platform/mod.ts";

/** What a restore sets on an entry beside its content. */
export interface EntryMetadata {
  /** Permission bits with set-id and sticky bits. */
  readonly permissions: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: Instant;
  readonly atime: Instant;
  readonly xattrs: readonly NodeXattr[];
}

/** A folder of the target, reached from the job's root; number 0 is the root itself, so the table starts at 1. */
export interface JobFolder {
  /** Number of the parent, always smaller than the folder's own. */
  readonly parent: number;
  readonly name: Uint8Array;
  /** Identity of the folder that was made or found; another one at this place is refused. */
  readonly dev: bigint;
  readonly ino: bigint;
}

/** A sealed blob inside the bytes that come with the job. */
export interface JobBlob {
  readonly id: BlobId;
  readonly offset: number;
  readonly length: number;
  /** 0 where it is not compressed. */
  readonly uncompressedLength: number;
}

/** A file that this job makes from beginning to end. */
export interface WholeFile {
  readonly folder: number;
  readonly name: Uint8Array;
  readonly metadata: EntryMetadata;
  /** Numbers of its blobs, in order. */
  readonly blobs: readonly number[];
  /** Tell device and inode number in the answer: there will be hard links to it. */
  readonly wantsIdentity: boolean;
}

/** One blob's place in a file that exists (a temporary one, or one that is mended in place). */
export interface FilePart {
  readonly folder: number;
  readonly name: Uint8Array;
  readonly dev: bigint;
  readonly ino: bigint;
  readonly offset: number;
  readonly blob: number;
  /** The file has no old content, so zeros need not be written. */
  readonly fresh: boolean;
}

/** A file to be read and compared. */
export interface FileCheck {
  readonly folder: number;
  readonly name: Uint8Array;
  /** Where the first block starts. */
  readonly offset: number;
  /** What it should consist of from there. */
  readonly blocks: readonly { readonly id: BlobId; readonly length: number }[];
}

/** Everything a lane does in one go. */
export interface LaneJob {
  readonly root: Fd;
  /** The process may give files away: a failing change of owner is worth a warning. */
  readonly privileged: boolean;
  /** Each whole file is made durable before it gets its name. */
  readonly syncs: boolean;
  readonly folders: readonly JobFolder[];
  readonly blobs: readonly JobBlob[];
  readonly files: readonly WholeFile[];
  readonly parts: readonly FilePart[];
  readonly checks: readonly FileCheck[];
}

/** Something that went wrong with the file, part or check of this number in its list. */
export interface ItemFailure {
  readonly kind: "file" | "part";
  readonly item: number;
  readonly code: SgCode;
  /** Why, without the name of the file. */
  readonly why: string;
}

/** What a check saw. */
export interface CheckResult {
  /** Size of what is there, -1 where it cannot be read. */
  readonly size: number;
  /** One byte per block: 1 where the content is as it should be. */
  readonly equal: Uint8Array;
  /** Why it could not be read; empty otherwise. */
  readonly why: string;
}

/** A lane's answer. Items that are not among the failures are done. */
export interface LaneResult {
  /** Bytes of content in what was written, holes included. */
  readonly bytesWritten: number;
  /** SG1025 means that the content is in place. */
  readonly failures: readonly ItemFailure[];
  readonly identities: readonly { readonly item: number; readonly dev: bigint; readonly ino: bigint }[];
  /** One per check, in their order. */
  readonly checks: readonly CheckResult[];
}

const VERSION = 1;

/** The bytes of a job. */
export function encodeJob(job: LaneJob): Uint8Array<ArrayBuffer> {
  const sink = new ByteWriter(1024 + 128 * (job.files.length + job.blobs.length + job.folders.length));
  sink.u8(VERSION);
  sink.u32(job.root);
  sink.u8(job.privileged ? 1 : 0);
  sink.u8(job.syncs ? 1 : 0);
  sink.u32(job.folders.length);
  for (const folder of job.folders) putFolder(sink, folder);
  sink.u32(job.blobs.length);
  for (const blob of job.blobs) putBlob(sink, blob);
  sink.u32(job.files.length);
  for (const file of job.files) putFile(sink, file);
  sink.u32(job.parts.length);
  for (const part of job.parts) putPart(sink, part);
  sink.u32(job.checks.length);
  for (const check of job.checks) putCheck(sink, check);
  return sink.take();
}

/** The job of these bytes. Names are views of `bytes`. SG1023 when they are not a job. */
export function decodeJob(bytes: Uint8Array): LaneJob {
  return read(bytes, (source) => {
    if (source.u8() !== VERSION) throw malformed("wrong version");
    return takeJob(source);
  });
}

/** What `take` reads of the bytes, which must be all of them. SG1023 otherwise: both sides are this program. */
function read<T>(bytes: Uint8Array, take: (source: ByteReader) => T): T {
  const source = new ByteReader(bytes);
  let value: T;
  try {
    value = take(source);
  } catch (error) {
    if (error instanceof RangeError) throw malformed("it ends too early");
    throw error;
  }
  if (!source.done) throw malformed("bytes are left over");
  return value;
}

function malformed(why: string): SgError {
  return new SgError("SG1023", `Cannot read the order of a worker thread: ${why}`);
}

function takeJob(source: ByteReader): LaneJob {
  return {
    root: source.u32(),
    privileged: source.u8() === 1,
    syncs: source.u8() === 1,
    folders: list(source, takeFolder),
    blobs: list(source, takeBlob),
    files: list(source, takeFile),
    parts: list(source, takePart),
    checks: list(source, takeCheck),
  };
}

function list<T>(source: ByteReader, take: (source: ByteReader) => T): T[] {
  const items: T[] = [];
  for (let left = source.u32(); left > 0; left--) items.push(take(source));
  return items;
}

function putFolder(sink: ByteWriter, folder: JobFolder): void {
  sink.u32(folder.parent);
  sink.bytes(folder.name);
  sink.u64(folder.dev);
  sink.u64(folder.ino);
}

function takeFolder(source: ByteReader): JobFolder {
  return { parent: source.u32(), name: source.bytes(), dev: source.u64(), ino: source.u64() };
}

function putBlob(sink: ByteWriter, blob: JobBlob): void {
  sink.raw(fromHex(blob.id));
  sink.u32(blob.offset);
  sink.u32(blob.length);
  sink.u32(blob.uncompressedLength);
}

function takeBlob(source: ByteReader): JobBlob {
  return {
    id: toHex(source.raw(32)) as BlobId,
    offset: source.u32(),
    length: source.u32(),
    uncompressedLength: source.u32(),
  };
}

function putFile(sink: ByteWriter, file: WholeFile): void {
  sink.u32(file.folder);
  sink.bytes(file.name);
  putMetadata(sink, file.metadata);
  sink.u32(file.blobs.length);
  for (const blob of file.blobs) sink.u32(blob);
  sink.u8(file.wantsIdentity ? 1 : 0);
}

function takeFile(source: ByteReader): WholeFile {
  return {
    folder: source.u32(),
    name: source.bytes(),
    metadata: takeMetadata(source),
    blobs: list(source, (from) => from.u32()),
    wantsIdentity: source.u8() === 1,
  };
}

function putMetadata(sink: ByteWriter, metadata: EntryMetadata): void {
  sink.u32(metadata.permissions);
  sink.u32(metadata.uid);
  sink.u32(metadata.gid);
  sink.instant(metadata.mtime);
  sink.instant(metadata.atime);
  sink.u32(metadata.xattrs.length);
  for (const { name, value } of metadata.xattrs) {
    sink.text(name);
    sink.u8(value === null ? 0 : 1);
    sink.bytes(value ?? new Uint8Array());
  }
}

function takeMetadata(source: ByteReader): EntryMetadata {
  return {
    permissions: source.u32(),
    uid: source.u32(),
    gid: source.u32(),
    mtime: source.instant(),
    atime: source.instant(),
    xattrs: list(source, (from) => {
      const name = from.text();
      const present = from.u8() === 1;
      const value = from.bytes();
      return { name, value: present ? value : null };
    }),
  };
}

function putPart(sink: ByteWriter, part: FilePart): void {
  sink.u32(part.folder);
  sink.bytes(part.name);
  sink.u64(part.dev);
  sink.u64(part.ino);
  sink.f64(part.offset);
  sink.u32(part.blob);
  sink.u8(part.fresh ? 1 : 0);
}

function takePart(source: ByteReader): FilePart {
  return {
    folder: source.u32(),
    name: source.bytes(),
    dev: source.u64(),
    ino: source.u64(),
    offset: source.f64(),
    blob: source.u32(),
    fresh: source.u8() === 1,
  };
}

function putCheck(sink: ByteWriter, check: FileCheck): void {
  sink.u32(check.folder);
  sink.bytes(check.name);
  sink.f64(check.offset);
  sink.u32(check.blocks.length);
  for (const { id, length } of check.blocks) {
    sink.raw(fromHex(id));
    sink.u32(length);
  }
}

function takeCheck(source: ByteReader): FileCheck {
  return {
    folder: source.u32(),
    name: source.bytes(),
    offset: source.f64(),
    blocks: list(source, (from) => ({ id: toHex(from.raw(32)) as BlobId, length: from.u32() })),
  };
}

/** The bytes of an answer. */
export function encodeResult(result: LaneResult): Uint8Array<ArrayBuffer> {
  const sink = new ByteWriter(256);
  sink.f64(result.bytesWritten);
  sink.u32(result.failures.length);
  for (const { kind, item, code, why } of result.failures) {
    sink.u8(kind === "file" ? 0 : 1);
    sink.u32(item);
    sink.text(code);
    sink.text(why);
  }
  sink.u32(result.identities.length);
  for (const { item, dev, ino } of result.identities) {
    sink.u32(item);
    sink.u64(dev);
    sink.u64(ino);
  }
  sink.u32(result.checks.length);
  for (const { size, equal, why } of result.checks) {
    sink.f64(size);
    sink.bytes(equal);
    sink.text(why);
  }
  return sink.take();
}

/** The answer of these bytes. SG1023 when they are not one. */
export function decodeResult(bytes: Uint8Array): LaneResult {
  return read(bytes, (source) => ({
    bytesWritten: source.f64(),
    failures: list(source, (from) => ({
      kind: from.u8() === 0 ? "file" : "part",
      item: from.u32(),
      code: knownCode(from.text()),
      why: from.text(),
    })),
    identities: list(source, (from) => ({ item: from.u32(), dev: from.u64(), ino: from.u64() })),
    checks: list(source, (from) => ({ size: from.f64(), equal: from.bytes(), why: from.text() })),
  }));
}

function knownCode(text: string): SgCode {
  return text in CODES ? text as SgCode : "SG1023";
}
