// Copyright the SpareGrid authors. Apache-2.0.
import type { BlobId, Random } from "../base/mod.ts";
import { isOsError } from "../errors/mod.ts";
import type { Fd, FileSystem } from "../platform/mod.ts";
import { checkFile } from "./check_file.ts";
import { failureOf, UnsafeTarget } from "./failures.ts";
import {
  type CheckResult,
  decodeJob,
  encodeResult,
  type FilePart,
  type ItemFailure,
  type LaneJob,
  type LaneResult,
  type WholeFile,
} from "./job.ts";
import { JobFolders } from "./job_folders.ts";
import { applyMetadata, dropInheritedAcl } from "./metadata.ts";
import { OpenBlobs } from "./open_blobs.ts";
import { writeSparse } from "./sparse.ts";
import { createTemporary, TemporaryNames } from "./temporary_names.ts";
import { ZeroBlobs } from "./zero_blobs.ts";

/** The ports of a {@link FileWriter}. */
export interface FileWriterPorts {
  readonly fs: FileSystem;
  readonly random: Random;
  /**
   * Verifies, decrypts and decompresses a data blob, and compares the plain bytes with `id`. The result need only
   * last until the next call. Errors: SG1005 damaged.
   */
  openBlob(id: BlobId, sealed: Uint8Array, uncompressedLength: number): Uint8Array;
}

/**
 * A lane's half of a restore: opens blobs and writes files. Between two jobs it holds nothing but the names of blobs of
 * zeros, so that it can be ended at any moment; answers failures of single files in its result and throws only for a broken job.
 */
export class FileWriter {
  readonly #ports: FileWriterPorts;
  readonly #zeros = new ZeroBlobs();

  constructor(ports: FileWriterPorts) {
    this.#ports = ports;
  }

