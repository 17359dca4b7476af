// Copyright the SpareGrid authors. Apache-2.0.
// F12: each single bit of a repository the other way round, one after the other (some 200,000), against the judges that a
// check and a restore rely on. Whole runs over a part of them are in flipped_bits_test.ts.
import assert from "node:assert/strict";
import type { PackId } from "../../mod/base/mod.ts";
import { isSgError } from "../../mod/errors/mod.ts";
import { verifyPack } from "../../mod/repository/mod.ts";
import { RepositoryFiles } from "../../mod/repository/repository_files.ts";
import { MemoryStorage } from "../../mod/storage/mod.ts";
import { DamageBench } from "../kit/damage_bench.ts";
import { SeededRandom } from "../kit/seeded_random.ts";

const bench = await DamageBench.made();
const stage = await bench.stage({ label: "nothing", edited: new Map() });
const session = await stage.open();
const { repository } = session;

for (const type of ["data", "tree"] as const) {
  Deno.test(`verifyPack and BlobReader.open refuse any flipped bit of a pack of ${type}`, async () => {
    const packs = new Set(bench.blobs.filter((blob) => blob.type === type).map(({ pack }) => pack));
    for (const pack of packs) await flipEachBit(pack as PackId);
  });
}

async function flipEachBit(pack: PackId): Promise<void> {
  const { reader } = repository;
  const listed = bench.blobs.filter((blob) => blob.pack === pack);
  const bytes = bench.files.get(`data/${pack}`)!.slice();
  for (let bit = 0; bit < 8 * bytes.length; bit++) {
    const at = bit >> 3;
    bytes[at]! ^= 1 << (bit & 7);
    const where = `bit ${bit & 7} of byte ${at} of pack ${pack}`;
    // The name alone would do for a check; what restores is proved blob by blob.
    const findings = bit % 8 === at % 8 ? await verifyPack(reader, pack, bytes, listed) : undefined;
    if (findings) assert.ok(findings.some((finding) => finding.includes(pack)), where);
    const hit = listed.find(({ offset, length }) => at >= offset && at < offset + length);
    if (hit) {
      const sealed = bytes.subarray(hit.offset, hit.offset + hit.length);
      for (const open of ["open", "openBriefly"] as const) {
        assert.throws(
          () => reader[open](hit.type, hit.id, sealed, hit.uncompressedLength),
          (error) => isSgError(error, "SG1005") && error.message.includes(hit.id),
          where,
        );
      }
      if (findings) assert.ok(findings.some((finding) => finding.includes(hit.id)), where);
    }
    bytes[at]! ^= 1 << (bit & 7);
  }
}

/** A storage that gives the same bytes, whatever is asked for. */
class OneFile extends MemoryStorage {
  bytes = new Uint8Array(0);

  override load(): Promise<Uint8Array<ArrayBuffer>> {
    return Promise.resolve(this.bytes);
  }
}

for (const type of ["index", "snapshots"] as const) {
  Deno.test(`RepositoryFiles.load and Sealer.open refuse any flipped bit of ${type}`, async () => {
    const storage = new OneFile();
    const { masterKey } = repository.readerSeed();
    const files = new RepositoryFiles(storage, masterKey, 2, new SeededRandom(1));
    for (const [file, whole] of bench.files) {
      if (!file.startsWith(`${type}/`)) continue;
      const bytes = storage.bytes = whole.slice();
      const stored = { name: file.slice(type.length + 1), size: bytes.length };
      for (let bit = 0; bit < 8 * bytes.length; bit++) {
        bytes[bit >> 3]! ^= 1 << (bit & 7);
        const named = (error: unknown) => isSgError(error, "SG1005") && error.message.includes(file);
        await assert.rejects(files.load(type, stored), named, `bit ${bit} of ${file}`);
        assert.throws(() => files.sealer.open(bytes), { code: "SG1005" }, `bit ${bit} of ${file}`);
        bytes[bit >> 3]! ^= 1 << (bit & 7);
      }
    }
  });
}
