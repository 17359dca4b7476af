// Copyright the SpareGrid authors. Apache-2.0.
import { type PackId, systemRandom } from "../../mod/base/mod.ts";
import { checkRepository, Repository } from "../../mod/repository/mod.ts";
import { MemoryStorage, type Storage } from "../../mod/storage/mod.ts";
import { DamagedStorage } from "./damaged_storage.ts";
import { DraftSaver, initRepository, PASSWORD, reopen, testPorts } from "./repository.ts";

/** Opens a repository, its index not loaded: as check, prune and the repairs want it. */
export function openPlain(storage: Storage): Promise<Repository> {
  return Repository.open(storage, testPorts(), { password: PASSWORD });
}

/** What a whole check finds wrong, hints left out. */
export async function errorsOf(storage: Storage): Promise<string[]> {
  const { findings } = await checkRepository(await openPlain(storage), { readData: "all", headers: true });
  return findings.filter(({ severity }) => severity === "error").map(({ message }) => message);
}

/** A repository of two snapshots, at times 1 and 2, whose data lies in several packs. */
export async function filledRepository(): Promise<DamagedStorage> {
  const storage = new DamagedStorage(new MemoryStorage());
  const saver = new DraftSaver(await initRepository(storage, { packBytesTarget: 30_000 }));
  const part = () => systemRandom.bytes(9_000);
  const parts = [part(), part(), part(), part(), part()];
  await saver.snapshot({ a: parts, b: { c: { d: "e" } } }, { time: 1n });
  await saver.snapshot({ a: part(), b: { c: { d: "f" } } }, { time: 2n });
  return storage;
}

/** A pack of the given type. */
export async function somePack(storage: Storage, type: "data" | "tree"): Promise<PackId> {
  const { table, packs } = await reopen(storage);
  let found: PackId | undefined;
  table.eachEntry((entry) => {
    if (table.typeOf(entry) === type) found ??= packs.id(table.packOf(entry));
  });
  return found!;
}
