// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import {
  type BlobId,
  silentLog,
  type SnapshotId,
  systemClock,
  utf8,
  utf8Text,
} from "../../../mod/base/mod.ts";
import { type FileVersion, Search, SearchIndex, SnapshotBook } from "../../../mod/client/mod.ts";
import type { FolderSource } from "../../../mod/client/search_index.ts";
import { openFolder } from "../../../mod/client/tree_folder.ts";
import type { Repository } from "../../../mod/repository/mod.ts";
import { walkTree } from "../../../mod/restorer/mod.ts";
import { PatternSet } from "../../../mod/source/mod.ts";
import { ClientStage } from "../../kit/client_stage.ts";
import { type Draft, DraftSaver, initRepository } from "../../kit/repository.ts";
import { SeededRandom } from "../../kit/seeded_random.ts";
import { randomBelow } from "../../../mod/base/mod.ts";

const SECOND = 1_000_000_000n;

/** A repository in memory whose snapshots are taken into the index of a real catalog. */
class IndexBench {
  readonly snapshots: SnapshotId[] = [];
  /** Folders that were read. */
  read = 0;
  /** Reading the n-th folder fails. */
  failAt = Infinity;
  #second = 0;
  readonly book: SnapshotBook;
  readonly index: SearchIndex;
  readonly search: Search;

  constructor(
    readonly stage: ClientStage,
    readonly place: { readonly setId: string; readonly destinationId: string },
    readonly repository: Repository,
    readonly saver = new DraftSaver(repository),
  ) {
    const { catalog } = stage;
    this.book = new SnapshotBook(catalog);
    this.search = new Search(catalog);
    const source: FolderSource = {
      folder: async (tree, signal) => {
        if (++this.read === this.failAt) throw new Error("a fault of the test");
        return await openFolder(await repository.loadBlob("tree", tree as BlobId), tree, signal);
      },
      hash: (bytes) => repository.blobId(bytes),
    };
    this.index = new SearchIndex({
      ...{ catalog, clock: systemClock, log: silentLog, changesMax: 3 },
      read: (_place, _signal, work) => work(source),
    });
  }

  static async open(stage: ClientStage): Promise<IndexBench> {
    const setId = await stage.set("home", { "a": "x" });
    const { destinationId } = (await stage.sets.get(setId)).destinations[0]!;
    return new IndexBench(stage, { setId, destinationId }, await initRepository());
  }

