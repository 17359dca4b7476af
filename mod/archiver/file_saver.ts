// Copyright the SpareGrid authors. Apache-2.0.
import { setImmediate } from "node:timers";
import { ByteWriter, CHUNK_BYTES_MAX, CHUNK_BYTES_MIN, MIB } from "../base/mod.ts";
import { OsError } from "../errors/mod.ts";
import type { DataRegion, Fd, FileSystem, Stat, Xattr } from "../platform/mod.ts";
import { type FailedFile, type FileItem, type FileOutcome, readBatch, writeOutcome } from "./batch.ts";
import { type BlobSink, ContentSaver } from "./content_saver.ts";

/** Times a file that changes while it is read is read again. */
const READ_AGAIN_MAX = 3;
/** After so many bytes of a large file other messages of the thread get their turn. */
const BREATH_BYTES = 16 * MIB;

const NO_XATTRS: readonly Xattr[] = [];

/** What a {@link FileSaver} works with. */
export interface FileSaverParts {
  readonly fs: FileSystem;
  /** Secret of the chunker's table. */
  readonly chunkerSecret: Uint8Array;
  readonly sink: BlobSink;
  /** Told how many bytes were read, as they are read. */
  readonly onRead?: (bytes: number) => void;
}

/**
 * Reads files and puts their chunks into a sink. It runs in a lane and knows neither trees nor packs.
 *
 * A file's stat is taken before and after reading. Where size, times or inode differ, it is read again, and after
 * the third time its outcome is `changed`. What is not a regular file any more is never read from.
 */
export class FileSaver {
  readonly #fs: FileSystem;
  readonly #content: ContentSaver;
  readonly #sink: BlobSink;
  readonly #onRead: (bytes: number) => void;
  readonly #short = new Uint8Array(CHUNK_BYTES_MIN);
  readonly #answer = new ByteWriter();

  constructor(parts: FileSaverParts) {
    this.#fs = parts.fs;
    this.#sink = parts.sink;
    this.#content = new ContentSaver(parts.chunkerSecret, this.#sink);
    this.#onRead = parts.onRead ?? (() => {});
  }

  /**
   * Saves the files of a batch and answers one outcome each, in order (see `batch.ts`).
   *
   * @throws what the sink throws, or the signal's reason. A file that cannot be read is an outcome, no error.
   */
  async save(batch: Uint8Array, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    this.#answer.length = 0;
    for (const item of readBatch(batch)) {
      signal?.throwIfAborted();
      const wait = this.#saveItem(item, signal);
      if (wait) await wait;
    }
    return this.#answer.take();
  }

  /** Most files are short and need no waiting: the promise is only made for the others. */
  #saveItem(item: FileItem, signal: AbortSignal | undefined): void | Promise<void> {
    let fd: Fd = -1;
    try {
      fd = this.#fs.openRead(item.folder, item.name, { noAtime: true });
      const before = this.#fs.statFd(fd);
      if (before.kind !== "file") return this.#fail(notFile(before));
      if (before.size >= CHUNK_BYTES_MIN || item.offset > 0) {
        const opened = { fd, before };
        fd = -1;
        return this.#saveLong(item, opened, signal);
      }
      const bytes = this.#readShort(fd, before.size);
      const xattrs = this.#xattrs(fd);
      if (bytes === before.size && sameState(before, this.#fs.statFd(fd))) {
        this.#onRead(bytes);
        return this.#finishShort(before, this.#short.subarray(0, bytes), xattrs);
      }
    } catch (error) {
      if (!(error instanceof OsError)) throw error;
      return this.#fail(failure(error));
    } finally {
      if (fd >= 0) this.#fs.close(fd);
    }
    return this.#saveLong(item, undefined, signal);
  }

