// Copyright the SpareGrid authors. Apache-2.0.
/**
 * Cli: the command line as a door: it turns words into orders, hands them to the engine that mod/app gives it, and
 * shows what comes back. One file per command; `commands.ts` is their list.
 *
 * It holds no rules of backup or restore. Options carry restic's names where restic has them; the exit statuses are
 * those of mod/errors.
 *
 * Invariants: nothing reaches a terminal before its control characters are escaped; a password is never an argument;
 * commands load the engine only when they use it, so that `sparegrid version` starts at once.
 * @module
 */
export { runCommandLine, type Surroundings } from "./run.ts";
