// Copyright the SpareGrid authors. Apache-2.0.
// The runs that are killed: backups, forget and prune, repairs, restores.
import { backedUp, done, type Ground, type Scenario } from "./crash_lab.ts";
import { copyPlace, filesBelow, snapshotsOf, tellTree } from "./crash_place.ts";
import { SeededRandom } from "./seeded_random.ts";

const noise = (seed: number, length: number) => new SeededRandom(seed).bytes(length);

/** The source as it is first: a few files, each larger than a pack but for the small ones. */
function firstSource({ source }: Ground): void {
  Deno.mkdirSync(`${source}/folder/inner`, { recursive: true });
  Deno.writeFileSync(`${source}/changes`, noise(1, 5000));
  Deno.writeFileSync(`${source}/goes`, noise(2, 4500));
  Deno.writeFileSync(`${source}/folder/stays`, noise(3, 6000));
  Deno.writeTextFileSync(`${source}/folder/inner/text`, "all work and no play ".repeat(100));
  Deno.writeTextFileSync(`${source}/empty`, "");
  Deno.symlinkSync("folder/stays", `${source}/link`);
}

/** The source as it is later. */
function laterSource({ source }: Ground, seed = 10): void {
  Deno.writeFileSync(`${source}/changes`, noise(seed, 5500));
  Deno.removeSync(`${source}/goes`);
  Deno.mkdirSync(`${source}/added`);
  Deno.writeFileSync(`${source}/added/file`, noise(seed + 1, 4800));
  Deno.writeFileSync(`${source}/added/small`, noise(seed + 2, 300));
}

/** A new repository, without the empty folders of packs: they are made again when needed, and cost every copy time. */
async function init(ground: Ground): Promise<void> {
  await done(ground, { kind: "init" });
  for (const { name } of [...Deno.readDirSync(`${ground.place}/repo/data`)]) {
    Deno.removeSync(`${ground.place}/repo/data/${name}`);
  }
}

async function oneBackup(ground: Ground): Promise<string> {
  firstSource(ground);
  await init(ground);
  return await backedUp(ground);
}

/** Two backups, and a third one of a source that is as it was at first, but for one file. */
async function threeBackups(ground: Ground): Promise<[string, string, string]> {
  const first = await oneBackup(ground);
  laterSource(ground);
  const second = await backedUp(ground);
  Deno.removeSync(`${ground.source}/added`, { recursive: true });
  Deno.writeFileSync(`${ground.source}/goes`, noise(2, 4500));
  return [first, second, await backedUp(ground)];
}

/** Snapshots that are being forgotten: promised no more, but while they are there they must be whole. */
function letGo(ground: Ground, ...ids: readonly string[]): void {
  for (const id of ids) {
    ground.others.push(ground.acked.get(id)!);
    ground.acked.delete(id);
  }
}

const backup = ({ source }: Ground) => ({ kind: "backup", paths: [source] }) as const;

const FIRST: Scenario = {
  name: "first backup",
  async prepare(ground) {
    firstSource(ground);
    await init(ground);
  },
  action: backup,
};

const INCREMENTAL: Scenario = {
  name: "incremental backup",
  async prepare(ground) {
    await oneBackup(ground);
    laterSource(ground);
  },
  action: backup,
};

const UNCHANGED: Scenario = {
  name: "backup of nothing new",
  prepare: async (ground) => void await oneBackup(ground),
  action: backup,
};

/** Stored and listed in indexes with a journal, but for the snapshot: a killed run's remains, without its snapshot's file. */
const RESUMED: Scenario = {
  name: "resumed backup",
  async prepare(ground) {
    await oneBackup(ground);
    laterSource(ground);
    const rest = `${ground.place}/../rest`;
    copyPlace(ground.place, rest);
    // As a run that was killed between its last checkpoint and its snapshot leaves it.
    const id = await done(ground, backup(ground));
    Deno.removeSync(`${ground.place}/repo/snapshots/${id}`);
    // Of its packs one was stored and not listed: half of the data must be found, half stored again.
    const known = new Set(filesBelow(`${rest}/repo/index`));
    for (const path of filesBelow(`${ground.place}/repo/index`)) {
      if (!known.has(path)) Deno.removeSync(`${ground.place}/repo/index${path}`);
    }
    Deno.removeSync(rest, { recursive: true });
  },
  action: backup,
  how: { checkpoints: true },
};

const PRUNE: Scenario = {
  name: "prune",
  async prepare(ground) {
    const [, second] = await threeBackups(ground);
    await done(ground, { kind: "forget", ids: [second], prune: false });
    letGo(ground, second);
    unlistedPack(ground);
  },
  action: () => ({ kind: "prune" }),
  how: { packBytes: 12_000 },
};

const FORGET: Scenario = {
  name: "forget with prune",
  async prepare(ground) {
    letGo(ground, ...(await threeBackups(ground)).slice(1));
  },
  action: (ground) => ({ kind: "forget", ids: idsToForget(ground), prune: true }),
  next: () => [{ kind: "prune" }],
  how: { packBytes: 12_000 },
};

/** The snapshots in the ground's place that nobody was promised. */
function idsToForget({ place, acked }: Ground): string[] {
  return snapshotsOf(place).filter((id) => !acked.has(id));
}

