// Copyright the SpareGrid authors. Apache-2.0.

/**
 * A system call's failure, as the platform reports it. It has no SG code yet: the caller knows what
 * the call was for, and raises the {@link SgError} with this as its cause.
 */
export class OsError extends Error {
  override readonly name = "OsError";
  /** Symbolic error number, such as `ENOENT`; `E<number>` where the name is unknown. */
  readonly errno: string;
  /** The call that failed, such as `openat`. */
  readonly call: string;

  constructor(errno: string, call: string, text: string, options: { cause?: unknown } = {}) {
    super(text, options.cause === undefined ? undefined : { cause: options.cause });
    this.errno = errno;
    this.call = call;
  }
}

/** True when `error` is an {@link OsError}, with one of the given error numbers where any is given. */
export function isOsError(error: unknown, ...errnos: string[]): error is OsError {
  return error instanceof OsError && (errnos.length === 0 || errnos.includes(error.errno));
}
