// Copyright the SpareGrid authors. Apache-2.0.
import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { type BlobId, systemRandom } from "../../../mod/base/mod.ts";
import type { BlobType } from "../../../mod/format/mod.ts";
import { BlobTable } from "../../../mod/repository/blob_table.ts";

const random = systemRandom;

function idOf(n: number): Uint8Array<ArrayBuffer> {
  const id = new Uint8Array(32);
  new DataView(id.buffer).setUint32(0, n);
  new DataView(id.buffer).setUint32(28, Math.imul(n, 2654435761));
  return id;
}

Deno.test("BlobTable claim gives a blob to the first asker only, and settle gives it its place", () => {
  const table = BlobTable.create({ random });
  strictEqual(table.claim("data", idOf(1)), true);
  strictEqual(table.claim("data", idOf(1)), false);
  strictEqual(table.claim("tree", idOf(1)), true, "types are apart");
  strictEqual(table.pendingCount, 2);
  const entry = table.find("data", idOf(1));
  strictEqual(table.isPending(entry), true);
  table.settle("data", idOf(1), 0, 7, 100, 200, 300);
  strictEqual(table.pendingCount, 1);
  strictEqual(table.isPending(entry), false);
  deepStrictEqual(
    [table.packOf(entry), table.offsetOf(entry), table.lengthOf(entry), table.uncompressedOf(entry)],
    [7, 100, 200, 300],
  );
  strictEqual(table.typeOf(entry), "data");
  strictEqual(table.typeOf(table.find("tree", idOf(1))), "tree");
});

Deno.test("BlobTable reads IDs at an offset, as bytes and as text, and gives them back", () => {
  const table = BlobTable.create({ random });
  const ids = random.bytes(96);
  const hex = ids.subarray(32, 64).toHex() as BlobId;
  table.claim("data", ids, 32);
  const entry = table.findHex("data", hex);
  strictEqual(entry, table.find("data", ids.slice(32, 64)));
  strictEqual(table.idOf(entry), hex);
  strictEqual(table.find("data", ids, 31), -1);
});

Deno.test("BlobTable keeps further copies of a blob and the same place only once", () => {
  const table = BlobTable.create({ random });
  const id = idOf(5).toHex() as BlobId;
  strictEqual(table.addHex("data", id, 1, 0, 50, 0), true);
  strictEqual(table.addHex("data", id, 1, 0, 50, 0), false);
  strictEqual(table.addHex("data", id, 2, 0, 60, 0), true);
  strictEqual(table.addHex("data", id, 1, 50, 70, 0), true);
  const lengths: number[] = [];
  for (let e = table.findHex("data", id); e >= 0; e = table.findNext(e)) lengths.push(table.lengthOf(e));
  deepStrictEqual(lengths, [50, 60, 70]);
  strictEqual(table.count, 3);
});

Deno.test("BlobTable agrees with a plain map over any sequence of calls", () => {
  const step = fc.record({
    act: fc.constantFrom("claim", "settle", "add", "find"),
    n: fc.nat(40),
    type: fc.constantFrom<BlobType>("data", "tree"),
  });
  fc.assert(fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
    const table = BlobTable.create({ random });
    const model = new Map<string, { pending: boolean; places: string[] }>();
    let place = 0;
    for (const { act, n, type } of steps) {
      const key = `${type}${n}`;
      const known = model.get(key);
      if (act === "find") strictEqual(table.find(type, idOf(n)) >= 0, known !== undefined);
      else if (act === "claim") {
        strictEqual(table.claim(type, idOf(n)), known === undefined);
        if (!known) model.set(key, { pending: true, places: [] });
      } else {
        place++;
        if (act === "settle") table.settle(type, idOf(n), 0, place, 1, 2, 3);
        else table.addHex(type, idOf(n).toHex() as BlobId, place, 1, 2, 3);
        const entry = known ?? { pending: false, places: [] };
        if (act === "settle") entry.pending = false;
        entry.places.push(String(place));
        model.set(key, entry);
      }
    }
    for (const [key, { pending, places }] of model) {
      const found: string[] = [];
      let waits = false;
      for (
        let e = table.find(key.slice(0, 4) as BlobType, idOf(Number(key.slice(4))));
        e >= 0;
        e = table.findNext(e)
      ) {
        if (table.isPending(e)) waits = true;
        else found.push(String(table.packOf(e)));
      }
      strictEqual(waits, pending);
      deepStrictEqual(found.sort(), [...places].sort());
    }
  }));
});

Deno.test("BlobTable grows far beyond its first size and loses nothing", () => {
  const table = BlobTable.create({ random });
  const count = 60_000;
  for (let n = 0; n < count; n++) {
    table.claim("data", idOf(n));
    table.settle("data", idOf(n), 0, n & 1023, n, 2, 0);
  }
  strictEqual(table.count, count);
  for (let n = 0; n < count; n++) strictEqual(table.offsetOf(table.find("data", idOf(n))), n);
  strictEqual(table.find("data", idOf(count)), -1);
  let seen = 0;
  table.eachEntry(() => seen++);
  strictEqual(seen, count);
});

Deno.test("BlobTable refuses more blobs than it has address space for", () => {
  const table = BlobTable.create({ random, blobsMax: 2000 });
  for (let n = 0; n < 2000; n++) table.claim("data", idOf(n));
  throws(() => table.claim("data", idOf(2000)), { code: "SG1017" });
  strictEqual(table.find("data", idOf(1999)) >= 0, true);
  strictEqual(table.claim("data", idOf(7)), false, "the lock was given back");
});

Deno.test("BlobTable gives each blob to exactly one of several threads while it grows", async () => {
  const table = BlobTable.create({ random });
  const blobs = 100_003;
  const gate = new SharedArrayBuffer(4);
  const workers = Array.from(
    { length: 3 },
    () => new Worker(new URL("./blob_table_claimer.ts", import.meta.url), { type: "module" }),
  );
  try {
    const claims = await Promise.all(
      workers.map((worker, lane) =>
        new Promise<number[]>((resolve, reject) => {
          worker.onmessage = (event) => resolve(event.data);
          worker.onerror = (event) => reject(new Error(event.message));
          worker.postMessage({ handle: table.handle, blobs, lane, gate });
        })
      ),
    );
    const all = claims.flat().sort((a, b) => a - b);
    deepStrictEqual(all, Array.from({ length: blobs }, (_, n) => n));
    strictEqual(
      claims.filter((mine) => mine.length > 0).length > 1,
      true,
      "more than one thread had a share",
    );
    strictEqual(table.count, blobs);
    strictEqual(table.pendingCount, 0);
    for (let n = 0; n < blobs; n += 7) {
      const entry = table.find("data", idOf(n));
      strictEqual(table.isPending(entry), false);
      strictEqual(table.offsetOf(entry), n);
    }
  } finally {
    for (const worker of workers) worker.terminate();
  }
});

Deno.test("BlobTable.clear leaves an empty table that all threads see, and that grows as before", () => {
  const table = BlobTable.create({ random: systemRandom });
  const other = BlobTable.attach(table.handle);
  for (let round = 0; round < 3; round++) {
    for (let n = 0; n < 5000; n++) table.settle("data", idOf(n), 0, n, 1, 2, 3);
    strictEqual(other.claim("tree", idOf(1)), true);
    ok(other.find("data", idOf(4999)) >= 0);
    table.clear();
    deepStrictEqual([other.count, other.pendingCount, other.find("data", idOf(7))], [0, 0, -1]);
  }
  strictEqual(other.claim("data", idOf(7)), true);
  ok(table.find("data", idOf(7)) >= 0);
});
