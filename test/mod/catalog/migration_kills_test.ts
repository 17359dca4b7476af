// Copyright the SpareGrid authors. Apache-2.0.
// The program is killed at the changes that it makes to its catalog while it brings it to this version, from nothing and from a
// filled one of the first version (here at a share of them; at all with SPAREGRID_KILL_ALL=1): the next start
// finds it whole, at one version, with every row.
import { createClient } from "@libsql/client";
import assert from "node:assert/strict";
import { systemClock } from "../../../mod/base/mod.ts";
import { openCatalog } from "../../../mod/catalog/mod.ts";
import { MIGRATIONS } from "../../../mod/catalog/migrations.ts";
import { openFileSystem } from "../../../mod/platform/mod.ts";
import { copyPlace, quickScratch } from "../../kit/crash_place.ts";
import { drawn, together } from "../../kit/crash_points.ts";
import { type FaultMode, FaultShim, takeReport } from "../../kit/fault_shim.ts";
import { SeededRandom } from "../../kit/seeded_random.ts";

const VICTIM = new URL("../../kit/catalog_victim.ts", import.meta.url).pathname;
const POINTS = Deno.env.get("SPAREGRID_KILL_ALL") === "1" ? 0 : 24;
/** Rows of each filled table. */
const ROWS = 2_000;
const NUMBERS = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS})`;
const FILLING = [
  `INSERT INTO account (id, state, label, secret, append_only, retention_lock_days, created_at)
    VALUES ('pc', 'active', 'x', x'00', 0, 0, 1)`,
  "INSERT INTO store VALUES ('pc', 'home', 1, 1)",
  `${NUMBERS} INSERT INTO setting SELECT 'key ' || i, i FROM n`,
  `${NUMBERS} INSERT INTO stored_file SELECT 'pc', 'home', 'data', printf('%064d', i), i, i, 1, NULL, NULL FROM n`,
  `${NUMBERS} INSERT INTO run (kind, state, order_json, ordered_by, queued_at, attempt, problems)
    SELECT 'backup', 'done', '{}', 'x', i, 1, 0 FROM n`,
];
const FILLED = ["setting", "stored_file", "run"];

/** A catalog of the first version with rows. */
async function makeOld(folder: string): Promise<void> {
  await Deno.mkdir(folder);
  const client = createClient({ url: `file:${folder}/catalog.db` });
  try {
    await client.execute("PRAGMA journal_mode = WAL");
    const [first] = MIGRATIONS;
    await client.batch([
      "CREATE TABLE migration (number integer PRIMARY KEY NOT NULL, name text NOT NULL)",
      ...[...first!.statements, ...FILLING].map((sql) => ({ sql, args: [] })),
      { sql: "INSERT INTO migration VALUES (1, ?)", args: [first!.name] },
    ], "write");
  } finally {
    client.close();
  }
}

/** Opens it in another process, which is killed at its `at`-th change; gives how many there were, and whether it came to its end. */
async function opened(shim: FaultShim, folder: string, mode: FaultMode, at: number) {
  const report = `${folder}.report`;
  const { signal, code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--cached-only", VICTIM, folder],
    env: shim.env(report, { paths: [folder], mode, at }),
  }).output();
  assert.ok(code === 0 || signal === "SIGKILL", new TextDecoder().decode(stderr));
  return { ...await takeReport(report), open: new TextDecoder().decode(stdout) === "open\n" };
}

/** The next start finds it whole and finishes; each row is there once. */
async function judge(folder: string, rows: number): Promise<void> {
  {
    await using catalog = await openCatalog({ fs: openFileSystem(), clock: systemClock, folder });
    assert.equal(catalog.setAside, undefined, "it is not damaged");
  }
  const client = createClient({ url: `file:${folder}/catalog.db` });
  try {
    const one = async (sql: string) => (await client.execute(sql)).rows[0]![0];
    assert.equal(await one("PRAGMA integrity_check"), "ok");
    assert.equal(await one("SELECT count(*) FROM migration"), MIGRATIONS.length);
    assert.equal(await one("SELECT max(number) FROM migration"), MIGRATIONS.length);
    for (const table of FILLED) assert.equal(await one(`SELECT count(*) FROM ${table}`), rows, table);
  } finally {
    client.close();
  }
}

for (const [from, rows] of [["nothing", 0], ["a filled catalog of the first version", ROWS]] as const) {
  Deno.test({
    name:
      `catalog: killed at any change of a migration from ${from}, the next start finishes it with every row`,
    ignore: Deno.build.os !== "linux",
    fn: async () => {
      await using shim = await FaultShim.build();
      await using top = await quickScratch();
      const ground = `${top.path}/ground`;
      if (rows > 0) await makeOld(ground);
      else await Deno.mkdir(ground);
      const place = (name: string) => {
        copyPlace(ground, `${top.path}/${name}`);
        return `${top.path}/${name}`;
      };
      const whole = place("whole");
      const { operations, open } = await opened(shim, whole, "count", 0);
      assert.ok(open && operations > 20, `only ${operations} changes`);
      await judge(whole, rows);
      let hit = 0, tried = 0;
      const points = drawn(new SeededRandom(7), operations, POINTS);
      await together(points, async (at) => {
        const mode = ++tried % 2 === 0 ? "torn" : "kill";
        const folder = place(`at-${at}`);
        const { faults, first } = await opened(shim, folder, mode, at);
        if (faults > 0) hit++;
        try {
          await judge(folder, rows);
        } catch (error) {
          throw new Error(`${mode} at change ${at} of ${operations}: ${first}`, { cause: error });
        }
        await Deno.remove(folder, { recursive: true });
      });
      assert.equal(tried, points.length);
      // Runs differ in how many pages they write when.
      assert.ok(hit > points.length / 2, `only ${hit} of ${points.length} were killed`);
    },
  });
}
