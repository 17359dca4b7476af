// Copyright the SpareGrid authors. Apache-2.0.
// The engine as one function, for a process that is to be killed and for the judge that goes on where it died.
import { type Clock, silentLog, systemClock, systemRandom } from "../../mod/base/mod.ts";
import {
  repairIndex,
  repairPacks,
  repairSnapshots,
  runBackup,
  runCheck,
  runForget,
  type RunOptions,
  runPrune,
  runRestore,
  Session,
} from "../../mod/job/mod.ts";
import { openFileSystem } from "../../mod/platform/mod.ts";
import { LocalStorage, type Storage } from "../../mod/storage/mod.ts";
import { CHEAP_KDF, PASSWORD } from "./repository.ts";

/** One run of the engine, as data: it travels to a process as JSON. */
export type Action =
  | { readonly kind: "init" }
  | { readonly kind: "backup"; readonly paths: readonly string[] }
  | { readonly kind: "forget"; readonly ids: readonly string[]; readonly prune: boolean }
  | { readonly kind: "prune" }
  | { readonly kind: "repair index" }
  | { readonly kind: "repair packs"; readonly ids: readonly string[] }
  | { readonly kind: "repair snapshots" }
  | { readonly kind: "restore"; readonly snapshot: string; readonly target: string; readonly delete: boolean }
  /** Checks the structure and restores a folder of every snapshot into `target/ID`. */
  | { readonly kind: "examine"; readonly folder: string; readonly target: string };

/** A defect to plant, to see that it is found. */
export type Defect =
  /** Packs are written after the snapshot. */
  | "packs last"
  /** Files are written under their final names at once. */
  | "no temporary names";

/** Where and how an {@link Action} is done. */
export interface Doing {
  /** A folder with `repo` and `cache`. */
  readonly place: string;
  readonly action: Action;
  /** Worker threads; 0: all on the main thread. */
  readonly threads?: number;
  /** Bytes at which a pack is closed: small, so that a run has many. */
  readonly packBytes?: number;
  /** Checkpoints come at every chance instead of every 45 seconds. */
  readonly checkpoints?: boolean;
  /** The clock is ahead by so much, milliseconds. */
  readonly aheadMs?: number;
  readonly defect?: Defect;
}

/** What came of it. */
export interface Outcome {
  readonly snapshotId?: string;
  /** Everything that was complained of; none in a run that did all. */
  readonly problems: readonly string[];
}

const CHECKPOINT_MS = 60_000;
/** Waits up to this length are for others to come into sight (a lock): there are none, so they end at once. */
const SETTLE_MS_MAX = 400;

/** Does it. Rejects as the engine does. */
export async function act(doing: Doing): Promise<Outcome> {
  const fs = openFileSystem();
  const ports = { clock: clockOf(doing), random: systemRandom, fs, log: silentLog };
  const storage = planted(new LocalStorage(fs, systemRandom, `${doing.place}/repo`), doing);
  const signal = new AbortController().signal;
  const options = {
    ...{ password: PASSWORD, signal, note: () => {}, threads: doing.threads ?? 0 },
    cacheFolder: `${doing.place}/cache`,
    packBytesTarget: doing.packBytes ?? 4096,
  };
  const problems: string[] = [];
  const run: RunOptions = {
    signal,
    observer: { problem: ({ message }) => void problems.push(message), note: () => {} },
  };
  if (doing.action.kind === "init") {
    await using _ = await Session.init(ports, storage, { ...options, kdf: CHEAP_KDF } as typeof options);
    return { problems };
  }
  await using session = await Session.open(ports, storage, options);
  return { problems, ...await perform(session, doing, run) };
}

async function perform(
  session: Session,
  { place, action }: Doing,
  run: RunOptions,
): Promise<Partial<Outcome>> {
  switch (action.kind) {
    case "backup": {
      const { snapshotId } = await runBackup(session, { paths: action.paths }, run);
      return snapshotId === undefined ? {} : { snapshotId };
    }
    case "forget":
      await runForget(session, {
        ...{ policy: {}, groupBy: [], filter: {}, ids: action.ids, dryRun: false, allowRemoveAll: false },
        ...action.prune ? { prune: { maxUnused: { bytes: 0 } } } : {},
      }, run);
      return {};
    case "prune":
      await runPrune(session, { maxUnused: { bytes: 0 } }, run);
      return {};
    case "repair index":
      await repairIndex(session, { readAllPacks: false }, run);
      return {};
    case "repair packs":
      await inFolder(place, () => repairPacks(session, { ids: action.ids }, run));
      return {};
    case "repair snapshots":
      await repairSnapshots(session, { ids: [], filter: {}, forget: true, dryRun: false }, run);
      return {};
    case "restore": {
      const { complete } = await runRestore(session, {
        ...{ snapshot: action.snapshot, target: action.target, delete: action.delete },
      }, run);
      return complete ? {} : { problems: ["the restore is not complete"] };
    }
    case "examine":
      return { problems: await examine(session, action, run) };
    case "init":
      return {};
  }
}

async function examine(
  session: Session,
  { folder, target }: Extract<Action, { kind: "examine" }>,
  run: RunOptions,
): Promise<string[]> {
  const { findings } = await runCheck(session, {}, run);
  const problems = findings.map(({ severity, message }) => `${severity}: ${message}`);
  await Deno.mkdir(target);
  for (const { id } of await session.repository.listSnapshots()) {
    const { complete } = await runRestore(
      session,
      { snapshot: `${id}:${folder}`, target: `${target}/${id}` },
      run,
    );
    if (!complete) problems.push(`snapshot ${id} cannot be restored whole`);
  }
  return problems;
}

let turn: Promise<unknown> = Promise.resolve();

/** The copy of a damaged pack goes to the working folder, of which a process has one: one call after the other. */
async function inFolder(folder: string, call: () => Promise<unknown>): Promise<void> {
  const before = turn;
  const { promise, resolve } = Promise.withResolvers<void>();
  turn = promise;
  await before;
  const back = Deno.cwd();
  Deno.chdir(folder);
  try {
    await call();
  } finally {
    Deno.chdir(back);
    resolve();
  }
}

function clockOf({ checkpoints, aheadMs = 0 }: Doing): Clock {
  let asked = 0;
  return {
    now: () => systemClock.now() + BigInt(aheadMs) * 1_000_000n,
    monotonicMs: () => systemClock.monotonicMs() + (checkpoints ? CHECKPOINT_MS * asked++ : 0),
    sleep: (ms, signal) => systemClock.sleep(ms < SETTLE_MS_MAX ? 0 : ms, signal),
  };
}

/** The storage with the defect built in. */
function planted(storage: LocalStorage, { defect, place }: Doing): Storage {
  if (defect === undefined) return storage;
  const late: (() => Promise<void>)[] = [];
  const save: Storage["save"] = async (file, bytes, call) => {
    if (defect === "no temporary names") {
      const sub = file.type === "data" ? `data/${file.name.slice(0, 2)}` : file.type;
      await Deno.mkdir(`${place}/repo/${sub}`, { recursive: true });
      return await Deno.writeFile(`${place}/repo/${sub}/${file.name}`, bytes);
    }
    const copy = bytes.slice();
    if (file.type === "data") return void late.push(() => storage.save(file, copy, call));
    await storage.save(file, bytes, call);
    if (file.type === "snapshots") { for (const one of late.splice(0)) await one(); }
  };
  return new Proxy<Storage>(storage, {
    get(target, property) {
      if (property === "save") return save;
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
