// Copyright the SpareGrid authors. Apache-2.0.
import type { Instant, SnapshotId } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import { type GroupBy, groupSnapshots, isZeroSpan, keep, type RetentionPolicy } from "../schedule/mod.ts";
import { listSnapshots } from "./listing.ts";
import type { NamedSnapshot, RunOptions, SnapshotFilter } from "./orders.ts";
import { type PruneOrder, type PruneReport, pruneUnderLock } from "./prune.ts";
import type { Session } from "./session.ts";
import type { SessionRun } from "./session_run.ts";

/** Which snapshots go. With `ids` exactly those, and no policy is used. */
export interface ForgetOrder {
  readonly policy: RetentionPolicy;
  readonly groupBy: readonly GroupBy[];
  readonly filter: SnapshotFilter;
  readonly ids: readonly string[];
  readonly dryRun: boolean;
  /** A group may lose all of its snapshots. */
  readonly allowRemoveAll: boolean;
  /** Prune afterwards, under the same lock. */
  readonly prune?: PruneOrder;
}

/** A snapshot that stays, and why. */
export type KeptSnapshot = NamedSnapshot & { readonly reasons: readonly string[] };

/** Snapshots judged together. */
export interface ForgetGroup {
  readonly host?: string;
  readonly paths?: readonly string[];
  readonly tags?: readonly string[];
  readonly keep: readonly KeptSnapshot[];
  readonly remove: readonly NamedSnapshot[];
}

/** What came of a forget. */
export interface ForgetReport {
  readonly groups: readonly ForgetGroup[];
  readonly removed: readonly SnapshotId[];
  readonly prune?: PruneReport;
}

/**
 * Removes snapshots by name or by policy. Their data stays until a prune.
 *
 * @throws {SgError} SG1008 when neither a name nor a rule says what goes, or a policy would leave a group without any
 * snapshot; SG1010 when a name fits none; SG1003 when somebody else uses the repository.
 */
export async function runForget(
  session: Session,
  order: ForgetOrder,
  options: RunOptions,
): Promise<ForgetReport> {
  if (order.ids.length === 0 && !hasRule(order.policy) && !order.allowRemoveAll) {
    throw new SgError("SG1008", "Cannot forget: no snapshot is named and no keep rule is given");
  }
  await using run = await session.begin({ exclusive: true, freshIndex: order.prune !== undefined }, options);
  return await run.explain(() => forgetUnderLock(run, order, { ...options, signal: run.signal }));
}

async function forgetUnderLock(
  session: SessionRun,
  order: ForgetOrder,
  run: RunOptions,
): Promise<ForgetReport> {
  const groups = order.ids.length > 0
    ? [{ keep: [], remove: await listSnapshots(session, { filter: order.filter, ids: order.ids }, run) }]
    : await judge(session, order, run);
  const removed = groups.flatMap((group) => group.remove.map(({ id }) => id));
  if (!order.dryRun) await session.repository.removeSnapshots(removed, { signal: run.signal });
  if (!order.prune || (removed.length === 0 || order.dryRun)) return { groups, removed };
  return { groups, removed, prune: await pruneUnderLock(session, order.prune, run) };
}

async function judge(session: SessionRun, order: ForgetOrder, run: RunOptions): Promise<ForgetGroup[]> {
  const { repository, ports } = session;
  // A snapshot that cannot be read might be the one to keep: better stop than guess.
  const all = await repository.listSnapshots({ signal: run.signal, filter: order.filter });
  const items = all.map(({ id, snapshot }) => ({ ...snapshot, tags: snapshot.tags ?? [], id, snapshot }));
  const now = ports.clock.now();
  return groupSnapshots(items, order.groupBy).map(({ snapshots, ...shared }) => {
    const verdict = keep(snapshots, order.policy, { zone: localZone, now });
    if (verdict.keep.length === 0 && !order.allowRemoveAll) {
      const whose = shared.host === undefined ? "a group" : `host ${shared.host}`;
      throw new SgError("SG1008", `Cannot forget: the rules would leave no snapshot of ${whose}`, {
        remedy: "Keep at least one, or say --unsafe-allow-remove-all.",
      });
    }
    return {
      ...shared,
      keep: verdict.reasons.map(({ snapshot: { id, snapshot }, matches }) => ({
        id,
        snapshot,
        reasons: matches,
      })),
      remove: verdict.remove.map(({ id, snapshot }) => ({ id, snapshot })),
    };
  });
}

/** True when the policy keeps anything at all. */
function hasRule(policy: RetentionPolicy): boolean {
  return Object.values(policy).some((rule) =>
    typeof rule === "number" ? rule !== 0 : Array.isArray(rule) ? rule.length > 0 : rule && !isZeroSpan(rule)
  );
}

/** Seconds that this machine's zone is ahead of UTC at a time: days and weeks are the user's. */
function localZone(time: Instant): number {
  return -60 * new Date(Number(time / 1_000_000n)).getTimezoneOffset();
}
