// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { systemClock } from "../../../mod/base/mod.ts";
import { openCatalog } from "../../../mod/catalog/mod.ts";
import { openFileSystem } from "../../../mod/platform/mod.ts";

Deno.test("audit queries: pages go back from the newest line, filtered, and the chain is read in order", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await using catalog = await openCatalog({ fs: openFileSystem(), clock: systemClock, folder });
    assert.equal(await catalog.audit.last(), undefined);
    for (let sequence = 1; sequence <= 9; sequence++) {
      await catalog.audit.append({
        ...{ sequence, at: sequence * 10, actor: sequence % 2 ? "user:ann" : "system", address: "::1" },
        ...{ action: sequence % 3 ? "signIn" : "startRun", subject: "", details: "{}", result: "ok" },
        ...{ previousHash: `${sequence - 1}`, hash: `${sequence}` },
      });
    }
    const numbers = async (rows: Promise<{ sequence: number }[]>) => (await rows).map((row) => row.sequence);
    assert.equal((await catalog.audit.last())?.sequence, 9);
    assert.deepEqual(await numbers(catalog.audit.page({}, 3)), [9, 8, 7]);
    assert.deepEqual(await numbers(catalog.audit.page({}, 3, 7)), [6, 5, 4]);
    assert.deepEqual(await numbers(catalog.audit.page({ actor: "user:ann", action: "startRun" }, 5)), [9, 3]);
    assert.deepEqual(await numbers(catalog.audit.page({ since: 30, until: 60 }, 5)), [5, 4, 3]);
    assert.deepEqual(await numbers(catalog.audit.following(7, 5)), [8, 9]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
