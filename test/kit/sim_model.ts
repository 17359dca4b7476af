// Copyright the SpareGrid authors. Apache-2.0.
import {
  type BlobId,
  concatBytes,
  equalBytes,
  silentLog,
  type SnapshotId,
  utf8Text,
} from "../../mod/base/mod.ts";
import { checkRepository, Repository } from "../../mod/repository/mod.ts";
import { LocalStorage } from "../../mod/storage/mod.ts";
import type { MemoryFileSystem } from "./memory_file_system.ts";
import { PASSWORD } from "./repository.ts";
import type { SimRandom } from "./sim_random.ts";
import type { SimProcess } from "./sim_schedule.ts";
import { REPOSITORY } from "./sim_server.ts";

/** Files by path. */
export type SimFiles = ReadonlyMap<string, Uint8Array>;

/** What a look at the repository found. */
export interface SimFindings {
  /** What is wrong; empty when all is well. */
  readonly faults: string[];
  /** What `check` only hints at: packs that no index lists. */
  readonly hints: number;
  readonly snapshots: readonly SnapshotId[];
}

/** What the repository owes: the snapshots that were acked and that nobody has asked to forget. */
export class SimModel {
  readonly acked: Map<SnapshotId, SimFiles>;

  constructor(acked: Iterable<readonly [SnapshotId, SimFiles]>) {
    this.acked = new Map(acked);
  }

  /**
   * Checks what there is on a drive, by a fresh session that takes no lock, and reads every acked snapshot. With `whole` the
   * check reads all packs besides.
   */
  async compare(
    disk: MemoryFileSystem,
    process: SimProcess,
    random: SimRandom,
    whole: boolean,
  ): Promise<SimFindings> {
    const storage = new LocalStorage(disk, random, REPOSITORY);
    const owner = { hostname: "judge", username: "judge", pid: 1 };
    const ports = { clock: process, random, log: silentLog, owner, processAlive: () => true };
    const repository = await Repository.open(storage, ports, { password: PASSWORD, packBytesTarget: 1024 });
    const { findings } = await checkRepository(repository, whole ? { readData: "all" } : {});
    const faults = findings.filter(({ severity }) => severity === "error").map(({ message }) => message);
    const snapshots = new Map(
      (await repository.listSnapshots({ onDamage: () => {} })).map((s) => [s.id, s.snapshot]),
    );
    const blobs = new Map<BlobId, Uint8Array>();
    for (const [id, files] of this.acked) {
      const snapshot = snapshots.get(id);
      if (snapshot === undefined) faults.push(`acked snapshot ${id.slice(0, 6)} is gone`);
      else faults.push(...await differences(repository, id, snapshot.tree, files, blobs));
    }
    await storage.close();
    return { faults, hints: findings.length - faults.length, snapshots: [...snapshots.keys()] };
  }
}

async function differences(
  repository: Repository,
  id: SnapshotId,
  root: BlobId,
  files: SimFiles,
  blobs: Map<BlobId, Uint8Array>,
): Promise<string[]> {
  const found: string[] = [];
  const left = new Map(files);
  const load = async (type: "tree" | "data", blob: BlobId) => {
    const known = blobs.get(blob) ?? await repository.loadBlob(type, blob);
    blobs.set(blob, known);
    return known;
  };
  const visit = async (path: string, tree: BlobId) => {
    for (const { name, type, subtree, content } of (await repository.loadTree(tree)).nodes) {
      const below = `${path}/${utf8Text(name)}`;
      if (type === "dir") await visit(below, subtree!);
      else {
        const bytes = concatBytes(await Promise.all(content!.map((blob) => load("data", blob))));
        if (!equalBytes(bytes, left.get(below) ?? new Uint8Array(1))) {
          found.push(`${below} is not what it was`);
        }
        left.delete(below);
      }
    }
  };
  try {
    await visit("", root);
    for (const path of left.keys()) found.push(`${path} is gone`);
  } catch (error) {
    found.push(error instanceof Error ? error.message : String(error));
  }
  return found.map((text) => `acked snapshot ${id.slice(0, 6)}: ${text}`);
}
