// Copyright the SpareGrid authors. Apache-2.0.
import { plainLength } from "../format/mod.ts";
import { MIB } from "../base/mod.ts";
import { isOsError } from "../errors/mod.ts";
import { FolderTable } from "./folder_table.ts";
import { type CheckResult, decodeResult, encodeJob, type FileCheck } from "./job.ts";
import { metadataDifferences, metadataOf, readXattrs } from "./metadata.ts";
import type { FileSpan, PlannedFile } from "./planned_file.ts";
import type { RestoreRun } from "./restore_run.ts";

/** Bytes and pieces that one job reads, about. */
const JOB_BYTES = 64 * MIB;
const JOB_CHECKS = 1_000;
/** Smaller files are always written anew: whole or not at all, even in a crash. */
const MEND_BYTES_MIN = 4 * MIB;

/** Some blobs of a file to be compared with what is there. */
interface Piece {
  readonly span: FileSpan;
  /** Number of the first blob. */
  readonly from: number;
  readonly check: Omit<FileCheck, "folder">;
}

/** Has lanes read files and compare them with the snapshot, before (what is right already?) and after. */
export class FileComparer {
  readonly #run: RestoreRun;
  /** One byte per blob: 1 where the existing content is right. */
  readonly #right = new Map<PlannedFile, Uint8Array>();

  constructor(run: RestoreRun) {
    this.#run = run;
  }

  /** True when the blob of this number need not be written. */
  isRight(file: PlannedFile, blob: number): boolean {
    return file.making === "mend" && this.#right.get(file)?.[blob] === 1;
  }

  /** Compares the files that exist with the snapshot, and decides how each is made. */
  async compare(spans: readonly FileSpan[]): Promise<void> {
    const existing = spans.filter(({ file }) => file.existing && file.making !== "keep");
    if (existing.length === 0) return;
    for (const { file } of existing) {
      if (!this.#right.has(file)) this.#right.set(file, new Uint8Array(file.content.length));
    }
    await this.#read(existing, ({ span, from }, { equal }) => this.#right.get(span.file)!.set(equal, from));
    for (const span of existing) this.#decide(span);
  }

  /** Reads files back that were written. One that is not as it should be fails. */
  async verify(files: readonly PlannedFile[]): Promise<void> {
    const written = files.filter((file) => !file.failure && file.making !== "keep");
    const spans = written.map((file) => ({ file, from: 0, to: file.content.length, offset: 0 }));
    await this.#read(spans, ({ span: { file }, check }, { size, equal, why }) => {
      if (why) file.failure ??= { code: "SG1012", why: `cannot be read back: ${why}` };
      else if (size !== file.nextOffset || equal.length !== check.blocks.length || equal.includes(0)) {
        file.failure ??= { code: "SG1012", why: "its content differs when it is read back" };
      }
    });
    for (const file of written) {
      if (file.failure) continue;
      this.#run.counters.filesVerified++;
      // Who is not root may have been refused the owner and with it the set-id bits; that was told already.
      const wrong = differencesOf(this.#run, file, this.#run.privileged);
      if (wrong.length > 0) {
        this.#run.problem(file.path, { code: "SG1025", why: `found on reading back: ${wrong.join(", ")}` });
      }
    }
  }

  /** The file is dealt with. */
  forget(file: PlannedFile): void {
    this.#right.delete(file);
  }

