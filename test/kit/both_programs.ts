// Copyright the SpareGrid authors. Apache-2.0.
// A repository that SpareGrid and the real restic share, both driven by their command lines.
import assert from "node:assert/strict";
import { Repository } from "../../mod/repository/mod.ts";
import {
  type Ended,
  restic,
  resticDone,
  sparegrid,
  sparegridDone,
  type StartOptions,
} from "./command_line.ts";
import { CHEAP_KDF, folderToStorage, testPorts } from "./repository.ts";
import { scratch } from "./scratch.ts";
import { assertSameTree, type TreeAccount } from "./tree_oracle.ts";

const HAS_RESTIC = hasRestic();

/** As `Deno.test`; left out on a machine without restic. */
export function testWithRestic(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: !HAS_RESTIC, fn });
}

function hasRestic(): boolean {
  try {
    return new Deno.Command("restic", { args: ["version"], stdout: "null", stderr: "null" }).outputSync()
      .success;
  } catch {
    return false;
  }
}

/** A JSON object that a program printed. */
export type Said = Readonly<Record<string, unknown>>;

/** How both programs reach a repository; a folder `repo` of the scratch folder where left out. */
export interface SharedOptions {
  readonly location?: string;
  /** The folder that holds it, where the location is no folder. */
  readonly folder?: string;
  readonly sparegridOptions?: readonly string[];
  readonly resticOptions?: readonly string[];
}

/** The repository, with a scratch folder around it. */
export class SharedRepository {
  readonly location: string;
  readonly #folder: string;
  readonly #options: SharedOptions;
  #restores = 0;

  constructor(folder: string, options: SharedOptions = {}) {
    this.#folder = folder;
    this.#options = options;
    this.location = options.location ?? `${folder}/repo`;
  }

  /** A path in the scratch folder. */
  at(name: string): string {
    return `${this.#folder}/${name}`;
  }