  /** Does a job (`encodeJob`) with the pack's bytes it speaks of; gives the bytes of its answer (`decodeResult`). */
  run(job: Uint8Array, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
    const decoded = decodeJob(job);
    using folders = new JobFolders(this.#ports.fs, decoded.root, decoded.folders);
    const run = new JobRun(
      this.#ports,
      decoded,
      folders,
      new OpenBlobs(decoded, bytes, this.#ports.openBlob),
      this.#zeros,
    );
    return encodeResult(run.perform());
  }
}

class JobRun {
  readonly #fs: FileSystem;
  readonly #job: LaneJob;
  readonly #folders: JobFolders;
  readonly #blobs: OpenBlobs;
  readonly #names: TemporaryNames;
  readonly #zeros: ZeroBlobs;
  readonly #failures: ItemFailure[] = [];
  readonly #identities: { item: number; dev: bigint; ino: bigint }[] = [];
  #bytesWritten = 0;

  constructor(
    ports: FileWriterPorts,
    job: LaneJob,
    folders: JobFolders,
    blobs: OpenBlobs,
    zeros: ZeroBlobs,
  ) {
    this.#fs = ports.fs;
    this.#job = job;
    this.#folders = folders;
    this.#blobs = blobs;
    this.#zeros = zeros;
    this.#names = new TemporaryNames(ports.random);
  }

  perform(): LaneResult {
    const { files, parts, checks } = this.#job;
    for (let item = 0; item < files.length; item++) {
      this.#try("file", item, () => this.#file(files[item]!, item));
    }
    this.#parts(parts);
    const seen: CheckResult[] = [];
    for (const check of checks) seen.push(checkFile(this.#fs, this.#folders, this.#zeros, check));
    return {
      bytesWritten: this.#bytesWritten,
      failures: this.#failures,
      identities: this.#identities,
      checks: seen,
    };
  }

  #try(kind: ItemFailure["kind"], item: number, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#failures.push({ kind, item, ...failureOf(error) });
    }
  }

  #file(file: WholeFile, item: number): void {
    const fs = this.#fs;
    const folder = this.#folders.open(file.folder);
    const { fd, name } = createTemporary(fs, folder, this.#names);
    let inPlace = false;
    try {
      try {
        const length = this.#content(fd, file.blobs);
        if (this.#folders.givesAcl(file.folder)) dropInheritedAcl(fs, fd);
        const missed = applyMetadata(fs, fd, file.metadata, {
          privileged: this.#job.privileged,
          fresh: true,
        });
        if (file.wantsIdentity) {
          const { dev, ino } = fs.statFd(fd);
          this.#identities.push({ item, dev, ino });
        }
        if (this.#job.syncs) fs.sync(fd);
        fs.rename(folder, name, folder, file.name);
        inPlace = true;
        this.#bytesWritten += length;
        if (missed.length > 0) {
          this.#failures.push({ kind: "file", item, code: "SG1025", why: `not set: ${missed.join(", ")}` });
        }
      } finally {
        fs.close(fd);
      }
    } finally {
      if (!inPlace) removeQuietly(fs, folder, name);
    }
  }

  #content(fd: Fd, blobs: readonly number[]): number {
    let at = 0;
    let endsInHole = false;
    for (const number of blobs) {
      const { length, hole } = this.#fresh(fd, number, at);
      at += length;
      endsInHole = hole > 0;
    }
    if (endsInHole) this.#fs.truncate(fd, at);
    return at;
  }

  /** Brings a blob to where the file holds nothing yet: its length, and how much of its end was left out as zeros. */
  #fresh(fd: Fd, number: number, offset: number): { readonly length: number; readonly hole: number } {
    const { id } = this.#job.blobs[number]!;
    const zeros = this.#zeros.lengthOf(id);
    if (zeros > 0) {
      this.#blobs.skip(number);
      return { length: zeros, hole: zeros };
    }
    const plain = this.#blobs.open(number);
    const hole = writeSparse(this.#fs, fd, plain, offset);
    if (hole === plain.length) this.#zeros.learn(id, hole);
    return { length: plain.length, hole };
  }

  /** Parts of one file come one after another, so it is opened once for them. */
  #parts(parts: readonly FilePart[]): void {
    for (let from = 0; from < parts.length;) {
      const first = parts[from]!;
      let to = from + 1;
      while (to < parts.length && sameFile(parts[to]!, first)) to++;
      this.#partsOfFile(parts, from, to);
      from = to;
    }
  }

  #partsOfFile(parts: readonly FilePart[], from: number, to: number): void {
    const first = parts[from]!;
    let fd: Fd;
    try {
      fd = openSame(this.#fs, this.#folders.open(first.folder), first);
    } catch (error) {
      for (let item = from; item < to; item++) {
        this.#failures.push({ kind: "part", item, ...failureOf(error) });
      }
      return;
    }
    try {
      for (let item = from; item < to; item++) this.#try("part", item, () => this.#part(fd, parts[item]!));
    } finally {
      this.#fs.close(fd);
    }
  }

  #part(fd: Fd, part: FilePart): void {
    if (part.fresh) {
      this.#bytesWritten += this.#fresh(fd, part.blob, part.offset).length;
      return;
    }
    const plain = this.#blobs.open(part.blob);
    this.#fs.writeAt(fd, plain, part.offset);
    this.#bytesWritten += plain.length;
  }
}

function sameFile(a: FilePart, b: FilePart): boolean {
  return a.ino === b.ino && a.dev === b.dev && a.folder === b.folder;
}

/** Opens the file for writing and makes sure that it is the one that was made or looked at before. */
export function openSame(
  fs: FileSystem,
  folder: Fd,
  file: { readonly name: Uint8Array; readonly dev: bigint; readonly ino: bigint },
): Fd {
  return demandSame(fs, fs.openWrite(folder, file.name), file);
}

/** The same for reading, which is enough to set metadata. */
export function openSameToRead(
  fs: FileSystem,
  folder: Fd,
  file: { readonly name: Uint8Array; readonly dev: bigint; readonly ino: bigint },
): Fd {
  return demandSame(fs, fs.openRead(folder, file.name, { noAtime: true }), file);
}

function demandSame(fs: FileSystem, fd: Fd, file: { readonly dev: bigint; readonly ino: bigint }): Fd {
  const stat = fs.statFd(fd);
  if (stat.dev === file.dev && stat.ino === file.ino) return fd;
  fs.close(fd);
  throw new UnsafeTarget("it was exchanged for another file meanwhile");
}

/** Removes a temporary file; whatever hinders that is less important than what led here. */
export function removeQuietly(fs: FileSystem, folder: Fd, name: Uint8Array): void {
  try {
    fs.removeFile(folder, name);
  } catch (error) {
    if (!isOsError(error)) throw error;
  }
}
