// Copyright the SpareGrid authors. Apache-2.0.
/**
 * Audit: who did what, when, from where, and what came of it. Lines are added at the end of the catalog's audit log; each
 * is sealed by the SHA-256 of itself and the hash of the line before.
 *
 * It decides nothing and watches nobody: who acts records. It cannot keep the owner of the data folder from writing a
 * whole new log; who notes the head's hash elsewhere sees that, too.
 *
 * Invariants: a line is durable before `record` answers; lines are never changed or removed; one is written at a time, so
 * the chain never forks; fields are bounded, hold no control characters and no secrets.
 * @module
 */
export {
  Audit,
  auditBroken,
  type AuditEntry,
  type AuditFacts,
  type AuditPage,
  type AuditVerdict,
} from "./audit.ts";
export { type AuditDetails, shownSafely } from "./safe_fields.ts";
