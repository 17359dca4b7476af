// Copyright the SpareGrid authors. Apache-2.0.
import { type CodeEntry, CODES, type SgCode } from "./codes.ts";

/** What an {@link SgError} may carry besides its message. */
export interface SgErrorOptions {
  /** The error below this one. */
  cause?: unknown;
  /** Public facts for machines (paths, names, numbers), never a secret. Shown with `--json`. */
  context?: Readonly<Record<string, string | number | boolean>>;
  /** What to do, where the code's own remedy does not fit this occasion. */
  remedy?: string;
}

/**
 * The one error class of SpareGrid. The message says what happened, as in "Cannot open repository
 * /srv/x: wrong password": upper-case start, no final full stop, no secret. It is raised once, where
 * the cause is known, passed up unchanged and translated only at a door.
 */
export class SgError extends Error {
  override readonly name = "SgError";
  readonly code: SgCode;
  readonly context: Readonly<Record<string, string | number | boolean>>;
  readonly #remedy: string | undefined;

  constructor(code: SgCode, message: string, options: SgErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.context = options.context ?? {};
    this.#remedy = options.remedy;
  }

  /** The catalogue's entry for this code. */
  get entry(): CodeEntry {
    return CODES[this.code];
  }

  /** What the user can do about it. */
  get remedy(): string {
    return this.#remedy ?? CODES[this.code].remedy;
  }

  /** Exit status of a command that ends with this error. */
  get exit(): number {
    return CODES[this.code].exit;
  }
}

/** True when `error` is an {@link SgError}, of the given code where one is given. */
export function isSgError(error: unknown, code?: SgCode): error is SgError {
  return error instanceof SgError && (code === undefined || error.code === code);
}

/** Turns anything thrown into an {@link SgError}: itself, SG1016 for an abort, else SG1023. */
export function toSgError(error: unknown): SgError {
  if (error instanceof SgError) return error;
  if (error instanceof Error && error.name === "AbortError") {
    return new SgError("SG1016", "The command was interrupted", { cause: error });
  }
  const text = error instanceof Error ? error.message : String(error);
  return new SgError("SG1023", `Unexpected failure: ${text}`, { cause: error });
}
