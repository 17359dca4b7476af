// Copyright the SpareGrid authors. Apache-2.0.
// Speed and memory of the blob table: deno run -A --no-check test/bench/blob_table.ts [blobs, default 10 million]
// The target: ten million blobs in at most 700 MB.
import { systemRandom } from "../../mod/base/mod.ts";
import { BlobTable } from "../../mod/repository/mod.ts";

const blobs = Number(Deno.args[0] ?? 10_000_000);
const before = Deno.memoryUsage().rss;
const table = BlobTable.create({ random: systemRandom });
const id = new Uint8Array(32);
const words = new Uint32Array(id.buffer);

/** Another ID for each number, spread like a hash. */
function setId(n: number): void {
  let mixed = n + 1;
  for (let i = 0; i < 8; i++) {
    mixed = Math.imul(mixed ^ mixed >>> 15, 0x2c1b3c6d) + i;
    words[i] = mixed ^ Math.imul(n, 0x9e3779b1);
  }
}

function time(what: string, work: (n: number) => void): void {
  const start = performance.now();
  for (let n = 0; n < blobs; n++) work(n);
  const perSecond = blobs / (performance.now() - start) * 1000;
  console.log(`${what}: ${(perSecond / 1e6).toFixed(2)} million a second`);
}

time("claim and settle", (n) => {
  setId(n);
  table.claim("data", id);
  table.settle("data", id, 0, n >> 4, n & 0xffff, 100, 200);
});
time("find what is there", (n) => {
  setId(n);
  if (table.find("data", id) < 0) throw new Error("lost");
});
time("find what is not there", (n) => {
  setId(n + blobs);
  table.find("data", id);
});
console.log(`${table.count} blobs: ${((Deno.memoryUsage().rss - before) / 1e6).toFixed(0)} MB`);
