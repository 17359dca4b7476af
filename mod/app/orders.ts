// Copyright the SpareGrid authors. Apache-2.0.
import type { Compression } from "../job/mod.ts";

/** Which repository, and how to reach it. */
export interface ConnectionOrder {
  /** Address as typed; undefined means the default repository in the user's data folder. */
  readonly repository?: string;
  /** Take no lock. Only for reading. */
  readonly noLock?: boolean;
  /** How long to wait for a locked repository, ms; default 0. */
  readonly retryLockMs?: number;
  /** Default `auto`. */
  readonly compression?: Compression;
  /** Target size of a pack, bytes. */
  readonly packBytes?: number;
  /** Bytes per second; unlimited where left out. */
  readonly uploadRate?: number;
  readonly downloadRate?: number;
  /** False: no cache folder is used. */
  readonly cache?: boolean;
  /** Instead of the user's cache folder. */
  readonly cacheFolder?: string;
  /** PEM files of certificate authorities to trust. */
  readonly certificateFiles?: readonly string[];
  /** SHA-256 of the one certificate to trust, hexadecimal, colons allowed. */
  readonly fingerprint?: string;
}

/** Where the password comes from: the first source that is set counts. Never an argument. */
export interface PasswordOrder {
  /** A file; its first line. */
  readonly file?: string;
  /** A command; the first line that it prints. */
  readonly command?: string;
  /** The text itself (from the environment). */
  readonly text?: string;
  /** The file that the default repository's generated password is kept in, tried where it exists. */
  readonly keptFile?: string;
  /** Asks the person; undefined when nobody answers. Left out where there is nobody to ask. */
  readonly ask?: () => Promise<string | undefined>;
}

/** A password and whether a person typed it, so that a mistyped one can be asked for again. */
export interface Password {
  readonly text: string;
  readonly typed: boolean;
}
