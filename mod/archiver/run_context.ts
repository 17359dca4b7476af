// Copyright the SpareGrid authors. Apache-2.0.
import { type Clock, shownPath } from "../base/mod.ts";
import type { SgCode } from "../errors/mod.ts";
import type { FileSystem } from "../platform/mod.ts";
import { joinPath } from "../source/mod.ts";
import { Counts } from "./counts.ts";
import type { FolderLook } from "./folder_look.ts";
import type { ArchiveObserver, ArchiverNeeds, ArchiverOptions } from "./needs.ts";
import { NodeMaker } from "./node_maker.ts";
import type { TreeAssemblyOptions } from "./tree_assembly.ts";

/** What all rooms of one run share. */
export class RunContext {
  readonly fs: FileSystem;
  readonly clock: Clock;
  readonly needs: ArchiverNeeds;
  readonly options: ArchiverOptions;
  readonly observer: ArchiveObserver;
  readonly maker: NodeMaker;
  /** How each folder's tree is put together. */
  readonly assembling: TreeAssemblyOptions;
  readonly counts = new Counts();
  phase = "scanning";
  problems = 0;
  /** Bytes of files that the lanes have answered: what `bytesRead` of the lanes is ahead of counts as done. */
  bytesAnswered = 0;
  filesExpected: number | undefined;
  bytesExpected: number | undefined;
  /** Regular files that the walk has met, and their bytes. */
  filesMet = 0;
  bytesMet = 0;
  /** The entry looked at last; without a name the folder itself. */
  currentFolder: Uint8Array | undefined;
  currentName: Uint8Array | undefined;
  readonly #noted = new Set<string>();

  constructor(
    ports: { readonly fs: FileSystem; readonly clock: Clock },
    needs: ArchiverNeeds,
    options: ArchiverOptions,
    observer: ArchiveObserver,
  ) {
    this.fs = ports.fs;
    this.clock = ports.clock;
    this.needs = needs;
    this.options = options;
    this.observer = observer;
    this.maker = new NodeMaker(needs.owners, { withAtime: options.withAtime ?? false });
    this.assembling = { digested: needs.digests !== undefined, beginLong: () => needs.beginTree() };
    this.filesExpected = options.expected?.files;
    this.bytesExpected = options.expected?.bytes;
  }

  /** Reports an entry that is not in the snapshot as it should be. */
  problem(code: SgCode, folder: Uint8Array, name: Uint8Array, what: string, why: string): void {
    const path = name.length === 0 ? folder : joinPath(folder, name);
    this.problems++;
    this.observer.problem({ code, path, message: `Cannot ${what} ${shownPath(path)}: ${why}` });
  }

  /** Says something once, however often it happens: a repository with damage would fill the screen. */
  noteOnce(about: string, message: () => string): void {
    if (this.#noted.has(about)) return;
    this.#noted.add(about);
    this.observer.note(message());
  }

  /** Meets the files of a folder that are all as they were. */
  filesKept(folder: Uint8Array, { files, bytes }: FolderLook): void {
    this.currentFolder = folder;
    this.currentName = undefined;
    this.filesMet += files;
    this.bytesMet += bytes;
    this.counts.filesUnmodified += files;
    this.counts.bytes += bytes;
  }

  /** Tells what becomes of an entry, when somebody wants to know. */
  fate(
    fate: "new" | "changed" | "unchanged" | "excluded",
    folder: Uint8Array,
    name: Uint8Array,
    bytes: number,
  ): void {
    if (this.observer.entry) this.observer.entry({ fate, path: joinPath(folder, name), bytes });
  }

  /** The walk is over: the totals are known. */
  allMet(): void {
    this.filesExpected = this.filesMet;
    this.bytesExpected = this.bytesMet;
  }

  /** Counts a file that is done. */
  fileDone(fate: "new" | "changed" | "unchanged", folder: Uint8Array, name: Uint8Array, bytes: number): void {
    const { counts } = this;
    if (fate === "new") counts.filesNew++;
    else if (fate === "changed") counts.filesChanged++;
    else counts.filesUnmodified++;
    counts.bytes += bytes;
    this.fate(fate, folder, name, bytes);
  }
}
