// Copyright the SpareGrid authors. Apache-2.0.

/** Where a blob lies. `pack` is a number of this repository's own; bytes. */
export interface BlobPlace {
  readonly pack: number;
  readonly offset: number;
  /** Sealed length. */
  readonly length: number;
  /** Plain length of a compressed blob, 0 of one stored as it is. */
  readonly uncompressedLength: number;
}
