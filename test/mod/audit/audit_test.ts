// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { createClient } from "@libsql/client";
import { Audit, auditBroken } from "../../../mod/audit/mod.ts";
import { type Catalog, openCatalog } from "../../../mod/catalog/mod.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import { openFileSystem } from "../../../mod/platform/mod.ts";
import { FakeClock } from "../../kit/fake_clock.ts";
import { scratch } from "../../kit/scratch.ts";

const START = 1_800_000_000_000n * 1_000_000n;

async function inCatalog(
  act: (
    audit: Audit,
    catalog: Catalog,
    tamper: (sql: string) => Promise<void>,
    clock: FakeClock,
  ) => Promise<void>,
): Promise<void> {
  await using folder = await scratch();
  const clock = new FakeClock({ start: START });
  await using catalog = await openCatalog({ fs: openFileSystem(), clock, folder: folder.path });
  const tamper = async (sql: string) => {
    const client = createClient({ url: `file:${folder.path}/catalog.db`, timeout: 5_000 });
    try {
      await client.execute(sql);
    } finally {
      client.close();
    }
  };
  await act(new Audit({ catalog, clock }), catalog, tamper, clock);
}

const act = (action: string) => ({ actor: "user:ann", address: "::1", action });

Deno.test("Audit: lines are chained, and a new object goes on where the log ends", async () => {
  await inCatalog(async (audit, catalog, _, clock) => {
    assert.deepEqual(await audit.verify(), { lines: 0, intact: true, head: "0".repeat(64) });
    const first = await audit.record({ ...act("signIn"), subject: "x", details: { a: 1, b: ["c"] } });
    clock.ms = 5;
    const second = await new Audit({ catalog, clock }).record({ ...act("signOut"), result: "SG1037" });
    assert.deepEqual([first.sequence, second.sequence], [1, 2]);
    assert.equal(second.previousHash, first.hash);
    assert.equal(second.at, first.at + 5);
    assert.equal(second.result, "SG1037");
    assert.deepEqual(JSON.parse(first.details), { a: 1, b: ["c"] });
    assert.deepEqual(await audit.verify(), { lines: 2, intact: true, head: second.hash });
  });
});

Deno.test("Audit: many records at once make one chain, over several pages", async () => {
  await inCatalog(async (audit) => {
    const lines = await Promise.all(Array.from({ length: 2_001 }, (_, i) => audit.record(act(`a${i}`))));
    assert.deepEqual(lines.map((line) => line.sequence), Array.from({ length: 2_001 }, (_, i) => i + 1));
    assert.deepEqual(await audit.verify(), { lines: 2_001, intact: true, head: lines.at(-1)!.hash });
    const page = await audit.page({}, 2, 2_000);
    assert.deepEqual([page.nodes.map((line) => line.action), page.hasNextPage], [["a1998", "a1997"], true]);
  });
});

const COLUMNS = ["at", "actor", "address", "action", "subject", "details", "result", "previous_hash", "hash"];

Deno.test("Audit.verify: names the first line whose field was changed, whichever field", async () => {
  for (const column of COLUMNS) {
    await inCatalog(async (audit, _, tamper) => {
      for (let i = 0; i < 5; i++) await audit.record({ ...act(`a${i}`), subject: "s" });
      await tamper(
        `UPDATE audit_entry SET ${column} = ${column === "at" ? "at + 1" : "'x'"} WHERE sequence = 3`,
      );
      const verdict = await audit.verify();
      assert.deepEqual([verdict.intact, verdict.brokenAt, verdict.lines], [false, 3, 2], column);
      const error = auditBroken(verdict);
      assert.equal(error.code, "SG1047");
      assert.match(error.message, /line 3/);
      assert.equal(error.context["line"], 3);
    });
  }
});