/** A pack that no index lists, as crashed backups leave them. */
function unlistedPack({ place }: Ground): void {
  const id = "ab".padEnd(64, "0");
  Deno.mkdirSync(`${place}/repo/data/ab`, { recursive: true });
  Deno.writeFileSync(`${place}/repo/data/ab/${id}`, noise(77, 500));
}

const REPAIR_INDEX: Scenario = {
  name: "repair index",
  async prepare(ground) {
    await threeBackups(ground);
    const [first, second] = filesBelow(`${ground.place}/repo/index`);
    Deno.removeSync(`${ground.place}/repo/index${first}`);
    damage(`${ground.place}/repo/index${second}`);
  },
  action: () => ({ kind: "repair index" }),
  damaged: true,
};

/** Turns one bit of a file in the middle; gives its bytes as they are now. */
function damage(path: string): Uint8Array {
  const bytes = Deno.readFileSync(path);
  bytes[bytes.length >> 1]! ^= 1;
  Deno.removeSync(path);
  Deno.writeFileSync(path, bytes, { mode: 0o400 });
  return bytes;
}

/** Two backups; then a pack with a file's content that only the later one has is damaged. */
async function damagedPack(ground: Ground): Promise<void> {
  await oneBackup(ground);
  const packs = new Set(filesBelow(`${ground.place}/repo/data`));
  laterSource(ground);
  const later = await backedUp(ground);
  const size = (path: string) => Deno.statSync(`${ground.place}/repo/data${path}`).size;
  const path = filesBelow(`${ground.place}/repo/data`).filter((path) => !packs.has(path))
    .sort((a, b) => size(b) - size(a))[0]!;
  const bytes = damage(`${ground.place}/repo/data${path}`);
  ground.damagedPack = { id: path.slice(path.lastIndexOf("/") + 1), bytes };
  letGo(ground, later);
  // What a repair makes of the later snapshot is told by one that nobody killed.
  const whole = `${ground.place}/../whole`;
  copyPlace(ground.place, whole);
  for (const action of [repairPacks(ground), { kind: "repair snapshots" } as const]) {
    await done(ground, action, whole);
  }
  const repaired = idsToForget({ ...ground, place: whole });
  const target = `${ground.place}/../repaired`;
  const snapshot = `${repaired[0]}:${ground.source}`;
  await done(ground, { kind: "restore", snapshot, target, delete: false }, whole);
  ground.others.push(tellTree(target));
}

const repairPacks = (ground: Ground) => ({ kind: "repair packs", ids: [ground.damagedPack!.id] }) as const;

const REPAIR_PACKS: Scenario = {
  name: "repair packs",
  prepare: damagedPack,
  action: repairPacks,
  // A pack that is gone needs no repair any more; to ask for it is refused (SG1006).
  next: (ground, place) => [
    ...filesBelow(`${place}/repo/data`).some((path) => path.endsWith(`/${ground.damagedPack!.id}`))
      ? [repairPacks(ground)]
      : [],
    { kind: "repair snapshots" },
  ],
  damaged: true,
};

const REPAIR_SNAPSHOTS: Scenario = {
  name: "repair snapshots",
  async prepare(ground) {
    await damagedPack(ground);
    await done(ground, repairPacks(ground));
  },
  action: () => ({ kind: "repair snapshots" }),
  damaged: true,
};

const RESTORE: Scenario = {
  name: "restore into an empty folder",
  async prepare(ground) {
    await oneBackup(ground);
    ground.restored = tellTree(ground.source);
  },
  action: ({ source }, place) => ({
    ...{ kind: "restore", snapshot: `latest:${source}`, target: `${place}/target`, delete: false },
  }),
};

const RESTORE_OVER: Scenario = {
  name: "restore over what is there",
  async prepare(ground) {
    await oneBackup(ground);
    const before = tellTree(ground.source);
    copyPlace(ground.source, `${ground.place}/target`);
    const target = { ...ground, source: `${ground.place}/target` };
    laterSource(target);
    ground.restored = before;
  },
  action: ({ source }, place) => ({
    ...{ kind: "restore", snapshot: `latest:${source}`, target: `${place}/target`, delete: true },
  }),
};

/** All scenarios of the engine in one thread, where the n-th operation is nearly the same in every run. */
export const SCENARIOS: readonly Scenario[] = [
  ...[FIRST, INCREMENTAL, UNCHANGED, RESUMED, PRUNE, FORGET],
  ...[REPAIR_INDEX, REPAIR_PACKS, REPAIR_SNAPSHOTS, RESTORE, RESTORE_OVER],
  { ...INCREMENTAL, name: "incremental backup with checkpoints", how: { checkpoints: true } },
];

/** The same by the command line, with its worker threads. */
export const BY_COMMAND_LINE: readonly Scenario[] = [
  { ...FIRST, name: "first backup by the command line", commandLine: ({ source }) => ["backup", source] },
  {
    ...INCREMENTAL,
    name: "incremental backup by the command line",
    commandLine: ({ source }) => ["backup", source],
  },
  { ...PRUNE, name: "prune by the command line", commandLine: () => ["prune", "--max-unused", "0"] },
  {
    ...RESTORE,
    name: "restore by the command line",
    commandLine: ({ source }, place) => ["restore", `latest:${source}`, "--target", `${place}/target`],
  },
];
