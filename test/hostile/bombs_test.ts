// Copyright the SpareGrid authors. Apache-2.0.
// F27: what is small as stored and fills the memory as read. Each case runs in a process of its own, whose peak is measured.
import assert from "node:assert/strict";
import type { BlobId } from "../../mod/base/mod.ts";
import { repositoryStats, runCheck, runRestore } from "../../mod/job/mod.ts";
import type { Repository } from "../../mod/repository/mod.ts";
import { type Bomb, plantBlob, plantFile, plantPack, plantSnapshot } from "../kit/bombs.ts";
import { start } from "../kit/command_line.ts";
import { Forger, type RawNode, rawNode } from "../kit/forger.ts";
import { heardRun, JobStage } from "../kit/job_stage.ts";
import { initRepository, PASSWORD, storageToFolder } from "../kit/repository.ts";
import { scratch } from "../kit/scratch.ts";

const onLinux = Deno.build.os === "linux";
/** Everything, with the largest figures, where this is set. */
const ALL = Deno.env.get("SPAREGRID_HOSTILE_ALL") === "1";
const TIMES = '"mtime":"2023-11-14T22:13:20Z","atime":"2023-11-14T22:13:20Z","ctime":"2023-11-14T22:13:20Z"';
const NODE = `{"name":"a","type":"file",${TIMES}}`;
const TREE = (middle: string, times: number): Bomb => ({
  start: '{"nodes":[',
  middle,
  times,
  end: `${NODE}]}\n`,
});

interface Case {
  readonly what: string;
  readonly plant: (repository: Repository) => Promise<unknown>;
  /** Most memory, MiB: some 70 are the program's own, and 511 MiB are the largest tree or index there may be. */
  readonly mostMib: number;
  readonly argv: readonly string[];
  /** What standard error must hold, or that all went well. */
  readonly says: RegExp | "done";
}

async function deepChain(repository: Repository, levels: number): Promise<void> {
  const forger = new Forger(repository);
  let node: RawNode = await forger.file("f", "deep");
  for (let i = 1; i < levels; i++) node = await forger.folder("d", [node]);
  await forger.snapshot(await forger.tree([node]));
}

const tree = async (repository: Repository, bomb: Bomb) =>
  await plantSnapshot(repository, await plantBlob(repository, "tree", bomb));

const CASES: readonly Case[] = [
  {
    what: "a tree of 178 million empty nodes",
    plant: (repository) => tree(repository, TREE("{},", 178_000_000)),
    ...{ mostMib: 750, argv: ["ls", "latest"], says: /SG10(05|17)/ },
  },
  {
    what: "a tree of 10 million entries",
    plant: (repository) => tree(repository, TREE(`${NODE},`, 10_000_000)),
    ...{ mostMib: 200, argv: ["restore", "latest", "--target", "TARGET"], says: /SG1017/ },
  },
  {
    what: "a snapshot of a billion paths",
    plant: (repository) =>
      plantFile(repository, "snapshots", {
        start: '{"paths":[',
        middle: '"",',
        times: 1_000_000_000,
        end: '""]}',
      }),
    ...{ mostMib: 300, argv: ["check"], says: /1 error/ },
  },
  {
    what: "an index of 170 million empty packs",
    plant: (repository) =>
      plantFile(repository, "index", { start: '{"packs":[', middle: "{},", times: 170_000_000, end: "{}]}" }),
    ...{ mostMib: 700, argv: ["check"], says: /1 error/ },
  },
  {
    what: `a chain of ${ALL ? 100_000 : 10_000} folders`,
    plant: (repository) => deepChain(repository, ALL ? 100_000 : 10_000),
    ...{
      mostMib: ALL ? 900 : 350,
      argv: ["restore", "latest", "--dry-run", "--target", "TARGET"],
      says: "done",
    },
  },
];