  #decide({ file, from, to }: FileSpan): void {
    const existing = file.existing!;
    const right = this.#right.get(file)!.subarray(from, to);
    let equal = 0;
    for (const one of right) equal += one;
    if (from === 0) {
      const whole = to === file.content.length;
      const same = whole && equal === right.length && existing.size === file.nextOffset;
      if (same && (existing.links === 1 || this.#sameMetadata(file))) file.making = "keep";
      else if (this.#mayMend(file) && 2 * equal >= right.length) file.making = "mend";
      if (file.making === "mend" && !this.#closeToOthers(file)) file.making = "replace";
    }
    if (file.making !== "mend") this.#right.delete(file);
  }

  /** In place only where no other name and no other owner could see the content come. */
  #mayMend(file: PlannedFile): boolean {
    const { size, links, uid } = file.existing!;
    return size >= MEND_BYTES_MIN && links === 1 && (!this.#run.privileged || uid === file.node.uid);
  }

  #closeToOthers(file: PlannedFile): boolean {
    const { fs, folders } = this.#run;
    try {
      const fd = fs.openWrite(folders.open(file.folder), file.node.name);
      try {
        const { dev, ino } = fs.statFd(fd);
        if (dev !== file.existing!.dev || ino !== file.existing!.ino) return false;
        fs.setPermissions(fd, 0o600);
        return true;
      } finally {
        fs.close(fd);
      }
    } catch (error) {
      if (!isOsError(error)) throw error;
      return false;
    }
  }

  #sameMetadata(file: PlannedFile): boolean {
    return sameMetadata(this.#run, file);
  }

  async #read(spans: readonly FileSpan[], take: (piece: Piece, result: CheckResult) => void): Promise<void> {
    const jobs: Promise<void>[] = [];
    let pieces: Piece[] = [];
    let bytes = 0;
    const flush = () => {
      if (pieces.length > 0) jobs.push(this.#perform(pieces, take));
      pieces = [];
      bytes = 0;
    };
    for (const span of spans) {
      for (const [piece, length] of this.#pieces(span)) {
        pieces.push(piece);
        bytes += length;
        if (bytes >= JOB_BYTES || pieces.length >= JOB_CHECKS) flush();
      }
    }
    flush();
    await Promise.allSettled(jobs);
    await Promise.all(jobs);
  }

  *#pieces(span: FileSpan): Generator<[Piece, number]> {
    const { file, to } = span;
    let from = span.from;
    let offset = span.offset;
    while (from < to) {
      const blocks: { id: typeof file.content[number]; length: number }[] = [];
      let bytes = 0;
      for (let i = from; i < to && bytes < JOB_BYTES; i++) {
        const id = file.content[i]!;
        const place = this.#run.needs.locate(id);
        // The planning that follows tells about it.
        if (!place) return;
        const length = plainLength(place.length, place.uncompressedLength);
        blocks.push({ id, length });
        bytes += length;
      }
      yield [{ span, from, check: { name: file.node.name, offset, blocks } }, bytes];
      from += blocks.length;
      offset += bytes;
    }
  }

  async #perform(pieces: readonly Piece[], take: (piece: Piece, result: CheckResult) => void): Promise<void> {
    const { lanes, folders, options } = this.#run;
    const table = new FolderTable(folders.root);
    const checks = pieces.map(({ span, check }) => ({ ...check, folder: table.number(span.file.folder) }));
    const job = encodeJob({
      root: folders.open(folders.root),
      privileged: options.privileged,
      syncs: false,
      folders: table.folders,
      blobs: [],
      files: [],
      parts: [],
      checks,
    });
    const result = decodeResult(await lanes.write(job, new Uint8Array(), options.signal));
    for (let i = 0; i < pieces.length; i++) take(pieces[i]!, result.checks[i]!);
  }
}

/** True when the existing file has the metadata that it should have. */
export function sameMetadata(run: RestoreRun, file: PlannedFile): boolean {
  return differencesOf(run, file, true).length === 0;
}

function differencesOf(run: RestoreRun, file: PlannedFile, permissions: boolean): string[] {
  const { fs, folders } = run;
  try {
    const fd = fs.openRead(folders.open(file.folder), file.node.name, { noAtime: true });
    try {
      const options = { owner: run.privileged, permissions };
      return metadataDifferences(fs.statFd(fd), readXattrs(fs, fd), metadataOf(file.node), options);
    } finally {
      fs.close(fd);
    }
  } catch (error) {
    if (!isOsError(error)) throw error;
    return [error.message];
  }
}
