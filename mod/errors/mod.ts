// Copyright the SpareGrid authors. Apache-2.0.
/**
 * Errors: the catalogue of SG codes and the two error classes that carry a failure up through the house.
 *
 * `SgError` is what a user meets: a code, what happened, what to do, an exit status. `OsError` is a system call's
 * failure on its way to becoming one. This module translates nothing and prints nothing; the doors do.
 *
 * Invariants: a code is never removed nor reused; no message and no context holds a secret.
 * @module
 */
export { type CodeEntry, CODES, EXIT, isSgCode, type Retry, type Severity, type SgCode } from "./codes.ts";
export { isSgError, SgError, type SgErrorOptions, toSgError } from "./sg_error.ts";
export { isOsError, OsError } from "./os_error.ts";
