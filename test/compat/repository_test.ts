// Copyright the SpareGrid authors. Apache-2.0.
// Agreement with the real restic, both ways, at the level of the repository.
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { type PackId, systemRandom, utf8Text } from "../../mod/base/mod.ts";
import {
  checkRepository,
  pruneRepository,
  repairIndex,
  repairPacks,
  repairSnapshots,
  Repository,
} from "../../mod/repository/mod.ts";
import { MemoryStorage, type Storage } from "../../mod/storage/mod.ts";
import { namesOf } from "../kit/damaged_storage.ts";
import {
  DraftSaver,
  folderToStorage,
  initRepository,
  PASSWORD,
  reopen,
  storageToFolder,
  testPorts,
} from "../kit/repository.ts";

class Restic implements AsyncDisposable {
  readonly folder: string;

  constructor() {
    this.folder = Deno.makeTempDirSync({ prefix: "sparegrid-restic-" });
  }

  get repo(): string {
    return `${this.folder}/repo`;
  }

  /** Runs restic on the repository; gives what it printed. Fails the test when restic fails. */
  async run(args: readonly string[], options: { password?: string; cwd?: string } = {}): Promise<string> {
    const { code, stdout, stderr } = await this.attempt(args, options);
    ok(code === 0, `restic ${args.join(" ")}: ${stdout}\n${stderr}`);
    return stdout;
  }

