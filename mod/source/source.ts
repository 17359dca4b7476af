// Copyright the SpareGrid authors. Apache-2.0.

/** Files and folders by their absolute paths, byte for byte. */
export interface FileTreeSource {
  readonly kind: "files";
  readonly paths: readonly Uint8Array[];
}

/** Bytes that come from standard input or from a command, stored as one file. */
export interface StreamSource {
  readonly kind: "stream";
  /** Where the file appears in the snapshot: `/name`; slashes make folders. */
  readonly name: Uint8Array;
  readonly stream: ReadableStream<Uint8Array>;
  /** Settles when the producer has ended: rejects (SG1027) when what it wrote must not be kept. */
  readonly finished?: Promise<void>;
}

/** What can be backed up. */
export type Source = FileTreeSource | StreamSource;
