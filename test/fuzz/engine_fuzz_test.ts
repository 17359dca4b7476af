// Copyright the SpareGrid authors. Apache-2.0.
// The owner's key in hostile hands: trees, snapshots, indexes and locks of any content under valid seals, fed to every run.
import assert from "node:assert/strict";
import { type BlobId, concatBytes, type PackId, utf8, utf8Text } from "../../mod/base/mod.ts";
import { isSgError } from "../../mod/errors/mod.ts";
import { decodeIndex, encodeIndex } from "../../mod/format/mod.ts";
import {
  diffSnapshots,
  findEntries,
  listEntries,
  repositoryStats,
  runBackup,
  runCheck,
  runDump,
  runRestore,
  type Session,
} from "../../mod/job/mod.ts";
import { pruneRepository, repairIndex, repairPacks, repairSnapshots } from "../../mod/repository/mod.ts";
import { MemoryStorage, type Storage } from "../../mod/storage/mod.ts";
import { treeHash } from "../kit/canary.ts";
import { heardRun, JobStage } from "../kit/job_stage.ts";
import { mutateJson } from "../kit/mutator.ts";
import { filesOf, makeStory } from "../hostile/story.ts";
import { RunClock } from "../kit/run_clock.ts";
import { fuzz } from "./campaign.ts";

const STORY = await (async () => {
  const storage = new MemoryStorage();
  await makeStory(storage);
  const stage = new JobStage({ storage });
  await using session = await stage.open();
  const { repository } = session;
  await repository.loadIndex();
  const json = { tree: [] as string[], snapshots: [] as string[], index: [] as string[] };
  for (const type of ["snapshots", "index"] as const) {
    for await (const file of storage.list(type)) {
      json[type].push(utf8Text(await repository.files.load(type, file)));
    }
  }
  // One index of all, so that a spoilt one has all to lose.
  json.index.push(
    utf8Text(encodeIndex({ packs: json.index.flatMap((text) => decodeIndex(utf8(text)).packs) })),
  );
  const entries: BlobId[] = [];
  repository.table.eachEntry((entry) => {
    if (repository.table.typeOf(entry) === "tree") entries.push(repository.table.idOf(entry));
  });
  for (const id of entries) json.tree.push(utf8Text(await repository.loadBlob("tree", id)));
  return { files: await filesOf(storage), json };
})();

/** A lock that cannot be read is waited for, a second each time; here that is a short wait. */
class ImpatientClock extends RunClock {
  override sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return super.sleep(ms === 1_000 ? 300 : ms, signal);
  }
}

const KINDS = ["tree", "snapshots", "index", "locks"] as const;
const LOCK = '{"time":"2023-11-14T22:13:20Z","exclusive":false,"hostname":"h","username":"u","pid":1}';

/** A repository with one forged object more; the first byte says which kind, the second how. */
async function forged(bytes: Uint8Array): Promise<Storage> {
  const storage = new MemoryStorage();
  for (const [file, content] of STORY.files) await storage.save(file, content.slice());
  const [kind, how] = [KINDS[bytes[0]! % KINDS.length]!, bytes[1]!];
  const json = bytes.slice(2);
  await using session = await new JobStage({ storage }).open();
  const { repository } = session;
  if (kind !== "tree") {
    if (kind === "index" && how % 2) {
      for await (const { name } of storage.list("index")) await storage.remove({ type: "index", name });
    }
    await repository.files.save(kind, json);
    return storage;
  }
  await repository.loadIndex();
  let tree = await repository.saveTree(json);
  for (let depth = how % 3; depth > 0; depth--) {
    const time = "2023-11-14T22:13:20Z";
    const node = { name: `d${depth}`, type: "dir", mtime: time, atime: time, ctime: time, subtree: tree };
    tree = await repository.saveTree(utf8(JSON.stringify({ nodes: [node] })));
  }
  await repository.saveSnapshot({ time: 2n ** 60n, tree, paths: ["/src"], hostname: "host" });
  return storage;
}

type Run = (session: Session, run: ReturnType<typeof heardRun>) => Promise<unknown> | AsyncIterable<unknown>;

const ALL = { snapshots: [], filter: {} };
const RUNS: readonly Run[] = [
  (session, run) => runRestore(session, { snapshot: "latest", target: "/t", verify: true }, run),
  (session, run) =>
    runRestore(session, { snapshot: "latest", target: "/t", delete: true, dryRun: true }, run),
  (session, run) => runCheck(session, { readData: true }, run),
  (session, run) => listEntries(session, { snapshot: "latest", paths: [], recursive: true, filter: {} }, run),
  (session, run) => findEntries(session, { ...ALL, patterns: ["*d*", "/src/**/x"], ignoreCase: true }, run),
  (session, run) => repositoryStats(session, { ...ALL, mode: "restore-size" }, run),
  (session, run) => repositoryStats(session, { ...ALL, mode: "raw-data" }, run),
  (session, run) => runDump(session, { snapshot: "latest", path: "/", archive: "tar", filter: {} }, run),
  (session, run) => runDump(session, { snapshot: "latest", path: "/", archive: "zip", filter: {} }, run),
  (session, run) => runBackup(session, { paths: ["/outside"], parent: "latest" }, run),
  async (session, run) => {
    const [first, last] = (await session.repository.listSnapshots({ onDamage: () => {} })).map(({ id }) =>
      id
    );
    return await Array.fromAsync(diffSnapshots(session, { from: first!, to: last!, metadata: true }, run));
  },
  (session) => pruneRepository(session.repository, { dryRun: true }),
  (session) => repairSnapshots(session.repository, { forget: true }),
  (session) => repairIndex(session.repository),
  async (session) => {
    const files = await filesOf(session.repository.storage);
    const packs = files.filter(([{ type }]) => type === "data").map(([{ name }]) => name as PackId);
    return await repairPacks(session.repository, packs.slice(0, 1));
  },
];

fuzz({
  name: "engine",
  says:
    "every run over a forged repository ends with a code at the worst, and touches nothing but its target",
  cases: 100,
  input: (dice) => {
    const kind = dice.below(KINDS.length);
    const name = KINDS[kind]!;
    const json = mutateJson(name === "locks" ? [LOCK] : STORY.json[name], dice);
    return concatBytes([Uint8Array.of(kind, dice.below(256)), json.length > 0 ? json : utf8("{}")]);
  },
  async feed(bytes) {
    let refused: unknown;
    for (const [i, each] of RUNS.entries()) {
      // A run may change the repository: each has its own.
      const stage = new JobStage({ storage: await forged(bytes), clock: new ImpatientClock() });
      stage.tree.folder("/t", "/outside").write("/outside/canary", "alive");
      const canary = treeHash(stage.tree.fs, "/outside");
      const run = heardRun();
      try {
        await using session = await stage.open();
        const answer = each(session, run);
        if (Symbol.asyncIterator in answer) { for await (const _ of answer); }
        else await answer;
      } catch (error) {
        if (!isSgError(error) || error.code === "SG1023") throw new Error(`run ${i}`, { cause: error });
        refused = error;
      }
      for (const { code, message } of run.problems) assert.notEqual(code, "SG1023", `run ${i}: ${message}`);
      assert.equal(treeHash(stage.tree.fs, "/outside"), canary, `run ${i}`);
      assert.equal(stage.tree.fs.openCount, 0, `run ${i}`);
    }
    if (refused) throw refused;
  },
});
