// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { createClient } from "@libsql/client";
import { systemClock } from "../../../mod/base/mod.ts";
import { type Catalog, openCatalog } from "../../../mod/catalog/mod.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import { openFileSystem } from "../../../mod/platform/mod.ts";

const fs = openFileSystem();

async function inFolder(act: (folder: string, open: () => Promise<Catalog>) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await act(folder, () => openCatalog({ fs, clock: systemClock, folder: `${folder}/data ü#1` }));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("openCatalog: what was written is there after closing and opening", async () => {
  await inFolder(async (_, open) => {
    {
      await using catalog = await open();
      assert.equal(await catalog.settings.get("x"), undefined);
      await catalog.settings.set("x", { deep: [1, "ä"] });
      await catalog.settings.set("x", { deep: [2, "ä"] });
      assert.deepEqual(await catalog.settings.get("x"), { deep: [2, "ä"] });
    }
    await using catalog = await open();
    assert.deepEqual(await catalog.settings.all(), { x: { deep: [2, "ä"] } });
    assert.equal(catalog.setAside, undefined);
  });
});

Deno.test("openCatalog: a damaged file is set aside with its journal, and a new one begun", async () => {
  await inFolder(async (folder, open) => {
    {
      await using catalog = await open();
      for (let i = 0; i < 200; i++) await catalog.settings.set(`key ${i}`, "value ".repeat(100));
    }
    const path = `${folder}/data ü#1/catalog.db`;
    const bytes = await Deno.readFile(path);
    for (let at = 4096; at < bytes.length; at += 1024) bytes.fill(0xa5, at, at + 200);
    await Deno.writeFile(path, bytes);
    await using catalog = await open();
    assert.match(catalog.setAside ?? "", /catalog\.db\.damaged-\d+$/);
    assert.deepEqual(await Deno.readFile(catalog.setAside!), bytes);
    assert.deepEqual(await catalog.settings.all(), {});
    await catalog.settings.set("new", 1);
  });
});

Deno.test("openCatalog: a file that is no database is set aside", async () => {
  await inFolder(async (folder, open) => {
    await Deno.mkdir(`${folder}/data ü#1`);
    await Deno.writeTextFile(`${folder}/data ü#1/catalog.db`, "this is no database ".repeat(500));
    await using catalog = await open();
    assert.ok(catalog.setAside);
    await catalog.settings.set("new", 1);
  });
});

Deno.test("openCatalog: the file of a newer program is refused and left as it is", async () => {
  await inFolder(async (folder, open) => {
    await (await open())[Symbol.asyncDispose]();
    const client = createClient({
      url: `file:${encodeURIComponent(folder + "/data ü#1")}/catalog.db`.replaceAll("%2F", "/"),
    });
    await client.execute("INSERT INTO migration VALUES (9999, 'from the future')");
    client.close();
    await assert.rejects(
      open(),
      (error) => isSgError(error, "SG1034") && error.message.includes("version 9999"),
    );
  });
});

Deno.test("Catalog: a failing write changes nothing, says why without values, and the next one works", async () => {
  await inFolder(async (_, open) => {
    await using catalog = await open();
    const row = {
      ...{ sequence: 1, at: 5, actor: "system", address: "", action: "start", subject: "secret-subject" },
      ...{ details: "{}", result: "ok", previousHash: "", hash: "a" },
    };
    await catalog.audit.append(row);
    await assert.rejects(
      catalog.audit.append(row),
      (error) => isSgError(error, "SG1034") && !error.message.includes("secret-subject"),
    );
    await catalog.audit.append({ ...row, sequence: 2 });
    assert.equal((await catalog.audit.last())?.sequence, 2);
  });
});

Deno.test("Catalog: many writes and reads at once are all answered, in any order", async () => {
  await inFolder(async (_, open) => {
    await using catalog = await open();
    const writes = Array.from({ length: 200 }, (_, i) => catalog.settings.set(`${i % 20}`, i));
    const reads = Array.from({ length: 200 }, (_, i) => catalog.settings.get(`${i % 20}`));
    await Promise.all([...writes, ...reads]);
    assert.deepEqual(
      await catalog.settings.all(),
      Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`${i}`, 180 + i])),
    );
  });
});

Deno.test("Catalog: closing waits for what was asked, and then refuses", async () => {
  await inFolder(async (_, open) => {
    const catalog = await open();
    const written = catalog.settings.set("x", 1);
    await catalog[Symbol.asyncDispose]();
    await written;
    await assert.rejects(catalog.settings.get("x"), (error) => isSgError(error, "SG1034"));
    await using again = await open();
    assert.equal(await again.settings.get("x"), 1);
  });
});

Deno.test("openCatalog: only the owner can read the file and its journals, also where it was open to others", async () => {
  await inFolder(async (folder, open) => {
    const modes = () =>
      [...Deno.readDirSync(`${folder}/data ü#1`)].map(({ name }) =>
        `${name} ${(Deno.statSync(`${folder}/data ü#1/${name}`).mode! & 0o777).toString(8)}`
      ).sort();
    {
      await using catalog = await open();
      await catalog.settings.set("x", 1);
      assert.deepEqual(modes(), ["catalog.db 600", "catalog.db-shm 600", "catalog.db-wal 600"]);
    }
    Deno.chmodSync(`${folder}/data ü#1/catalog.db`, 0o644);
    await using catalog = await open();
    await catalog.settings.set("x", 2);
    assert.deepEqual(modes(), ["catalog.db 600", "catalog.db-shm 600", "catalog.db-wal 600"]);
  });
});
