// Copyright the SpareGrid authors. Apache-2.0.
import { plainLength } from "../format/mod.ts";
import { DATA_BLOB_BYTES_MAX, MIB, Semaphore } from "../base/mod.ts";
import { failureOf } from "./failures.ts";
import type { FileEnds } from "./file_ends.ts";
import { FileComparer } from "./file_comparer.ts";
import { FolderTable } from "./folder_table.ts";
import { type BlobUse, type Fetch, planFetches, splitFetch } from "./plan.ts";
import {
  decodeResult,
  encodeJob,
  type FilePart,
  type JobBlob,
  type LaneResult,
  type WholeFile,
} from "./job.ts";
import { metadataOf } from "./metadata.ts";
import type { FileSpan, PlannedFile } from "./planned_file.ts";
import type { RestoreRun } from "./restore_run.ts";

/** Empty files made by one job, at most. */
const EMPTY_FILES_PER_JOB = 2_000;
/** Fetched ranges in memory at once, at most, beside one per lane that is being written. */
const FETCHES_MAX = 6;

/** Brings the content of planned files to the target, window by window: fetch by pack, one job of a lane per fetch. */
export class WindowRunner {
  readonly #run: RestoreRun;
  readonly #ends: FileEnds;
  readonly #comparer: FileComparer;
  readonly #loads: Semaphore;
  readonly #flights: Semaphore;

  constructor(run: RestoreRun, ends: FileEnds) {
    this.#run = run;
    this.#ends = ends;
    this.#comparer = new FileComparer(run);
    const loads = Math.max(1, Math.min(FETCHES_MAX, run.needs.packConnections));
    this.#loads = new Semaphore(loads);
    this.#flights = new Semaphore(loads + 2 * run.lanes.count);
  }