  /** Reads to the end, or until more came than the stat said. One call does for most files. */
  #readShort(fd: Fd, size: number): number {
    let bytes = this.#fs.read(fd, this.#short);
    while (bytes > 0 && bytes < size) {
      const more = this.#fs.read(fd, this.#short.subarray(bytes));
      if (more === 0) break;
      bytes += more;
    }
    return bytes;
  }

  #finishShort(stat: Stat, plain: Uint8Array, xattrs: Xattrs): void | Promise<void> {
    const wait = this.#content.saveShort(plain);
    const { found, failure } = xattrs;
    writeOutcome(this.#answer, {
      kind: "saved",
      stat,
      bytes: plain.length,
      xattrs: found,
      xattrFailure: failure,
      content: this.#content.ids,
    });
    return wait;
  }

  /** Any file, as often as it takes. */
  async #saveLong(
    item: FileItem,
    opened: Opened | undefined,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    for (let again = 0;; again++) {
      let outcome: FileOutcome;
      try {
        outcome = await this.#readOnce(item, again === 0 && opened ? opened : this.#open(item), signal);
      } catch (error) {
        if (!(error instanceof OsError)) throw error;
        outcome = failure(error);
      }
      if (outcome.kind === "changed" && again < READ_AGAIN_MAX) continue;
      writeOutcome(this.#answer, outcome);
      return;
    }
  }

  #open(item: FileItem): Opened {
    const fd = this.#fs.openRead(item.folder, item.name, { noAtime: true });
    try {
      return { fd, before: this.#fs.statFd(fd) };
    } catch (error) {
      this.#fs.close(fd);
      throw error;
    }
  }

  async #readOnce(
    item: FileItem,
    { fd, before }: Opened,
    signal: AbortSignal | undefined,
  ): Promise<FileOutcome> {
    const fs = this.#fs;
    try {
      if (before.kind !== "file") return notFile(before);
      // Files of /proc and the like say 0 and hold something.
      const sizeTold = before.size > 0 ? before.size : Infinity;
      const end = item.length < 0 ? sizeTold : Math.min(sizeTold, item.offset + item.length);
      if (end - item.offset > CHUNK_BYTES_MAX) fs.advise(fd, "sequential");
      const bytes = await this.#readPart(fd, before, item.offset, end, signal);
      const { found, failure } = item.offset === 0 ? this.#xattrs(fd) : { found: NO_XATTRS, failure: "" };
      const after = fs.statFd(fd);
      const whole = end === Infinity || bytes === Math.max(0, end - item.offset);
      const kind = whole && sameState(before, after) ? "saved" : "changed";
      return { kind, stat: after, bytes, xattrs: found, xattrFailure: failure, content: this.#content.ids };
    } finally {
      fs.close(fd);
    }
  }

  /** Reads from `offset` to `end` or to the end of the file; returns the bytes read. */
  async #readPart(
    fd: Fd,
    stat: Stat,
    offset: number,
    end: number,
    signal: AbortSignal | undefined,
  ): Promise<number> {
    const content = this.#content;
    content.begin();
    const holes = this.#holes(fd, stat);
    let at = offset;
    let breath = 0;
    while (at < end) {
      const run = Math.min(holes?.runAt(at) ?? end, end) - at;
      let bytes = run;
      if (holes?.inHole) {
        await content.zeros(run);
      } else {
        const room = content.room();
        bytes = this.#fs.readAt(fd, room.subarray(0, Math.min(room.length, run)), at);
        if (bytes === 0) break;
        await content.filled(bytes);
        breath += bytes;
        this.#onRead(bytes);
      }
      at += bytes;
      if (breath < BREATH_BYTES) continue;
      breath = 0;
      await new Promise<void>((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
    }
    await content.end();
    return at - offset;
  }

  /** The holes of files where they are worth the asking. */
  #holes(fd: Fd, stat: Stat): Holes | undefined {
    if (stat.size < CHUNK_BYTES_MAX || stat.allocated >= stat.size) return undefined;
    return new Holes(this.#fs.dataRegions(fd, stat.size), stat.size);
  }

  #xattrs(fd: Fd): Xattrs {
    if (!this.#fs.traits.xattrs) return { found: NO_XATTRS, failure: "" };
    try {
      return { found: this.#fs.xattrs(fd), failure: "" };
    } catch (error) {
      if (!(error instanceof OsError)) throw error;
      return { found: NO_XATTRS, failure: error.message };
    }
  }

  #fail(outcome: FailedFile): void {
    writeOutcome(this.#answer, outcome);
  }
}

interface Opened {
  readonly fd: Fd;
  readonly before: Stat;
}

interface Xattrs {
  readonly found: readonly Xattr[];
  readonly failure: string;
}

function sameState(before: Stat, after: Stat): boolean {
  return before.size === after.size && before.mtime === after.mtime && before.ctime === after.ctime &&
    before.ino === after.ino;
}

function notFile(stat: Stat): FailedFile {
  return { kind: "notFile", errno: "", message: `it is a ${stat.kind} by now` };
}

function failure(error: OsError): FailedFile {
  return { kind: "failed", errno: error.errno, message: error.message };
}

/** Goes through a file's runs of data and holes from front to back. */
class Holes {
  /** True when the position asked about last lies in a hole. */
  inHole = false;
  readonly #regions: readonly DataRegion[];
  readonly #size: number;
  #next = 0;

  constructor(regions: readonly DataRegion[], size: number) {
    this.#regions = regions;
    this.#size = size;
  }

  /** Where the run of data or the hole that `at` lies in ends. Positions must ascend. */
  runAt(at: number): number {
    let region = this.#regions[this.#next];
    while (region && region.offset + region.length <= at) region = this.#regions[++this.#next];
    this.inHole = at < (region?.offset ?? this.#size);
    if (!region) return this.inHole ? this.#size : Infinity;
    return this.inHole ? region.offset : region.offset + region.length;
  }
}
