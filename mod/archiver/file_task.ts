// Copyright the SpareGrid authors. Apache-2.0.
import { MIB } from "../base/mod.ts";
import type { Node } from "../format/mod.ts";
import type { Stat } from "../platform/mod.ts";
import { type FileOutcome, isSaved, type SavedFile } from "./batch.ts";
import type { OpenFolder } from "./open_folder.ts";

/** Large files are shared among the lanes in parts of this size; each part begins a new chunk. */
export const PART_BYTES = 256 * MIB;

/** Times a file whose parts do not belong together is read again as a whole. */
const WHOLE_AGAIN_MAX = 3;

/** A file, or a part of one, at the lanes. */
export interface FileTask {
  readonly folder: OpenFolder;
  readonly slot: number;
  readonly name: Uint8Array;
  /** What the walk saw. */
  readonly stat: Stat;
  readonly previous: Node | undefined;
  readonly offset: number;
  /** -1 for all to the end. */
  readonly length: number;
  /** Where the parts come together. */
  readonly parts?: FileParts;
}

/** Brings the outcomes of a large file's parts together. */
export class FileParts {
  readonly #outcomes: (FileOutcome | undefined)[];
  #open: number;
  /** Times it was tried as a whole before. */
  readonly again: number;

  constructor(count: number, again: number) {
    this.#outcomes = new Array<FileOutcome | undefined>(count).fill(undefined);
    this.#open = count;
    this.again = again;
  }

  /** Takes a part's outcome; gives the whole file's once all are there, `again` when it must be read again. */
  take(offset: number, outcome: FileOutcome): FileOutcome | "again" | undefined {
    this.#outcomes[offset / PART_BYTES] = isSaved(outcome)
      ? { ...outcome, content: outcome.content.slice() }
      : outcome;
    if (--this.#open > 0) return undefined;
    const outcomes = this.#outcomes as FileOutcome[];
    const bad = outcomes.find((part) => !isSaved(part));
    if (bad) return bad;
    const whole = joinParts(outcomes as SavedFile[]);
    return whole.kind === "changed" && this.again < WHOLE_AGAIN_MAX ? "again" : whole;
  }
}

function joinParts(parts: readonly SavedFile[]): SavedFile {
  const first = parts[0]!;
  const content = new Uint8Array(parts.reduce((sum, part) => sum + part.content.length, 0));
  let at = 0, bytes = 0;
  let kind: SavedFile["kind"] = "saved";
  for (const part of parts) {
    content.set(part.content, at);
    at += part.content.length;
    bytes += part.bytes;
    if (part.kind === "changed" || !sameMoment(first, part)) kind = "changed";
  }
  if (bytes !== first.stat.size) kind = "changed";
  return { ...first, kind, bytes, content };
}

function sameMoment(a: SavedFile, b: SavedFile): boolean {
  return a.stat.ino === b.stat.ino && a.stat.dev === b.stat.dev && a.stat.size === b.stat.size &&
    a.stat.mtime === b.stat.mtime && a.stat.ctime === b.stat.ctime;
}