  /** Does a window. Failures of single files are told as problems; throws when the restore must stop. */
  async perform(spans: readonly FileSpan[]): Promise<void> {
    const { signal } = this.#run.options;
    await this.#comparer.compare(spans);
    const uses: BlobUse[] = [];
    const empty: PlannedFile[] = [];
    for (const span of spans) this.#collect(span, uses, empty);
    const work: Promise<void>[] = [];
    for (let at = 0; at < empty.length; at += EMPTY_FILES_PER_JOB) {
      work.push(this.#makeEmpty(empty.slice(at, at + EMPTY_FILES_PER_JOB)));
    }
    try {
      for (const fetch of planFetches(uses)) {
        const permit = await this.#flights.acquire(signal);
        const flight = this.#fly(fetch).finally(() => permit[Symbol.dispose]());
        // Met below; until then it must not count as unhandled.
        flight.catch(() => {});
        work.push(flight);
      }
    } finally {
      // Nothing may go on using descriptors behind the back of whoever catches.
      await Promise.allSettled(work);
    }
    await Promise.all(work);
    const ended = spans.map(({ file }) => file).filter((file) => this.#ends.end(file));
    if (this.#run.options.verify) await this.#comparer.verify(ended);
    for (const file of ended) {
      this.#comparer.forget(file);
      this.#ends.book(file);
    }
  }

  /** Lists what must be fetched for a span; the file fails where the index does not know a blob. */
  #collect(span: FileSpan, uses: BlobUse[], empty: PlannedFile[]): void {
    const { file, from, to } = span;
    if (file.failure || file.making === "keep") return;
    if (file.content.length === 0) return void empty.push(file);
    const first = uses.length;
    let at = span.offset;
    for (let i = from; i < to; i++) {
      const id = file.content[i]!;
      const place = this.#run.needs.locate(id);
      if (!place) {
        uses.length = first;
        file.failure = { code: "SG1028", why: `blob ${id} is not in the index` };
        return;
      }
      const length = plainLength(place.length, place.uncompressedLength);
      // Before memory is taken for what the index claims.
      if (Math.max(place.length, length) > DATA_BLOB_BYTES_MAX + MIB) {
        uses.length = first;
        file.failure = { code: "SG1017", why: `blob ${id} would have ${place.length} bytes as stored` };
        return;
      }
      if (!this.#comparer.isRight(file, i)) uses.push({ span, id, place, at });
      at += length;
    }
    file.left += uses.length - first;
  }

  async #makeEmpty(files: readonly PlannedFile[]): Promise<void> {
    const job = new JobDraft(this.#run, this.#ends);
    for (const file of files) job.addWhole(file, []);
    await job.perform(new Uint8Array());
  }

  async #fly(fetch: Fetch): Promise<void> {
    const { needs, options: { signal } } = this.#run;
    let bytes: Uint8Array<ArrayBuffer>;
    try {
      using _permit = await this.#loads.acquire(signal);
      bytes = await needs.loadRange(fetch.pack, fetch.offset, fetch.length, signal);
    } catch (error) {
      signal.throwIfAborted();
      const failure = failureOf(error);
      const halves = failure.code === "SG1005" ? splitFetch(fetch) : [];
      if (halves.length > 0) {
        // Part of the pack may be good still: a pack that was cut off has its first blobs.
        for (const half of halves) await this.#fly(half);
        return;
      }
      for (const { span: { file } } of fetch.uses) {
        this.#ends.fail(file, failure);
        this.#ends.blockDone(file);
      }
      return;
    }
    signal.throwIfAborted();
    const job = new JobDraft(this.#run, this.#ends);
    job.addFetch(fetch);
    await job.perform(bytes);
  }
}

/** A job being put together, and what its numbers stand for. */
class JobDraft {
  readonly #run: RestoreRun;
  readonly #ends: FileEnds;
  readonly #folders: FolderTable;
  readonly #blobs: JobBlob[] = [];
  readonly #files: WholeFile[] = [];
  readonly #parts: FilePart[] = [];
  readonly #fileOf: PlannedFile[] = [];
  readonly #partOf: PlannedFile[] = [];

  constructor(run: RestoreRun, ends: FileEnds) {
    this.#run = run;
    this.#ends = ends;
    this.#folders = new FolderTable(run.folders.root);
  }

  /** Adds every file and part that the fetch is for. */
  addFetch(fetch: Fetch): void {
    const byFile = new Map<PlannedFile, { use: BlobUse; blob: number }[]>();
    let last: BlobUse | undefined;
    for (const use of fetch.uses) {
      const { offset, length, uncompressedLength } = use.place;
      // By name as well: a hostile index may say that two blobs lie at one place, and only one of them does.
      if (!last || last.id !== use.id || last.place.offset !== offset) {
        this.#blobs.push({ id: use.id, offset: offset - fetch.offset, length, uncompressedLength });
      }
      last = use;
      const list = byFile.get(use.span.file);
      const entry = { use, blob: this.#blobs.length - 1 };
      if (list) list.push(entry);
      else byFile.set(use.span.file, [entry]);
    }
    for (const [file, list] of byFile) this.#add(file, list);
  }

  /** Adds a file that is made as a whole. */
  addWhole(file: PlannedFile, blobs: readonly number[]): void {
    this.#files.push({
      folder: this.#folders.number(file.folder),
      name: file.node.name,
      metadata: metadataOf(file.node),
      blobs,
      wantsIdentity: file.linked !== undefined,
    });
    this.#fileOf.push(file);
  }

  /** Has a lane do the job, and settles its files. */
  async perform(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const { lanes, options } = this.#run;
    if (this.#fileOf.length === 0 && this.#partOf.length === 0) return;
    this.#run.counters.current = (this.#fileOf[0] ?? this.#partOf[0])!.path;
    const job = encodeJob({
      root: this.#run.folders.open(this.#run.folders.root),
      privileged: options.privileged,
      syncs: this.#run.sync.each,
      folders: this.#folders.folders,
      blobs: this.#blobs,
      files: this.#files,
      parts: this.#parts,
      checks: [],
    });
    this.#settle(decodeResult(await lanes.write(job, bytes, options.signal)));
  }

  #add(file: PlannedFile, list: { use: BlobUse; blob: number }[]): void {
    if (file.failure) return this.#ends.blockDone(file, list.length);
    if (file.making === "replace" && list.length === file.content.length) {
      list.sort((a, b) => a.use.at - b.use.at);
      return this.addWhole(file, list.map(({ blob }) => blob));
    }
    const into = this.#ends.openForParts(file);
    if (!into) return this.#ends.blockDone(file, list.length);
    const folder = this.#folders.number(file.folder);
    const fresh = file.making === "replace";
    for (const { use, blob } of list) {
      this.#parts.push({ folder, ...into, offset: use.at, blob, fresh });
      this.#partOf.push(file);
    }
  }

  #settle(result: LaneResult): void {
    this.#run.counters.bytesWritten += result.bytesWritten;
    this.#run.sync.wrote(result.bytesWritten);
    for (const { item, dev, ino } of result.identities) this.#fileOf[item]!.made = { dev, ino };
    for (const { kind, item, code, why } of result.failures) {
      const file = (kind === "file" ? this.#fileOf : this.#partOf)[item]!;
      if (code === "SG1025") this.#run.problem(file.path, { code, why });
      else this.#ends.fail(file, { code, why });
    }
    for (const file of this.#fileOf) this.#ends.blockDone(file, file.content.length);
    for (const file of this.#partOf) this.#ends.blockDone(file);
  }
}
