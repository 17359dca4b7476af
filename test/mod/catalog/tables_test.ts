// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { createClient } from "@libsql/client";
import { getTableConfig, SQLiteTable } from "drizzle-orm/sqlite-core";
import { migrate } from "../../../mod/catalog/database.ts";
import { MIGRATIONS } from "../../../mod/catalog/migrations.ts";
import * as tables from "../../../mod/catalog/tables.ts";

interface Shape {
  readonly columns: Readonly<Record<string, { type: string; notNull: boolean }>>;
  readonly key: readonly string[];
  readonly indexes: Readonly<Record<string, { unique: boolean; columns: readonly string[] }>>;
  readonly references: readonly string[];
}

/** The tables as drizzle describes them. */
function described(): Record<string, Shape> {
  const shapes: Record<string, Shape> = {};
  for (const table of Object.values(tables)) {
    if (!(table instanceof SQLiteTable)) continue;
    const { name, columns, primaryKeys, indexes, foreignKeys } = getTableConfig(table);
    const keys = columns.filter((column) => column.primary).map((column) => column.name);
    shapes[name] = {
      columns: Object.fromEntries(
        columns.map((column) => [
          column.name,
          { type: column.getSQLType(), notNull: column.notNull || column.primary },
        ]),
      ),
      key: primaryKeys.length > 0 ? primaryKeys[0]!.columns.map((column) => column.name) : keys,
      indexes: Object.fromEntries(
        indexes.map(({ config }) => [
          config.name,
          {
            unique: config.unique,
            columns: config.columns.map((column) => (column as { name: string }).name),
          },
        ]),
      ),
      references: foreignKeys.map((foreign) => {
        const { columns, foreignTable } = foreign.reference();
        return `${columns[0]!.name} -> ${getTableConfig(foreignTable).name} ${foreign.onDelete}`;
      }).sort(),
    };
  }
  return shapes;
}

/** The tables as the migrations make them, from nothing. */
async function made(): Promise<Record<string, Shape>> {
  const client = createClient({ url: "file::memory:", concurrency: 1 });
  await migrate(client);
  const rows = async (sql: string) => (await client.execute(sql)).rows;
  const shapes: Record<string, Shape> = {};
  const names = (await rows("SELECT name FROM sqlite_master WHERE type = 'table'")).map((row) =>
    String(row[0])
  );
  for (const name of names.filter((name) => name !== "migration" && !/^sqlite_|^file_name/.test(name))) {
    const columns = await rows(`PRAGMA table_info(${name})`);
    const indexes: Record<string, { unique: boolean; columns: string[] }> = {};
    for (const index of await rows(`PRAGMA index_list(${name})`)) {
      if (index["origin"] !== "c") continue;
      const inside = await rows(`PRAGMA index_info(${index["name"]})`);
      indexes[String(index["name"])] = {
        unique: index["unique"] === 1,
        columns: inside.map((row) => String(row["name"])),
      };
    }
    shapes[name] = {
      columns: Object.fromEntries(
        columns.map((row) => [row["name"], {
          type: String(row["type"]).toLowerCase(),
          notNull: row["notnull"] === 1 || Number(row["pk"]) > 0,
        }]),
      ),
      key: columns.filter((row) => Number(row["pk"]) > 0).sort((a, b) => Number(a["pk"]) - Number(b["pk"]))
        .map((row) => String(row["name"])),
      indexes,
      references: (await rows(`PRAGMA foreign_key_list(${name})`)).map((row) =>
        `${row["from"]} -> ${row["table"]} ${String(row["on_delete"]).toLowerCase()}`
      ).sort(),
    };
  }
  client.close();
  return shapes;
}

Deno.test("tables: the migrations, replayed from nothing, make just what drizzle describes", async () => {
  assert.deepEqual(await made(), described());
});

Deno.test("migrate: is done once, and each step is one transaction", async () => {
  const client = createClient({ url: "file::memory:", concurrency: 1 });
  await migrate(client);
  await client.execute("INSERT INTO setting VALUES ('x', '1')");
  await migrate(client);
  const { rows } = await client.execute("SELECT number, name FROM migration ORDER BY number");
  assert.deepEqual(rows.map((row) => row["name"]), MIGRATIONS.map(({ name }) => name));
  assert.equal((await client.execute("SELECT count(*) FROM setting")).rows[0]![0], 1);
  client.close();
});