  /** Arguments of SpareGrid with the repository in front. */
  sparegridArgs(args: readonly string[]): string[] {
    return ["-r", this.location, ...this.#options.sparegridOptions ?? [], ...args];
  }

  /** Environment of SpareGrid: a cache that goes away with the test. */
  env(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
    return { SPAREGRID_CACHE_DIR: this.at("cache"), ...extra };
  }

  /**
   * Makes the repository with one of the programs. A key that costs nothing then takes the place of the one that the
   * program made, or half of a suite's time would go into opening it.
   */
  async init(program: "sparegrid" | "restic", options: readonly string[] = []): Promise<void> {
    await this[program](["init", ...options]);
    const folder = this.#options.folder ?? this.location;
    const storage = await folderToStorage(folder);
    const repository = await Repository.open(storage, testPorts(), { password: "test" });
    const cheap = {
      type: "keys",
      name: await repository.addKey({ password: "test", kdf: CHEAP_KDF }),
    } as const;
    await Deno.writeFile(`${folder}/keys/${cheap.name}`, await storage.load(cheap));
    await Deno.remove(`${folder}/keys/${repository.keyId}`);
  }

  /** Runs SpareGrid, which must end with 0. */
  sparegrid(args: readonly string[], options: StartOptions = {}): Promise<Ended> {
    return sparegridDone(this.sparegridArgs(args), { ...options, env: this.env(options.env) });
  }

  /** Runs SpareGrid, whatever comes of it. */
  trySparegrid(args: readonly string[], options: StartOptions = {}): Promise<Ended> {
    return sparegrid(this.sparegridArgs(args), { ...options, env: this.env(options.env) });
  }

  /** Runs restic, which must end with 0. */
  restic(args: readonly string[], options: StartOptions = {}): Promise<Ended> {
    return resticDone(this.#resticArgs(args), options);
  }

  /** Runs restic, whatever comes of it. */
  tryRestic(args: readonly string[], options: StartOptions = {}): Promise<Ended> {
    return restic(this.#resticArgs(args), options);
  }

  #resticArgs(args: readonly string[]): string[] {
    return ["-r", this.location, ...this.#options.resticOptions ?? [], ...args];
  }

  /** The objects that SpareGrid prints with `--json`. */
  async objects(args: readonly string[], options: StartOptions = {}): Promise<Said[]> {
    return lines((await this.sparegrid(["--json", ...args], options)).out);
  }

  /** Backs up with SpareGrid; gives the summary. */
  async backup(args: readonly string[], options: StartOptions = {}): Promise<Said> {
    return summaryOf(await this.objects(["backup", ...args], options));
  }

  /** Backs up with restic; gives the summary, with the whole ID of the snapshot. */
  async resticBackup(args: readonly string[], options: StartOptions = {}): Promise<Said> {
    const summary = summaryOf(lines((await this.restic(["--json", "backup", ...args], options)).out));
    const listed = await this.resticSnapshots();
    const found = listed.find((snapshot) => snapshot["short_id"] === summary["snapshot_id"]);
    return { ...summary, snapshot_id: found!["id"] };
  }

  /** The snapshots as restic lists them. */
  async resticSnapshots(): Promise<Said[]> {
    return JSON.parse((await this.restic(["--no-lock", "--json", "snapshots"])).out) as Said[];
  }

  /** A folder in which nothing is yet, for a restore. */
  freshTarget(): string {
    return this.at(`restored-${++this.#restores}`);
  }
}

/** A shared repository in a scratch folder, not made yet: `await using both = await sharedRepository()`. */
export async function sharedRepository(
  options: (folder: string) => SharedOptions = () => ({}),
): Promise<AsyncDisposable & SharedRepository> {
  const folder = await scratch("sparegrid-compat-");
  return Object.assign(new SharedRepository(folder.path, options(folder.path)), {
    [Symbol.asyncDispose]: async () => await folder[Symbol.asyncDispose](),
  });
}

/** A snapshot, and the trees that it must hold: absolute path to what stood there. */
export interface Expected {
  readonly id: string;
  readonly trees: Readonly<Record<string, string | TreeAccount>>;
}

/** What {@link assertResticAgrees} allows. */
export interface Allowed {
  /** Packs in no index, as an interrupted run leaves them. */
  readonly strayPacks?: boolean;
}

/**
 * Fails unless restic finds the repository whole, down to every byte and with no lock left, restores each snapshot to
 * exactly what stood in the folders, and lists the same snapshots as SpareGrid.
 */
export async function assertResticAgrees(
  shared: SharedRepository,
  expected: readonly Expected[],
  allowed: Allowed = {},
): Promise<void> {
  await assertResticChecks(shared, allowed);
  for (const snapshot of expected) await assertResticRestores(shared, snapshot);
  await assertSameSnapshots(shared);
}

/** Fails unless `restic check --read-data` is clean. It locks exclusively, so no lock may be left either. */
export async function assertResticChecks(shared: SharedRepository, allowed: Allowed = {}): Promise<void> {
  const { out, err } = await shared.restic(["check", "--read-data"]);
  const said = (out + err).split("\n").filter((line) =>
    !/^(using temporary cache|create exclusive lock|load indexes|check all packs|check snapshots|read all data|\[|$)/
      .test(line)
  );
  const wanted = said.filter((line) =>
    !(allowed.strayPacks &&
      /not referenced in any index|additional files were found|This is non-critical/.test(line))
  );
  assert.deepEqual(wanted, ["no errors were found"]);
}

/** Fails unless `sparegrid check --read-data` finds nothing at all. */
export async function assertSparegridChecks(shared: SharedRepository): Promise<void> {
  const { out, err } = await shared.sparegrid(["check", "--read-data"]);
  assert.match(out, /No errors found/);
  assert.equal(err, "");
}

/** Fails unless restic restores a snapshot exactly. */
export async function assertResticRestores(shared: SharedRepository, { id, trees }: Expected): Promise<void> {
  const target = shared.freshTarget();
  // restic 0.14 reports what it could not restore, and ends with 0 all the same.
  const { err } = await shared.restic(["restore", "--no-lock", id, "--target", target]);
  assert.equal(err, "");
  for (const [path, tree] of Object.entries(trees)) await assertSameTree(target + path, tree);
  await remove(target);
}

/**
 * Fails unless restic restores a repaired snapshot to what stands in `trees`, here paths all, content and metadata, but
 * for the files that lost content: these are shorter, and nothing else about them may differ. Shortens them in `trees`.
 */
export async function assertResticRestoresBut(
  shared: SharedRepository,
  { id, trees }: Expected,
  shortened: readonly string[],
): Promise<void> {
  const target = shared.freshTarget();
  const { err } = await shared.restic(["restore", "--no-lock", id, "--target", target]);
  assert.equal(err, "");
  for (const [path, tree] of Object.entries(trees)) {
    for (const lost of shortened.filter((name) => name.startsWith(`${path}/`))) {
      const restored = await Deno.readFile(target + lost);
      const file = String(tree) + lost.slice(path.length);
      assert.ok(restored.length < (await Deno.stat(file)).size, lost);
      // Written into the same file, so that all else about it and its folder stays.
      await copyTree(file, `${target}-whole`);
      await Deno.chmod(file, 0o600);
      await Deno.writeFile(file, restored);
      for (const command of ["chmod", "touch"]) {
        const args = [`--reference=${target}-whole`, file];
        assert.ok((await new Deno.Command(command, { args }).output()).success);
      }
      await remove(`${target}-whole`);
    }
    await assertSameTree(target + path, tree);
  }
  await remove(target);
}

/** Fails unless SpareGrid restores a snapshot exactly, and verifies it. */
export async function assertSparegridRestores(
  shared: SharedRepository,
  { id, trees }: Expected,
  options: StartOptions = {},
): Promise<void> {
  const target = shared.freshTarget();
  const { err } = await shared.sparegrid(["restore", id, "--target", target], options);
  assert.equal(err, "");
  for (const [path, tree] of Object.entries(trees)) await assertSameTree(target + path, tree);
  await remove(target);
}

/** Fails unless both programs list the same snapshots, field by field. */
export async function assertSameSnapshots(shared: SharedRepository): Promise<void> {
  const theirs = await shared.resticSnapshots();
  const ours = await shared.objects(["snapshots"]);
  const known = (snapshots: Said[]) =>
    snapshots.map(({ program_version: _, summary: __, message_type: ___, ...rest }): Said => {
      // restic leaves a zero out.
      return { ...rest, uid: rest["uid"] ?? 0, gid: rest["gid"] ?? 0, time: instant(String(rest["time"])) };
    }).sort((a, b) => String(a["id"]) < String(b["id"]) ? -1 : 1);
  assert.deepEqual(known(ours), known(theirs));
}

/** Fails unless `ls` of both programs lists the same entries with the same fields. */
export async function assertSameListing(shared: SharedRepository, id: string): Promise<void> {
  const theirs = lines((await shared.restic(["--no-lock", "--json", "ls", id])).out);
  const ours = await shared.objects(["ls", id]);
  const fields = ["name", "type", "path", "uid", "gid", "size", "permissions"];
  const known = (node: Said): Said => ({
    ...Object.fromEntries(fields.map((field) => [field, node[field]])),
    // restic leaves a zero out.
    mode: node["mode"] ?? 0,
    ...Object.fromEntries(["mtime", "atime", "ctime"].map((field) => [field, instant(String(node[field]))])),
  });
  const nodes = (said: Said[]) => said.filter((node) => node["struct_type"] === "node").map(known);
  assert.deepEqual(nodes(ours), nodes(theirs));
}

/**
 * Fails unless `diff` of both programs names the same additions, removals, and changes of content and type. What lies
 * below an entry that is a folder only on one side, restic does not name. Of metadata, SpareGrid names only what a
 * restore would set. Gives SpareGrid's lines, metadata included.
 */
export async function assertSameDiff(
  shared: SharedRepository,
  from: string,
  to: string,
): Promise<readonly string[]> {
  const changes = (text: string) => text.split("\n").filter((line) => /^[-+MTU]+ +\//.test(line)).sort();
  const theirs = changes((await shared.restic(["--no-lock", "diff", "--metadata", from, to])).out);
  const ours = changes((await shared.sparegrid(["diff", "--metadata", from, to])).out);
  const turned = ours.filter((line) => line.startsWith("T")).map((line) => line.slice(5).replace(/\/$/, ""));
  const named = ours.filter((line) =>
    !turned.some((path) => line.slice(5).startsWith(`${path}/`) && line[0] !== "T")
  );
  const content = (lines: readonly string[]) =>
    lines.filter((line) => line[0] !== "U").map((line) => line[0] + line.slice(5));
  assert.deepEqual(content(named), content(theirs));
  const metadata = ours.filter((line) => line[0] === "U");
  assert.deepEqual(metadata.filter((line) => !theirs.includes(line)), []);
  return ours;
}

/** Fails unless `dump` of both programs gives the file's bytes. */
export async function assertSameDump(
  shared: SharedRepository,
  id: string,
  path: string,
  bytes: Uint8Array,
): Promise<void> {
  const theirs = (await shared.restic(["--no-lock", "dump", id, path])).bytes;
  const ours = (await shared.sparegrid(["dump", id, path])).bytes;
  assert.ok(equal(theirs, bytes), `restic dumps ${path} differently`);
  assert.ok(equal(ours, bytes), `SpareGrid dumps ${path} differently`);
}

/** All files of a repository in a folder, as `type/name`. */
export async function filesOf(repository: string, below = ""): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(`${repository}/${below}`)) {
    if (entry.isDirectory) found.push(...await filesOf(repository, `${below}${entry.name}/`));
    else found.push(below + entry.name);
  }
  return found.sort();
}

/** Sum of the lengths of a repository's packs, bytes. */
export async function packBytes(repository: string): Promise<number> {
  let sum = 0;
  for (const file of await filesOf(repository, "data/")) {
    sum += (await Deno.stat(`${repository}/${file}`)).size;
  }
  return sum;
}

/** Copies a tree with everything in it, as `cp -a` does. */
export async function copyTree(from: string, to: string): Promise<void> {
  const { success } = await new Deno.Command("cp", { args: ["-a", "--", from, to] }).output();
  assert.ok(success, `cp -a ${from}`);
}

/** Removes a tree, whatever its names and modes are. */
export async function remove(path: string): Promise<void> {
  const { success } = await new Deno.Command("rm", { args: ["-rf", "--", path] }).output();
  assert.ok(success, `rm ${path}`);
}

/** The JSON objects of a text, one a line. */
export function lines(text: string): Said[] {
  return text.split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as Said);
}

function summaryOf(said: readonly Said[]): Said {
  const summary = said.find((object) => object["message_type"] === "summary");
  assert.ok(summary, "no summary was printed");
  return summary;
}

/** An RFC 3339 time in nanoseconds since 1970, so that offsets and trailing zeros do not matter. */
function instant(text: string): bigint {
  const parts = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[-+]\d\d:\d\d)$/.exec(text);
  assert.ok(parts, `${text} is no time`);
  return BigInt(Date.parse(parts[1]! + parts[3]!)) * 1_000_000n + BigInt((parts[2] ?? "").padEnd(9, "0"));
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