  async attempt(args: readonly string[], { password = PASSWORD, cwd = this.folder } = {}) {
    const { code, stdout, stderr } = await new Deno.Command("restic", {
      args: ["-r", this.repo, "--no-cache", ...args],
      cwd,
      env: { RESTIC_PASSWORD: password },
    }).output();
    return { code, stdout: utf8Text(stdout), stderr: utf8Text(stderr) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

const open = (storage: Storage) => Repository.open(storage, testPorts(), { password: PASSWORD });

const text = (seed: number, bytes: number) => {
  const out = new Uint8Array(bytes);
  for (let i = 0; i < bytes; i++) out[i] = 97 + ((i * seed + (i >> 6)) % 25);
  return out;
};

Deno.test("Repository writes what restic checks, lists and reads, at every compression and in both versions", async () => {
  for (
    const options of [{ compression: "off" }, { compression: "auto" }, { compression: "max" }, {
      version: 1,
    }] as const
  ) {
    await using restic = new Restic();
    const storage = new MemoryStorage();
    const repository = await initRepository(storage, { ...options, packBytesTarget: 4 * 2 ** 20 });
    const big = systemRandom.bytes(6 * 2 ** 20);
    const id = await new DraftSaver(repository).snapshot({
      dir: { 'ü\u0001"': "x", text: [text(3, 700_000), text(5, 70_000)], empty: "" },
      big,
    }, { tags: ["t"], paths: ["/p"] });
    await storageToFolder(storage, restic.repo);
    await restic.run(["check", "--read-data"]);
    const [listed] = JSON.parse(await restic.run(["snapshots", "--json"]));
    deepStrictEqual([listed.id, listed.tags, listed.paths], [id, ["t"], ["/p"]]);
    deepStrictEqual(JSON.parse(await restic.run(["cat", "config"])).id, repository.id);
    await restic.run(["restore", "latest", "--target", `${restic.folder}/out`]);
    deepStrictEqual(await Deno.readFile(`${restic.folder}/out/big`), big);
    strictEqual(await Deno.readTextFile(`${restic.folder}/out/dir/ü\u0001"`), "x");
    strictEqual((await Deno.readFile(`${restic.folder}/out/dir/text`)).length, 770_000);
  }
});

Deno.test("Repository reads what restic wrote: both versions, every compression, several keys, after prune", async () => {
  for (const [version, compression] of [["1", "auto"], ["2", "auto"], ["2", "off"], ["2", "max"]] as const) {
    await using restic = new Restic();
    const source = `${restic.folder}/src`;
    await Deno.mkdir(`${source}/deep/er`, { recursive: true });
    await Deno.writeFile(`${source}/random`, systemRandom.bytes(3 * 2 ** 20));
    await Deno.writeFile(`${source}/deep/text`, text(7, 2 * 2 ** 20));
    await Deno.writeTextFile(`${source}/deep/er/small`, "small");
    await restic.run(["init", "--repository-version", version]);
    const backup = ["backup", "src", ...version === "2" ? ["--compression", compression] : []];
    await restic.run(backup);
    await Deno.remove(`${source}/random`);
    await Deno.writeTextFile(`${source}/new`, "new");
    await restic.run(backup);
    // restic's own keys take seconds to make; one round with two of them is enough.
    const keys = version === "2" && compression === "auto" ? 2 : 1;
    await Deno.writeTextFile(`${restic.folder}/second`, "second");
    if (keys === 2) await restic.run(["key", "add", "--new-password-file", "second"]);
    await restic.run(["forget", "--keep-last", "1", "--prune", "--max-unused", "0"]);
    const storage = await folderToStorage(restic.repo);
    const report = await checkRepository(await open(storage), { readData: "all", headers: true });
    deepStrictEqual(report.findings, []);
    strictEqual(report.snapshots, 1);
    const second = await reopen(storage, keys === 2 ? { password: "second" } : {});
    strictEqual((await second.listKeys()).length, keys);
    if (keys === 2) await rejects(reopen(storage, { password: "third" }), { code: "SG1001" });
    const { snapshot } = await second.findSnapshot("latest");
    const root = await second.loadTree(snapshot.tree);
    let tree = root;
    while (!tree.nodes.some(({ name }) => utf8Text(name) === "new")) {
      tree = await second.loadTree(tree.nodes[0]!.subtree!);
    }
    const file = tree.nodes.find(({ name }) => utf8Text(name) === "new")!;
    strictEqual(utf8Text(await second.loadBlob("data", file.content![0]!)), "new");
    // And on: what we add to restic's repository, restic accepts.
    await new DraftSaver(second).snapshot({ added: text(9, 100_000) });
    await second.addKey({ password: "fourth", kdf: { N: 1024, r: 8, p: 1 } });
    await storageToFolder(storage, restic.repo);
    await restic.run(["check", "--read-data"], { password: "fourth" });
    strictEqual(JSON.parse(await restic.run(["snapshots", "--json"])).length, 2);
  }
});

Deno.test("Repository's locks are seen by restic, and restic's by us", async () => {
  await using restic = new Restic();
  const storage = new MemoryStorage();
  const repository = await initRepository(storage);
  await new DraftSaver(repository).snapshot({ a: "b" });
  const lock = await repository.lock({ exclusive: true });
  await storageToFolder(storage, restic.repo);
  const { code, stderr } = await restic.attempt(["check"]);
  ok(code !== 0 && stderr.includes("locked"), stderr);
  await lock[Symbol.asyncDispose]();
  const left = await namesOf(storage, "locks");
  deepStrictEqual(left, []);
});

Deno.test("pruneRepository and the repairs leave what restic checks", async () => {
  await using restic = new Restic();
  const storage = new MemoryStorage();
  const small = { packBytesTarget: 100_000 };
  const saver = new DraftSaver(await initRepository(storage, small));
  const shared = [systemRandom.bytes(30_000), text(3, 90_000)];
  const parts = () => [...shared, systemRandom.bytes(50_000), systemRandom.bytes(50_000)];
  const gone = await saver.snapshot({ a: parts(), d: { e: "1" } });
  await saver.snapshot({ a: parts(), d: { e: "2" } });
  await saver.snapshot({ b: parts() });
  await (await open(storage)).removeSnapshots([gone]);
  await pruneRepository(await open(storage), { maxUnused: { bytes: 0 }, repackSmall: true });
  await storageToFolder(storage, restic.repo);
  await restic.run(["check", "--read-data"]);

  const index = await namesOf(storage, "index");
  for (const name of index) await storage.remove({ type: "index", name });
  await repairIndex(await open(storage));
  const whole = await reopen(storage);
  const data: PackId[] = [];
  whole.table.eachEntry((entry) => {
    if (whole.table.typeOf(entry) === "data") data.push(whole.packs.id(whole.table.packOf(entry)));
  });
  // A pack with a broken blob at its start, and one that is gone.
  const [broken, missing] = [...new Set(data)];
  const bytes = await storage.load({ type: "data", name: broken! });
  bytes[20]! ^= 1;
  await storage.remove({ type: "data", name: broken! });
  await storage.save({ type: "data", name: broken! }, bytes);
  if (missing) await storage.remove({ type: "data", name: missing });
  await repairIndex(await open(storage));
  ok((await repairPacks(await open(storage), [broken!])).lostBlobs.length === 1);
  ok((await repairSnapshots(await open(storage), { forget: true })).length > 0);
  await pruneRepository(await open(storage));
  await using after = new Restic();
  await storageToFolder(storage, after.repo);
  await after.run(["check", "--read-data"]);
  await after.run(["restore", "latest", "--target", `${after.folder}/out`]);
});
