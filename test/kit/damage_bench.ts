// Copyright the SpareGrid authors. Apache-2.0.
// A small repository made by real backups, what it must give back, and what may come of it once its files are edited.
import assert from "node:assert/strict";
import { type BlobId, type SnapshotId, utf8Text } from "../../mod/base/mod.ts";
import { isSgError, type SgError } from "../../mod/errors/mod.ts";
import type { BlobType, PackedBlob } from "../../mod/format/mod.ts";
import { type Problem, runCheck, runRestore } from "../../mod/job/mod.ts";
import { FILE_TYPES, type FileType, MemoryStorage, type Storage } from "../../mod/storage/mod.ts";
import { type Damage, type Region, regionsOf, type StoredFiles } from "./damage_editor.ts";
import { assertFound, assertRestored, type Found } from "./damage_verdict.ts";
import { heardRun, JobStage } from "./job_stage.ts";
import type { MemoryFileSystem } from "./memory_file_system.ts";
import { noise } from "./memory_tree.ts";
import { DraftSaver } from "./repository.ts";
import { SeededRandom } from "./seeded_random.ts";

/** A file of a snapshot. */
export interface ExpectedFile {
  readonly bytes: Uint8Array;
  /** All that is needed for it: its content, and the trees that lead to it. */
  readonly needs: readonly BlobId[];
}

/** A snapshot: its root tree, and its files by their paths. */
export interface ExpectedSnapshot {
  readonly id: SnapshotId;
  readonly tree: BlobId;
  readonly files: ReadonlyMap<string, ExpectedFile>;
}

/** A blob and the pack it is in. */
interface PlacedBlob extends PackedBlob {
  readonly pack: string;
}

/** What a restore did. */
export interface Restored {
  /** Every file below the target. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly problems: readonly Problem[];
  readonly notes: readonly string[];
  readonly thrown: SgError | undefined;
}

/** Small, so that there are several packs of data. */
const PACK_BYTES = 6_000;

/** The undamaged repository. */
export class DamageBench {
  readonly files: StoredFiles;
  readonly snapshots: readonly ExpectedSnapshot[];
  readonly blobs: readonly PlacedBlob[];
  readonly regions: readonly Region[];
  /** What each index file, `index/ID`, lists and no other does. */
  readonly listedBy: ReadonlyMap<string, readonly BlobId[]>;
  #tries = 0;

  private constructor(
    files: StoredFiles,
    snapshots: readonly ExpectedSnapshot[],
    blobs: readonly PlacedBlob[],
    listedBy: ReadonlyMap<string, readonly BlobId[]>,
  ) {
    this.listedBy = listedBy;
    this.files = files;
    this.snapshots = snapshots;
    this.blobs = blobs;
    this.regions = regionsOf(files, (pack) => blobs.filter((blob) => blob.pack === pack));
  }

  /** Two backups of a folder and a snapshot of a file in several pieces; packs, indexes and snapshots in the plural. */
  static async made(): Promise<DamageBench> {
    const stage = await JobStage.made({ session: { packBytesTarget: PACK_BYTES } });
    const contents = [fillSource(stage)];
    const ids = [(await stage.backup()).snapshotId!];
    contents.push(changeSource(stage, contents[0]!));
    ids.push((await stage.backup()).snapshotId!);
    const pieces = Array.from({ length: 5 }, (_, i) => noise(1_500 + (i >> 1), 50 + i));
    {
      await using session = await stage.open();
      await session.repository.loadIndex();
      ids.push(await new DraftSaver(session.repository).snapshot({ dir: { pieces } }, { time: 5n }));
    }
    contents.push(new Map([["/dir/pieces", new Uint8Array(pieces.flatMap((piece) => [...piece]))]]));
    return await DamageBench.#measured(stage, ids, contents);
  }

