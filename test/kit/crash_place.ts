// Copyright the SpareGrid authors. Apache-2.0.
// Places that runs are killed in: folders with a repository, a cache and perhaps a target, copied for every point.
import { createHash } from "node:crypto";
import { lstatSync } from "node:fs";

/** What stands in a folder: path -> kind, mode, time, and the content's hash or the link's target. The folder itself is left out. */
export type Account = ReadonlyMap<string, string>;

/** Tells what stands in `folder`, by means that are not SpareGrid's. A folder that is missing holds nothing. */
export function tellTree(folder: string, below = "", account = new Map<string, string>()): Account {
  for (const { name, isDirectory, isSymlink } of entriesOf(folder + below)) {
    const path = `${below}/${name}`;
    const { mode, mtimeNs, uid, gid } = lstatSync(folder + path, { bigint: true });
    const what = isDirectory
      ? "folder"
      : isSymlink
      ? Deno.readLinkSync(folder + path)
      : createHash("sha256").update(Deno.readFileSync(folder + path)).digest("hex");
    account.set(path, `${mode.toString(8)} ${uid}:${gid} ${isSymlink ? "" : mtimeNs} ${what}`);
    if (isDirectory) tellTree(folder, path, account);
  }
  return account;
}

/** Where two accounts differ, in words; none when they are equal. */
export function differences(actual: Account, expected: Account): string[] {
  return [...new Set([...actual.keys(), ...expected.keys()])].filter((path) =>
    actual.get(path) !== expected.get(path)
  ).map((path) => `${path}: ${actual.get(path) ?? "missing"} instead of ${expected.get(path) ?? "nothing"}`);
}

/** Copies a folder with everything in it and its times; nothing where there is none. */
export function copyPlace(from: string, to: string): void {
  Deno.mkdirSync(to);
  for (const { name, isDirectory, isSymlink } of entriesOf(from)) {
    if (isDirectory) copyPlace(`${from}/${name}`, `${to}/${name}`);
    else if (isSymlink) Deno.symlinkSync(Deno.readLinkSync(`${from}/${name}`), `${to}/${name}`);
    else {
      Deno.copyFileSync(`${from}/${name}`, `${to}/${name}`);
      copyTimes(`${from}/${name}`, `${to}/${name}`);
    }
  }
  copyTimes(from, to);
}

function copyTimes(from: string, to: string): void {
  try {
    const { atime, mtime } = Deno.statSync(from);
    Deno.utimeSync(to, atime!, mtime!);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** All files below a folder, as paths from there. */
export function filesBelow(folder: string, below = ""): string[] {
  return entriesOf(folder + below).flatMap(({ name, isDirectory }) =>
    isDirectory ? filesBelow(folder, `${below}/${name}`) : [`${below}/${name}`]
  ).sort();
}

/** The snapshots in a place's repository. */
export function snapshotsOf(place: string): string[] {
  return filesBelow(`${place}/repo/snapshots`).map((path) => path.slice(1)).filter((id) =>
    /^[0-9a-f]{64}$/.test(id)
  );
}

function entriesOf(folder: string): Deno.DirEntry[] {
  try {
    return [...Deno.readDirSync(folder)];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** A temporary folder in memory where the machine has one with room: a killed process leaves the same there as on a drive. */
export async function quickScratch(): Promise<AsyncDisposable & { readonly path: string }> {
  const dir = await hasRoom("/dev/shm") ? "/dev/shm" : undefined;
  const path = await Deno.makeTempDir({ prefix: "sparegrid-crash-", ...dir === undefined ? {} : { dir } });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

async function hasRoom(folder: string): Promise<boolean> {
  try {
    const { success, stdout } = await new Deno.Command("df", { args: ["-Pm", folder], stderr: "null" })
      .output();
    return success && Number(new TextDecoder().decode(stdout).split("\n")[1]?.split(/\s+/)[3]) >= 512;
  } catch {
    return false;
  }
}
