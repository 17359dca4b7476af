// Copyright the SpareGrid authors. Apache-2.0.
import type { Node } from "../format/mod.ts";
import type { EntryKind, Fd, FileSystem } from "../platform/mod.ts";
import { statOrNone } from "./existing.ts";
import { failureOf, UnsafeTarget } from "./failures.ts";
import type { Identity, PlannedFile } from "./planned_file.ts";
import type { RestoreRun } from "./restore_run.ts";
import type { TargetFolder } from "./target_folders.ts";
import { removeQuietly } from "./write_job.ts";

/** An entry that this restore made or found to be right. */
export interface LinkSource extends Identity {
  readonly kind: EntryKind;
  readonly folder: TargetFolder;
  readonly name: Uint8Array;
}

/** A file with several names. The first name met is restored; the others become links to it. */
export interface LinkedFile {
  /** Where the file was restored; undefined until then. */
  source: LinkSource | undefined;
  failed: boolean;
  /** Names that came before the file was there. */
  waiting: { readonly folder: TargetFolder; readonly node: Node }[];
  /** Names that may still come. */
  namesLeft: bigint;
}

/** Makes hard links of files, only ever to files of the same restore. Other kinds: `OtherLinks`. */
export class HardLinks {
  readonly #run: RestoreRun;
  readonly #files = new Map<string, LinkedFile>();

  constructor(run: RestoreRun) {
    this.#run = run;
  }

  /** The other names' common file, where the node has any. `first` is true for the one to be restored. */
  meet(node: Node): { readonly linked: LinkedFile; readonly first: boolean } | undefined {
    if (node.links <= 1n || node.inode === 0n) return undefined;
    const key = `${node.deviceId}:${node.inode}`;
    const known = this.#files.get(key);
    if (!known) {
      const linked: LinkedFile = {
        source: undefined,
        failed: false,
        waiting: [],
        namesLeft: node.links - 1n,
      };
      this.#files.set(key, linked);
      return { linked, first: true };
    }
    if (--known.namesLeft <= 0n) this.#files.delete(key);
    return { linked: known, first: false };
  }

  /** Links one more name now or as soon as the file is there. The folder must be held (`pending`) until then. */
  add(linked: LinkedFile, folder: TargetFolder, node: Node): void {
    if (linked.source || linked.failed || this.#run.options.dryRun) this.#link(linked, folder, node);
    else linked.waiting.push({ folder, node });
  }

  /** Says that the first name is dealt with. */
  settle(file: PlannedFile, made: Identity | undefined): void {
    const { linked } = file;
    if (!linked) return;
    if (made) {
      const { dev, ino } = made;
      linked.source = { kind: "file", dev, ino, folder: file.folder, name: file.node.name };
    } else linked.failed = true;
    const waiting = linked.waiting;
    linked.waiting = [];
    for (const { folder, node } of waiting) this.#link(linked, folder, node);
  }

  #link(linked: LinkedFile, folder: TargetFolder, node: Node): void {
    const { counters, options } = this.#run;
    const path = folder.pathOf(node.name);
    const bytes = Number(node.size);
    try {
      if (options.dryRun) {
        counters.filesRestored++;
        this.#run.fate(path, "restored", bytes);
      } else if (!linked.source) {
        const why = "the file that it is a hard link of could not be restored";
        this.#run.problem(path, { code: "SG1012", why });
      } else if (makeHardLink(this.#run, linked.source, folder, node.name)) {
        counters.filesRestored++;
        this.#run.fate(path, "restored", bytes);
      } else {
        counters.filesKept++;
        this.#run.fate(path, "kept", bytes);
      }
    } catch (error) {
      this.#run.problem(path, failureOf(error));
    }
    counters.filesDone++;
    counters.bytesDone += bytes;
    this.#run.leave(folder);
  }
}

/**
 * Gives `source` one more name, aside first and then moved, and makes sure before and after that it is the very entry.
 * False when the name is a link to it already. `UnsafeTarget` when something else stands at the source's place.
 */
export function makeHardLink(
  run: RestoreRun,
  source: LinkSource,
  folder: TargetFolder,
  name: Uint8Array,
): boolean {
  const { fs, folders, names } = run;
  const [from, to] = folders.openBoth(source.folder, folder);
  demandSame(fs, from, source.name, source);
  const old = folder.isNew ? undefined : statOrNone(fs, to, name);
  if (old && old.dev === source.dev && old.ino === source.ino) return false;
  const temporary = names.next();
  fs.makeHardLink(from, source.name, to, temporary);
  let moved = false;
  try {
    demandSame(fs, to, temporary, source);
    fs.rename(to, temporary, to, name);
    moved = true;
  } finally {
    if (!moved) removeQuietly(fs, to, temporary);
  }
  return true;
}

function demandSame(fs: FileSystem, dir: Fd, name: Uint8Array, { dev, ino, kind }: LinkSource): void {
  const stat = fs.stat(dir, name);
  if (stat.dev !== dev || stat.ino !== ino || stat.kind !== kind) {
    throw new UnsafeTarget(
      `the ${kind} that it is a hard link of was exchanged for something else meanwhile`,
    );
  }
}
