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

const ID_DIGITS = 64;
/** 1 for the characters that an ID is made of. By table: a tree of many files has an ID for each, and a regular expression takes three times as long. */
const IS_DIGIT = Uint8Array.from(
  { length: 128 },
  (_, code) => /[0-9a-f]/.test(String.fromCharCode(code)) ? 1 : 0,
);

/** True when `text` has the form of an ID: 64 lower-case hexadecimal digits. */
export function isId(text: string): boolean {
  if (text.length !== ID_DIGITS) return false;
  for (let i = 0; i < ID_DIGITS; i++) if (IS_DIGIT[text.charCodeAt(i)] !== 1) return false;
  return true;
}
