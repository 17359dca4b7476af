// Copyright the SpareGrid authors. Apache-2.0.
import type { BlobId, Clock } from "../base/mod.ts";
import type { FileSystem } from "../platform/mod.ts";
import { type ExcludeRules, joinPath, type Source } from "../source/mod.ts";
import type { ArchiveProgress, Counts } from "./counts.ts";
import { Journal } from "./journal.ts";
import type { ArchiveObserver, ArchiverNeeds, ArchiverOptions } from "./needs.ts";
import { RunContext } from "./run_context.ts";
import { runStream } from "./stream_run.ts";
import { TreeRun } from "./tree_run.ts";

/** What came of a run. Everything it names is stored and in an index. */
export interface ArchiveResult {
  /** Root tree of the snapshot. */
  readonly tree: BlobId;
  /** restic's numbers of files, folders and bytes; those of blobs are the repository's to tell. */
  readonly counts: Counts;
  readonly problems: number;
  /** False when something is not in the snapshot as it should be. */
  readonly complete: boolean;
}

/**
 * Makes the trees of one snapshot. One archiver serves one run.
 *
 * ```ts
 * const archiver = new Archiver({ fs, clock }, needs, { parentTree }, observer);
 * const { tree, counts, complete } = await archiver.run({ kind: "files", paths }, rules, signal);
 * // store the snapshot, then: await needs.journal?.remove()
 * ```
 */
export class Archiver {
  readonly #context: RunContext;

  constructor(
    ports: { readonly fs: FileSystem; readonly clock: Clock },
    needs: ArchiverNeeds,
    options: ArchiverOptions,
    observer: ArchiveObserver,
  ) {
    this.#context = new RunContext(ports, needs, options, observer);
  }

  /** How far the run is, at this moment. */
  get progress(): ArchiveProgress {
    const { counts, phase, problems, needs, bytesAnswered, currentFolder, currentName } = this.#context;
    const { filesExpected, bytesExpected } = this.#context;
    const ahead = Math.max(0, (needs.lanes.bytesRead?.() ?? 0) - bytesAnswered);
    return {
      ...{ phase, problems, filesDone: counts.files, bytesDone: counts.bytes + ahead },
      ...(filesExpected === undefined ? {} : { filesTotal: Math.max(filesExpected, counts.files) }),
      ...(bytesExpected === undefined ? {} : { bytesTotal: Math.max(bytesExpected, counts.bytes + ahead) }),
      ...(currentFolder
        ? { current: currentName ? joinPath(currentFolder, currentName) : currentFolder }
        : {}),
    };
  }

  /**
   * Reads the source and stores what is new of it.
   *
   * @throws {SgError} SG1009 when no given path exists, SG1016 when `signal` aborted (what was stored until then is
   * kept, see the journal), SG1027 for a failed command, and whatever the repository throws.
   */
  async run(source: Source, rules: ExcludeRules, signal: AbortSignal): Promise<ArchiveResult> {
    const context = this.#context;
    signal.throwIfAborted();
    const tree = source.kind === "stream"
      ? await runStream(context, source, signal)
      : await new TreeRun(context, rules, await this.#journal(), signal).run(source.paths);
    return { tree, counts: context.counts, problems: context.problems, complete: context.problems === 0 };
  }

  async #journal(): Promise<Journal | undefined> {
    const { needs } = this.#context;
    if (!needs.journal) return undefined;
    const journal = await Journal.load(needs.journal);
    return journal.size > 0 ? journal : undefined;
  }
}