  async snapshot(draft: Draft): Promise<void> {
    const time = BigInt(++this.#second) * SECOND;
    this.snapshots.push(await this.saver.snapshot(draft, { time, paths: ["/x"] }));
    await this.refresh();
  }

  async refresh(): Promise<void> {
    await this.book.refresh(this.place, this.repository, this.stage.signal);
  }

  async forget(at: number): Promise<void> {
    await this.repository.removeSnapshots(this.snapshots.splice(at, 1));
    await this.refresh();
  }

  async update(): Promise<void> {
    await this.index.update(this.place, this.stage.signal);
  }

  /** All that a search finds, page by page. */
  async found(pattern: string, ignoreCase = false, limit = 3): Promise<FileVersion[]> {
    const rows: FileVersion[] = [];
    let after: string | undefined;
    for (;;) {
      const page = await this.search.search({ pattern, ignoreCase }, {
        limit,
        ...(after === undefined ? {} : { after }),
      }, this.stage.signal);
      rows.push(...page.rows);
      if (!page.more) return rows;
      after = page.cursors.at(-1)!;
    }
  }

  /** `snapshot path` of each find, in each snapshot that holds it. */
  async foundIn(pattern: string, ignoreCase: boolean): Promise<string[]> {
    const out: string[] = [];
    for (
      const { path, firstSnapshot, lastSnapshot, snapshotCount } of await this.found(pattern, ignoreCase)
    ) {
      const from = this.snapshots.indexOf(firstSnapshot.id as SnapshotId);
      const to = this.snapshots.indexOf(lastSnapshot.id as SnapshotId);
      assert.equal(to - from + 1, snapshotCount);
      for (let at = from; at <= to; at++) out.push(`${at} ${utf8Text(path)}`);
    }
    return out.sort();
  }

  /** The same by walking all snapshots, as `find` does. */
  async walked(pattern: string, ignoreCase: boolean): Promise<string[]> {
    const patterns = new PatternSet([pattern], { ignoreCase });
    const out: string[] = [];
    for (const [at, id] of this.snapshots.entries()) {
      const { snapshot } = await this.repository.findSnapshot(id);
      for await (
        const { path, node } of walkTree(this.repository, snapshot.tree, { signal: this.stage.signal })
      ) {
        if (patterns.match(path, node.type === "dir") === "in") out.push(`${at} ${utf8Text(path)}`);
      }
    }
    return out.sort();
  }
}

const PATTERNS = [
  "a",
  "*",
  "b*",
  "*.txt",
  "?b",
  "[ab]",
  "[!ab]*",
  "ab.txt",
  "*a*",
  "deep",
  "AB.TXT",
  "no such",
];

async function assertSame(bench: IndexBench, what: string): Promise<void> {
  for (const pattern of PATTERNS) {
    for (const ignoreCase of [false, true]) {
      assert.deepEqual(
        await bench.foundIn(pattern, ignoreCase),
        await bench.walked(pattern, ignoreCase),
        `${what}: ${pattern}${ignoreCase ? " (any case)" : ""}`,
      );
    }
  }
}

Deno.test("SearchIndex: a search finds what a walk of all snapshots finds, after any changes, removals and failures", async () => {
  for (let seed = 1; seed <= 6; seed++) {
    await using stage = await ClientStage.open();
    const random = new SeededRandom(seed);
    const bench = await IndexBench.open(stage);
    let draft: Draft = {};
    for (let round = 0; round < 25; round++) {
      draft = mutated(draft, random, 3);
      await bench.snapshot(draft);
      if (randomBelow(random, 3) === 0) {
        bench.failAt = bench.read + 1 + randomBelow(random, 4);
        await bench.update().catch(() => {});
        bench.failAt = Infinity;
        // The one that was half taken in may be gone before it is taken in.
        if (randomBelow(random, 2) === 0) await bench.forget(bench.snapshots.length - 1);
      }
      if (randomBelow(random, 4) > 0) await bench.update();
      while (randomBelow(random, 3) === 0 && bench.snapshots.length > 1) {
        await bench.forget(randomBelow(random, bench.snapshots.length));
      }
    }
    await bench.update();
    await assertSame(bench, `seed ${seed}`);
    // With the last snapshot all goes.
    while (bench.snapshots.length > 0) await bench.forget(0);
    await bench.snapshot({});
    await bench.update();
    assert.deepEqual(await stage.catalog.search.size(), { versions: 0, names: 0 }, `seed ${seed}`);
  }
});

/** A folder with some entries added, changed, removed, or turned into something else. */
function mutated(draft: Draft, random: SeededRandom, depth: number): Draft {
  const names = ["a", "b", "ab.txt", "Ab.TXT", "deep", "ä", "bb"];
  const next: Record<string, Draft[string]> = { ...draft };
  for (let times = randomBelow(random, 3); times >= 0; times--) {
    const name = names[randomBelow(random, names.length)]!;
    const now = next[name];
    const isFolder = typeof now === "object" && !(now instanceof Uint8Array) && !Array.isArray(now);
    const dice = randomBelow(random, 6);
    if (dice === 0) delete next[name];
    else if (depth > 0 && (isFolder ? dice > 1 : dice > 3)) {
      next[name] = mutated(isFolder ? now as Draft : {}, random, depth - 1);
    } else next[name] = `content ${randomBelow(random, 3)}`;
  }
  return next;
}

Deno.test("SearchIndex: the work grows with the change; what is the same is not read again", async () => {
  await using stage = await ClientStage.open();
  const bench = await IndexBench.open(stage);
  const wide = (name: string): Draft => ({ [name]: "x", sub: { [`${name}-deep`]: "y" } });
  const draft: Draft = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`d${i}`, wide(`f${i}`)]));
  await bench.snapshot(draft);
  await bench.update();
  assert.equal(bench.read, 101);
  await bench.snapshot(draft);
  await bench.update();
  assert.equal(bench.read, 101);
  await bench.snapshot({ ...draft, d7: { ...wide("f7"), sub: { "f7-deep": "changed" } } });
  await bench.update();
  assert.equal(bench.read, 104); // the root, d7 and its sub
  const [before, after] = await bench.found("f7-deep");
  assert.deepEqual([before!.snapshotCount, after!.snapshotCount], [2, 1]);
  const { rows } = await bench.search.history(
    { set: bench.place.setId, path: utf8("/d7/sub/f7-deep") },
    { limit: 10 },
    stage.signal,
  );
  assert.deepEqual(rows.map(({ size, snapshotCount }) => [size, snapshotCount]), [[7, 1], [1, 2]]);
});

Deno.test("Search: names of any bytes come back byte for byte; a state that went and came back is one in its history", async () => {
  await using stage = await ClientStage.open();
  const bench = await IndexBench.open(stage);
  const { setId } = bench.place;
  await bench.snapshot({ "a": "1", "we\"ird' %_": "2", "日本語": { "ü": "3" } });
  await bench.snapshot({ "a": "11" });
  await bench.snapshot({ "a": "1" });
  await bench.update();
  assert.deepEqual((await bench.found("日本語")).map(({ path, kind }) => [utf8Text(path), kind]), [
    ["/日本語", "folder"],
    ["/日本語/ü", "file"],
  ]);
  assert.equal((await bench.found("*\"ird' %_")).length, 1);
  const history = async (after?: string) =>
    await bench.search.history(
      { set: setId, path: utf8("/a") },
      { limit: 1, ...(after ? { after } : {}) },
      stage.signal,
    );
  const first = await history();
  assert.deepEqual(
    first.rows.map(({ size, snapshotCount, firstSnapshot, lastSnapshot }) => {
      return [size, snapshotCount, firstSnapshot.id, lastSnapshot.id];
    }),
    [[1, 2, bench.snapshots[0], bench.snapshots[2]]],
  );
  const second = await history(first.cursors[0]);
  assert.deepEqual([second.rows[0]!.size, second.more], [2, false]);
  await assert.rejects(history("1.2.3"), /SG1040|cursor/);
  await assert.rejects(
    bench.search.search({ pattern: "a" }, { limit: 1, after: "7.1.1.1" }, stage.signal),
    /cursor/,
  );
});
