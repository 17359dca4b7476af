// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import {
  RETENTION_LOCK_DAYS,
  RETENTION_LOCK_DAYS_MAX,
  RETENTION_LOCK_DAYS_MIN,
} from "../../../mod/account/mod.ts";
import { accountOf, changesOf } from "../../../mod/account/account.ts";

const row = {
  ...{
    id: "a",
    state: "active" as const,
    label: "",
    secret: new Uint8Array(3),
    quotaBytes: null,
    appendOnly: false,
  },
  ...{ retentionLockDays: 14, uploadBytesPerSecond: null, createdAt: 1, approvedAt: 2, seenAt: null },
  ...{ seenAddress: null, suspendedAt: null, automaticShare: true },
};

Deno.test("accountOf: shows no secret, and suspended is what was suspended at some time", () => {
  const { secret: _, suspendedAt: __, ...shown } = row;
  assert.deepEqual(accountOf(row), { ...shown, suspended: false });
  assert.equal(accountOf({ ...row, suspendedAt: 5 }).suspended, true);
});

Deno.test("changesOf: a quota that an administrator sets is no share any more; what is left out stays", () => {
  assert.deepEqual(changesOf({}), {});
  assert.deepEqual(changesOf({ quotaBytes: 5 }), { quotaBytes: 5, automaticShare: false });
  assert.deepEqual(changesOf({ appendOnly: false, label: "" }), { appendOnly: false, label: "" });
});

Deno.test("changesOf: the retention lock has a floor that no administrator passes", () => {
  assert.ok(RETENTION_LOCK_DAYS_MIN <= RETENTION_LOCK_DAYS && RETENTION_LOCK_DAYS <= RETENTION_LOCK_DAYS_MAX);
  for (const days of [RETENTION_LOCK_DAYS_MIN, RETENTION_LOCK_DAYS_MAX]) {
    assert.equal(changesOf({ retentionLockDays: days }).retentionLockDays, days);
  }
  for (const days of [RETENTION_LOCK_DAYS_MIN - 1, RETENTION_LOCK_DAYS_MAX + 1, 0, -1, 3.5]) {
    assert.throws(() => changesOf({ retentionLockDays: days }), { code: "SG1040" });
  }
});
