// Copyright the SpareGrid authors. Apache-2.0.

/** How far a run is; the archiver changes it in place, whoever draws reads it. */
export interface ArchiveProgress {
  phase: string;
  filesDone: number;
  filesTotal?: number;
  bytesDone: number;
  bytesTotal?: number;
  current?: Uint8Array;
  problems: number;
}

/** The numbers of a run as restic counts them: folders and regular files only, sizes of the files' content. */
export class Counts {
  filesNew = 0;
  filesChanged = 0;
  filesUnmodified = 0;
  dirsNew = 0;
  dirsChanged = 0;
  dirsUnmodified = 0;
  /** Content of all files of the snapshot, bytes. */
  bytes = 0;

  get files(): number {
    return this.filesNew + this.filesChanged + this.filesUnmodified;
  }
}
