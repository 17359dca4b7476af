// Copyright the SpareGrid authors. Apache-2.0.
import { type Clock, nowMs, Semaphore, utf8 } from "../base/mod.ts";
import type { AuditFilter, AuditRow, Catalog } from "../catalog/mod.ts";
import { sha256Hex } from "../crypto/mod.ts";
import { SgError } from "../errors/mod.ts";
import { type AuditDetails, detailsText, shownSafely } from "./safe_fields.ts";

/** What somebody did. */
export interface AuditFacts {
  /** `user:NAME`, `token:NAME`, `account:ID`, `owner`, `system`; for a failed sign-in the name that was claimed. */
  readonly actor: string;
  /** Where from: an IP address; empty for what this program does by itself. */
  readonly address?: string;
  /** What: the mutation's name, or `signIn`, `restore`, … */
  readonly action: string;
  /** What it was done to: an ID or a name. */
  readonly subject?: string;
  /** Facts that tell the case. Fields named like secrets are hidden. */
  readonly details?: AuditDetails;
  /** `ok` where left out; else the SG code of the refusal. */
  readonly result?: string;
}

/** A line of the log; `details` are JSON text, `at` is milliseconds since 1970. */
export type AuditEntry = AuditRow;

/** A page of the log, the newest line first. */
export interface AuditPage {
  readonly nodes: readonly AuditEntry[];
  readonly hasNextPage: boolean;
}

/** What {@link Audit.verify} found. */
export interface AuditVerdict {
  /** Lines that were read and fit, up to the first that does not. */
  readonly lines: number;
  readonly intact: boolean;
  /** Sequence number of the first line that is wrong or missing, and what is wrong with it. */
  readonly brokenAt?: number;
  readonly reason?: string;
  /** Hash of the last line that fits; of an empty log 64 zeros. */
  readonly head: string;
}

const NO_LINE = "0".repeat(64);
/** Lines that are hashed without a pause: others want the thread, too. */
const PAGE = 250;

/** The audit log of the installation. There must be one object for one catalog: it keeps the end of the chain. */
export class Audit {
  readonly #catalog: Catalog;
  readonly #clock: Clock;
  readonly #turn = new Semaphore(1);
  #last: { readonly sequence: number; readonly hash: string } | undefined;

  constructor({ catalog, clock }: { catalog: Catalog; clock: Clock }) {
    this.#catalog = catalog;
    this.#clock = clock;
  }

  /**
   * Adds a line; it is durable when this answers. Texts are cut to their bounds and freed of control characters. SG1034 when
   * the catalog cannot write: what was to be recorded should then be refused.
   */
  async record(facts: AuditFacts): Promise<AuditEntry> {
    using _ = await this.#turn.acquire();
    const last = this.#last ?? await this.#catalog.audit.last();
    // Until the line is known to be written, nothing is known of the end of the chain.
    this.#last = undefined;
    const line = {
      sequence: (last?.sequence ?? 0) + 1,
      at: nowMs(this.#clock),
      actor: shownSafely(facts.actor, 200),
      address: shownSafely(facts.address ?? "", 100),
      action: shownSafely(facts.action, 100),
      subject: shownSafely(facts.subject ?? "", 500),
      details: detailsText(facts.details ?? {}),
      result: shownSafely(facts.result ?? "ok", 20),
      previousHash: last?.hash ?? NO_LINE,
    };
    const entry = { ...line, hash: hashOf(line) };
    await this.#catalog.audit.append(entry);
    this.#last = entry;
    return entry;
  }

  /** `first` lines from the newest on, those before the line `before` where it is given. */
  async page(filter: AuditFilter, first: number, before?: number): Promise<AuditPage> {
    const rows = await this.#catalog.audit.page(filter, first + 1, before);
    return { nodes: rows.slice(0, first), hasNextPage: rows.length > first };
  }

  /** Reads the whole log, a page at a time, and proves its chain. Lines that are added meanwhile may be left out. */
  async verify(signal?: AbortSignal): Promise<AuditVerdict> {
    let lines = 0;
    let head = NO_LINE;
    for (let after = Number.MIN_SAFE_INTEGER;;) {
      signal?.throwIfAborted();
      const rows = await this.#catalog.audit.following(after, PAGE);
      for (const row of rows) {
        const reason = faultOf(row, lines + 1, head);
        if (reason !== undefined) {
          const brokenAt = Math.min(lines + 1, row.sequence);
          return { lines, intact: false, brokenAt, reason, head };
        }
        lines++;
        head = row.hash;
      }
      if (rows.length < PAGE) return { lines, intact: true, head };
      after = rows.at(-1)!.sequence;
    }
  }
}

/** SG1047 with the facts of a verdict that is not intact. */
export function auditBroken({ brokenAt, reason, lines, head }: AuditVerdict): SgError {
  return new SgError("SG1047", `The audit log is broken at line ${brokenAt}: ${reason}`, {
    context: { line: brokenAt ?? 0, reason: reason ?? "", intactLines: lines, head },
  });
}

function faultOf(row: AuditRow, expected: number, head: string): string | undefined {
  if (row.sequence > expected) return `it is missing: line ${row.sequence} follows line ${expected - 1}`;
  if (row.sequence < expected) return "a line stands before the first";
  if (row.previousHash !== head) return "it does not follow the line before: its previous hash is another";
  if (row.hash !== hashOf(row)) return "its content is not what was written: its hash is another";
  return undefined;
}

/** SHA-256 over the fields in a fixed order, as a JSON array: no two lines have one encoding. */
function hashOf(line: Omit<AuditRow, "hash">): string {
  const { sequence, at, actor, address, action, subject, details, result, previousHash } = line;
  return sha256Hex(
    utf8(JSON.stringify([sequence, at, actor, address, action, subject, details, result, previousHash])),
  );
}