  static async #measured(
    stage: JobStage,
    ids: readonly SnapshotId[],
    contents: readonly ReadonlyMap<string, Uint8Array>[],
  ): Promise<DamageBench> {
    await using session = await stage.open();
    await session.repository.loadIndex();
    const { repository } = session;
    const blobs: PlacedBlob[] = [];
    const { table, packs } = repository;
    table.eachEntry((entry) =>
      blobs.push({
        id: table.idOf(entry),
        type: table.typeOf(entry),
        offset: table.offsetOf(entry),
        length: table.lengthOf(entry),
        uncompressedLength: table.uncompressedOf(entry),
        pack: packs.id(table.packOf(entry)),
      })
    );
    blobs.sort((a, b) => a.pack === b.pack ? a.offset - b.offset : a.pack < b.pack ? -1 : 1);
    const snapshots: ExpectedSnapshot[] = [];
    for (const [at, id] of ids.entries()) {
      const { snapshot } = await repository.findSnapshot(id);
      const needs = new Map<string, BlobId[]>();
      const walk = async (tree: BlobId, path: string, above: readonly BlobId[]): Promise<void> => {
        for (const node of (await repository.loadTree(tree)).nodes) {
          const name = `${path}/${utf8Text(node.name)}`;
          if (node.subtree) await walk(node.subtree, name, [...above, node.subtree]);
          else needs.set(name, [...above, ...node.content!]);
        }
      };
      await walk(snapshot.tree, "", [snapshot.tree]);
      assert.deepEqual([...needs.keys()].sort(), [...contents[at]!.keys()].sort());
      const files = new Map([...contents[at]!].map(([path, bytes]) => [path, {
        bytes,
        needs: needs.get(path)!,
      }]));
      snapshots.push({ id, tree: snapshot.tree, files });
    }
    const listedBy = new Map<string, BlobId[]>();
    for (const [index, numbers] of repository.indexes.files) {
      const listed = blobs.filter(({ pack }) => [...numbers].some((number) => packs.id(number) === pack));
      listedBy.set(`index/${index}`, listed.map(({ id }) => id));
    }
    return new DamageBench(await allFiles(stage.storage as MemoryStorage), snapshots, blobs, listedBy);
  }

  /** Backs the same folder up again, in both of its states, into a repository that may lack some of it. */
  async backUpAgain(storage: Storage): Promise<void> {
    const stage = new JobStage({ storage, session: { packBytesTarget: PACK_BYTES } });
    const contents = fillSource(stage);
    await stage.backup({ full: true });
    changeSource(stage, contents);
    await stage.backup({ full: true });
  }

  /** A fresh stage over the damaged files, which it may change further. */
  async stage(damage: Damage): Promise<JobStage> {
    const storage = new MemoryStorage();
    const save = async (file: string, bytes: Uint8Array<ArrayBuffer>) => {
      const slash = file.indexOf("/");
      await storage.save({ type: file.slice(0, slash) as FileType, name: file.slice(slash + 1) }, bytes);
    };
    for (const [file, bytes] of this.files) {
      const edited = damage.edited.get(file);
      if (edited !== null) await save(file, edited ?? bytes);
    }
    for (const [file, bytes] of damage.edited) {
      if (bytes && !this.files.has(file)) await save(file, bytes);
    }
    return new JobStage({
      storage,
      random: new SeededRandom(7),
      session: { packBytesTarget: PACK_BYTES },
    });
  }

  /** Files that are not what they were, or have come or gone. */
  changedFiles(damage: Damage): string[] {
    return [...damage.edited].filter(([file, bytes]) => {
      const before = this.files.get(file);
      return !bytes || !before || !sameBytes(bytes, before);
    }).map(([file]) => file);
  }

  /** Blobs that do not stand where they stood any more. */
  lostBlobs(damage: Damage): Map<BlobId, { readonly pack: string; readonly type: BlobType }> {
    const lost = new Map<BlobId, { readonly pack: string; readonly type: BlobType }>();
    for (const { id, pack, type, offset, length } of this.blobs) {
      const edited = damage.edited.get(`data/${pack}`);
      if (edited === undefined) continue;
      const before = this.files.get(`data/${pack}`)!.subarray(offset, offset + length);
      if (edited === null || !sameBytes(edited.subarray(offset, offset + length), before)) {
        lost.set(id, { pack, type });
      }
    }
    return lost;
  }

