// Copyright the SpareGrid authors. Apache-2.0.

declare const brand: unique symbol;

/** A string that the type checker keeps apart from other strings. */
export type Branded<T, Name extends string> = T & { readonly [brand]: Name };

/** SHA-256 of a blob's plaintext, 64 lower-case hexadecimal digits. */
export type BlobId = Branded<string, "BlobId">;
/** SHA-256 of a pack file as stored. */
export type PackId = Branded<string, "PackId">;
/** SHA-256 of an index file as stored. */
export type IndexId = Branded<string, "IndexId">;
/** SHA-256 of a snapshot file as stored. */
export type SnapshotId = Branded<string, "SnapshotId">;
/** SHA-256 of a key file as stored. */
export type KeyId = Branded<string, "KeyId">;
/** SHA-256 of a lock file as stored. */
export type LockId = Branded<string, "LockId">;

const ID = /^[0-9a-f]{64}$/;

/** True when `text` has the form of an ID: 64 lower-case hexadecimal digits. */
export function isId(text: string): boolean {
  return ID.test(text);
}