const TAMPERING: readonly (readonly [what: string, sql: string, brokenAt: number])[] = [
  ["a line removed", "DELETE FROM audit_entry WHERE sequence = 2", 2],
  ["the first line removed", "DELETE FROM audit_entry WHERE sequence = 1", 1],
  [
    "a line in the place of another",
    "UPDATE audit_entry SET (at, actor, address, action, subject, details, result, previous_hash, hash) = " +
    "(SELECT at, actor, address, action, subject, details, result, previous_hash, hash FROM audit_entry " +
    "WHERE sequence = 2) WHERE sequence = 4",
    4,
  ],
  [
    "a line put in front",
    "INSERT INTO audit_entry SELECT -1, at, actor, address, action, subject, details, " +
    "result, previous_hash, hash FROM audit_entry WHERE sequence = 1",
    -1,
  ],
  [
    "a line added at the end",
    "INSERT INTO audit_entry SELECT 6, at, actor, address, action, subject, details, " +
    "result, previous_hash, hash FROM audit_entry WHERE sequence = 5",
    6,
  ],
  ["all lines renumbered", "UPDATE audit_entry SET sequence = sequence + 100", 1],
];

Deno.test("Audit.verify: finds lines that were removed, moved or added", async () => {
  for (const [what, sql, brokenAt] of TAMPERING) {
    await inCatalog(async (audit, _, tamper) => {
      for (let i = 0; i < 5; i++) await audit.record(act(`a${i}`));
      await tamper(sql);
      const verdict = await audit.verify();
      assert.deepEqual([verdict.intact, verdict.brokenAt], [false, brokenAt], what);
    });
  }
});

Deno.test("Audit.verify: a log cut off at its end is whole, and shows by its head", async () => {
  await inCatalog(async (audit, _, tamper) => {
    for (let i = 0; i < 3; i++) await audit.record(act(`a${i}`));
    const { head } = await audit.verify();
    await tamper("DELETE FROM audit_entry WHERE sequence = 3");
    const after = await audit.verify();
    assert.ok(after.intact && after.head !== head);
  });
});

Deno.test("Audit.verify: ends when it is aborted", async () => {
  await inCatalog(async (audit) => {
    await assert.rejects(audit.verify(AbortSignal.abort()), { name: "AbortError" });
  });
});

Deno.test("Audit.record: hostile texts stay one bounded line that verifies, and secrets are hidden", async () => {
  await inCatalog(async (audit) => {
    const line = await audit.record({
      actor: "user:\u0000eve\r\n2026-01-01 user:root signIn ok\u202e",
      address: "9".repeat(5_000),
      action: "\ud800x",
      subject: "s".repeat(499) + "😀",
      details: {
        password: "hunter2",
        newSecret: "s3",
        note: `got sg_${"A".repeat(43)}`,
        big: "x".repeat(10_000),
      },
      result: "y".repeat(100),
    });
    assert.equal(line.actor, "user:\\x00eve\\x0d\\x0a2026-01-01 user:root signIn ok\\u{202e}");
    assert.ok(line.address.length <= 100 && line.subject.length <= 500 && line.result.length <= 20);
    assert.doesNotMatch(line.details, /hunter2|s3|sg_A/);
    assert.ok(line.details.length < 4_000);
    const huge = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`field ${i}`, "v".repeat(400)]));
    assert.ok((await audit.record({ ...act("a"), details: huge })).details.length < 4_000);
    assert.deepEqual((await audit.verify()).lines, 2);
  });
});

Deno.test("Audit.record: what cannot be written is an error, and leaves no gap", async () => {
  await inCatalog(async (audit, _, tamper) => {
    await audit.record(act("a"));
    await tamper("CREATE TRIGGER full BEFORE INSERT ON audit_entry BEGIN SELECT raise(ABORT, 'full'); END");
    await assert.rejects(audit.record(act("b")), (error) => isSgError(error, "SG1034"));
    await tamper("DROP TRIGGER full");
    await audit.record(act("c"));
    assert.deepEqual((await audit.verify()).lines, 2);
  });
});