  /**
   * Edits the repository, checks it with all its data and restores snapshots, by default the one whose turn it is; fails
   * unless the check and every restore are as the judge has it.
   */
  async try(
    damage: Damage,
    snapshots: readonly ExpectedSnapshot[] = [this.snapshots[this.#tries++ % this.snapshots.length]!],
  ): Promise<void> {
    const stage = await this.stage(damage);
    assertFound(this, damage, await checked(stage));
    for (const snapshot of snapshots) {
      const restored = await restoredBy(stage, snapshot.id, `/${snapshot.id}`);
      assertRestored(this, damage, snapshot, restored);
    }
  }
}

/** `check --read-data`: the findings, or the error that keeps the repository shut. */
export async function checked(stage: JobStage): Promise<Found[]> {
  try {
    await using session = await stage.open();
    const { findings } = await runCheck(session, { readData: true }, heardRun());
    return findings.map(({ severity, ...finding }) => ({ ...finding, hint: severity === "hint" }));
  } catch (error) {
    if (!isSgError(error)) throw error;
    return [{ code: error.code, object: "", message: error.message, hint: false }];
  }
}

/** Restores a snapshot into a folder of the stage's files that is not there yet. */
export async function restoredBy(stage: JobStage, snapshot: SnapshotId, target: string): Promise<Restored> {
  const run = heardRun();
  let thrown: SgError | undefined;
  try {
    await using session = await stage.open();
    const report = await runRestore(session, { snapshot, target }, run);
    assert.equal(report.complete, run.problems.length === 0);
  } catch (error) {
    if (!isSgError(error)) throw error;
    thrown = error;
  }
  const { problems, notes } = run;
  return { files: filesBelow(stage.tree.fs, target), problems, notes, thrown };
}

/** Makes the folder that is backed up; gives what is in it. */
export function fillSource({ tree }: JobStage): Map<string, Uint8Array> {
  tree.folder("/src", "/src/docs", "/src/docs/old", "/src/media");
  const contents = new Map<string, Uint8Array>([
    ["/src/a", noise(900, 1)],
    ["/src/b", noise(2_000, 2)],
    ["/src/empty", new Uint8Array(0)],
    ["/src/docs/text", new Uint8Array(5_000).map((_, i) => 97 + (i * i) % 7)],
    ["/src/docs/old/c", noise(300, 3)],
    ["/src/docs/old/same as a", noise(900, 1)],
    ["/src/media/d", noise(3_500, 4)],
    ["/src/media/e", noise(1_200, 5)],
  ]);
  for (const [path, bytes] of contents) tree.write(path, bytes);
  return contents;
}

/** Changes the folder and gives what is in it then. */
export function changeSource(
  { tree }: JobStage,
  before: ReadonlyMap<string, Uint8Array>,
): Map<string, Uint8Array> {
  const contents = new Map(before).set("/src/b", noise(2_200, 6)).set("/src/docs/new", noise(700, 7));
  tree.write("/src/b", contents.get("/src/b")!).write("/src/docs/new", contents.get("/src/docs/new")!);
  return contents;
}

async function allFiles(storage: MemoryStorage): Promise<StoredFiles> {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const type of FILE_TYPES) {
    for await (const { name } of storage.list(type)) {
      files.set(`${type}/${name}`, await storage.load({ type, name }));
    }
  }
  return files;
}

/** Every file below a folder of a file system in memory, by its path below it; none where the folder is not there. */
export function filesBelow(fs: MemoryFileSystem, folder: string): Map<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  const visit = (dir: number, path: string) => {
    for (const name of [...fs.names(dir)].flat()) {
      const { kind, size } = fs.stat(dir, name);
      const below = `${path}/${utf8Text(name)}`;
      if (kind !== "dir" && kind !== "file") continue;
      const fd = kind === "dir" ? fs.openFolder(dir, name) : fs.openRead(dir, name);
      if (kind === "dir") visit(fd, below);
      else {
        const bytes = new Uint8Array(size);
        fs.readAt(fd, bytes, 0);
        found.set(below, bytes);
      }
      fs.close(fd);
    }
  };
  let root: number;
  try {
    root = fs.openRoot(folder);
  } catch {
    return found;
  }
  visit(root, "");
  fs.close(root);
  return found;
}

/** True when both hold the same bytes. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
