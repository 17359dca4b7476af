// Copyright the SpareGrid authors. Apache-2.0.
// A folder of so many entries that its tree is compressed piece by piece: restic takes it for any other.
import assert from "node:assert/strict";
import {
  assertResticAgrees,
  assertSameListing,
  sharedRepository,
  testWithRestic,
} from "../kit/both_programs.ts";

/** Their nodes take some 24 MB. */
const FILES = 50_000;
/** Makes names long, and so the tree with fewer files. */
const LONG = "n".repeat(200);
const fileName = (n: number) => `${LONG}-${n}`;

testWithRestic(
  "restic agrees with a backup of a folder of very many entries, and with what is changed in it",
  async () => {
    await using both = await sharedRepository();
    const source = both.at("source");
    await Deno.mkdir(`${source}/many`, { recursive: true });
    for (let n = 0; n < FILES; n++) {
      Deno.writeTextFileSync(
        `${source}/many/${fileName(n)}`,
        n % 50 === 0 ? `${n}` : "",
      );
    }
    await both.init("sparegrid");
    const ids = [String((await both.backup([source]))["snapshot_id"])];
    await Deno.writeTextFile(`${source}/many/${fileName(FILES - 1)}`, "changed");
    await Deno.remove(`${source}/many/${fileName(7)}`);
    const second = await both.backup([source]);
    assert.deepEqual([second["files_changed"], second["files_unmodified"]], [1, FILES - 2]);
    ids.push(String(second["snapshot_id"]));
    const third = await both.backup([source]);
    assert.equal(third["files_unmodified"], FILES - 1);
    // The folders above may have changed meanwhile.
    assert.ok(Number(third["data_added"]) < 10_000, "the long tree is not stored again");
    await assertResticAgrees(both, [{ id: ids[1]!, trees: { [source]: source } }]);
    for (const id of ids) await assertSameListing(both, id);
    // The runtime's zstd stops behind the first frame unless it is told of the others.
    const portable = { env: { SPAREGRID_NO_NATIVE: "1" } };
    const { out } = await both.sparegrid(["ls", ids[1]!], portable);
    assert.equal(out.split("\n").filter((line) => line.includes(LONG)).length, FILES - 1);
    await both.sparegrid(["check", "--read-data"], portable);
  },
);