for (const { what, plant, mostMib, argv, says } of CASES) {
  Deno.test({
    name: `sparegrid ${argv[0]} takes no more than ${mostMib} MiB for ${what}`,
    ignore: !onLinux,
    async fn() {
      await using folder = await scratch("sparegrid-bomb-");
      const repository = await initRepository();
      await plant(repository);
      await storageToFolder(repository.storage, `${folder.path}/repo`);
      const measured = new URL("../kit/measured.ts", import.meta.url).pathname;
      const words = argv.map((word) => word === "TARGET" ? `${folder.path}/t` : word);
      const { code, err } = await start(
        [
          Deno.execPath(),
          "run",
          "-A",
          "--no-check",
          "--cached-only",
          measured,
          "-r",
          `${folder.path}/repo`,
          ...words,
        ],
        { env: { SPAREGRID_PASSWORD: PASSWORD, XDG_CACHE_HOME: `${folder.path}/cache` } },
      );
      const peakMib = Number(/peak (\d+) KiB/.exec(err)?.[1]) / 1024;
      assert.ok(peakMib > 20 && peakMib < mostMib, `${peakMib} MiB\n${err.slice(-1000)}`);
      if (says === "done") assert.equal(code, 0, err.slice(-1000));
      else {
        assert.notEqual(code, 0);
        assert.match(err, says);
        assert.doesNotMatch(err, /SG1023/);
      }
    },
  });
}

Deno.test("runRestore restores a chain of 3,000 folders", async () => {
  const stage = await JobStage.made();
  stage.tree.folder("/t");
  {
    await using session = await stage.open();
    await deepChain(session.repository, 3_000);
  }
  await using session = await stage.open();
  const { complete, foldersRestored } = await runRestore(
    session,
    { snapshot: "latest", target: "/t" },
    heardRun(),
  );
  assert.deepEqual([complete, foldersRestored], [true, 2_999]);
  assert.equal(stage.tree.fs.openCount, 0);
});

Deno.test("BlobReader refuses blobs that say or hold more than a blob can, and restores the rest", async () => {
  const stage = await JobStage.made();
  stage.tree.folder("/t");
  {
    await using session = await stage.open();
    const { repository } = session;
    const zeros: Bomb = { start: "", middle: "\0".repeat(1024), times: 80 * 1024, end: "" };
    const large = await plantBlob(repository, "data", zeros);
    const lie = "1".repeat(64) as BlobId;
    const other = { id: lie, type: "data", offset: 0, length: 0 } as const;
    // The frame's head says 2^60 bytes: magic, descriptor with eight bytes of size, window, an empty last block.
    const frame = Uint8Array.fromHex("28b52ffdc000" + "00000000000000" + "10" + "010000");
    await plantPack(repository, { ...other, uncompressedLength: 1000 }, frame);
    const forger = new Forger(repository);
    const file = (name: string, id: string, size: number) => rawNode(name, "file", { size, content: [id] });
    await forger.snapshot(
      await forger.tree([
        await forger.file("a", "good"),
        file("b", large, 80 * 2 ** 20),
        file("c", lie, 1000),
      ]),
    );
  }
  await using session = await stage.open();
  const run = heardRun();
  const { filesRestored } = await runRestore(session, { snapshot: "latest", target: "/t" }, run);
  assert.deepEqual(run.problems.map(({ code }) => code).sort(), ["SG1005", "SG1017"]);
  assert.deepEqual([filesRestored, stage.tree.names("/t")], [1, ["a"]]);
  await using again = await stage.open();
  assert.ok((await runCheck(again, { readData: true }, heardRun())).errors >= 2);
});

Deno.test("runs over trees that multiply without end can be interrupted", async () => {
  const stage = await JobStage.made();
  {
    await using session = await stage.open();
    const forger = new Forger(session.repository);
    let below = await forger.tree([await forger.file("f", "x")]);
    for (let level = 0; level < 20; level++) {
      below = await forger.tree([..."abcdefghij"].map((name) => rawNode(name, "dir", { subtree: below })));
    }
    await forger.snapshot(below);
  }
  await using session = await stage.open();
  const stop = new AbortController();
  const order = { mode: "restore-size", snapshots: [], filter: {} } as const;
  // 10^20 entries: it ends by the timer, which only runs when the walk lets it.
  setTimeout(() => stop.abort(), 50);
  await assert.rejects(repositoryStats(session, order, heardRun(stop.signal)));
  assert.ok(stop.signal.aborted);
});
