// Copyright the SpareGrid authors. Apache-2.0.
/**
 * Schedule: arithmetic of times that somebody else gives: which snapshots a policy keeps, how snapshots are grouped for
 * it, spans of the calendar and time zones.
 *
 * It asks no clock, waits for nothing and removes nothing: it says what is to be done, and others do it.
 *
 * Specification: restic's `forget` (its documentation, chapter "Removing backup snapshots", and the program itself).
 *
 * Invariants: the same input gives the same answer; `keep` and `remove` hold each snapshot exactly once; what restic
 * would keep is kept.
 * @module
 */
export { civilOf, type CivilTime, instantOfCivil, UTC, type Zone, zoneOf } from "./civil_time.ts";
export { isZeroSpan, parseDuration, type Span, spanText, timeBefore } from "./span.ts";
export {
  hasTags,
  isEmptyPolicy,
  keep,
  type KeepReason,
  type KeptSnapshots,
  type RetentionPolicy,
} from "./retention.ts";
export { type GroupBy, groupSnapshots, type SnapshotGroup } from "./snapshot_group.ts";
