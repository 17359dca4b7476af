// Copyright the SpareGrid authors. Apache-2.0.
import type { BlobId } from "../base/mod.ts";
import type { Node } from "../format/mod.ts";
import type { Stat } from "../platform/mod.ts";
import type { Failure } from "./failures.ts";
import type { LinkedFile } from "./hard_links.ts";
import type { TargetFolder } from "./target_folders.ts";

/** An entry of the file system by what it is, not by its name. */
export interface Identity {
  readonly dev: bigint;
  readonly ino: bigint;
}

/** How the content of a file comes about. */
export type Making =
  /** A new file under a temporary name that is renamed in the end. */
  | "replace"
  /** The file that is there gets the blocks that differ. */
  | "mend"
  /** The content that is there is right. */
  | "keep";

/** A file on its way, from the walk to its last block. */
export class PlannedFile {
  making: Making = "replace";
  /** Set where other names of the file may come. */
  linked: LinkedFile | undefined;
  /** A file of several jobs while it is being made. */
  temporary: (Identity & { readonly name: Uint8Array }) | undefined;
  /** Blobs that are in no window yet start at this number, and at this place of the file. */
  next = 0;
  nextOffset = 0;
  /** Blocks in windows that are not written yet, and one for the windows still to come. */
  left = 1;
  /** The first thing that went wrong. */
  failure: Failure | undefined;
  /** Identity of what was made. */
  made: Identity | undefined;

  constructor(
    readonly folder: TargetFolder,
    readonly node: Node,
    /** The regular file that has the name now. */
    readonly existing: Stat | undefined,
  ) {}

  get path(): Uint8Array {
    return this.folder.pathOf(this.node.name);
  }

  get content(): readonly BlobId[] {
    return this.node.content ?? [];
  }
}

/** The blobs `from` to `to` (not included) of a file. */
export interface FileSpan {
  readonly file: PlannedFile;
  readonly from: number;
  readonly to: number;
  /** Place in the file of the first. */
  offset: number;
}
