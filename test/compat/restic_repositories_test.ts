// Copyright the SpareGrid authors. Apache-2.0.
// Repositories that the real restic wrote: SpareGrid finds them whole and restores the same trees.
import assert from "node:assert/strict";
import {
  assertSameListing,
  assertSameSnapshots,
  assertSparegridChecks,
  assertSparegridRestores,
  filesOf,
  type SharedRepository,
  sharedRepository,
  testWithRestic,
} from "../kit/both_programs.ts";
import { restic } from "../kit/command_line.ts";
import { changeTree, makeResticTree, makeSmallTree } from "../kit/restic_tree.ts";
import { accountOf } from "../kit/tree_oracle.ts";

/** restic's backups of a tree before and after its change, then its prune: SpareGrid judges each. */
async function judge(
  both: SharedRepository,
  { version, options, make, change }: {
    readonly version: "1" | "2";
    readonly options: readonly string[];
    readonly make: (folder: string) => Promise<void>;
    readonly change: (folder: string) => Promise<void>;
  },
): Promise<void> {
  const source = both.at("source");
  await make(source);
  await both.init("restic", ["--repository-version", version]);
  const first = String((await both.resticBackup([...options, source]))["snapshot_id"]);
  const before = await accountOf(source);
  await change(source);
  const second = String((await both.resticBackup([...options, "--tag", "a,b", source]))["snapshot_id"]);
  assert.equal((await filesOf(both.location, "index/")).length, 2);
  await assertSparegridChecks(both);
  await assertSparegridRestores(both, { id: first, trees: { [source]: before } });
  await assertSparegridRestores(both, { id: second, trees: { [source]: source } });
  await assertSameSnapshots(both);
  await assertSameListing(both, second);
  await both.restic(["forget", first, "--prune", "--max-unused", "0"]);
  await assertSparegridChecks(both);
  await assertSparegridRestores(both, { id: second, trees: { [source]: source } });
}

const nasty = { make: makeResticTree, change: changeTree };
const small = {
  make: (folder: string) => makeSmallTree(folder, 1),
  change: (folder: string) => makeSmallTree(folder, 2),
};

testWithRestic("SpareGrid agrees with repositories of version 1, also after restic's prune", async () => {
  await using both = await sharedRepository();
  await judge(both, { version: "1", options: [], ...nasty });
});

for (const [mode, tree] of [["auto", nasty], ["off", small], ["max", small]] as const) {
  testWithRestic(
    `SpareGrid agrees with repositories of compression ${mode}, also after restic's prune`,
    async () => {
      await using both = await sharedRepository();
      await judge(both, { version: "2", options: ["--compression", mode], ...tree });
    },
  );
}

testWithRestic(
  "SpareGrid backs up into a repository of version 1, uncompressed, and restic agrees",
  async () => {
    await using both = await sharedRepository();
    const source = both.at("source");
    await makeSmallTree(source, 1);
    await both.init("restic", ["--repository-version", "1"]);
    await both.resticBackup([source]);
    await makeSmallTree(`${source}/more`, 2);
    await both.backup(["--compression", "max", source]);
    // restic refuses a compressed blob in such a repository.
    assert.match((await both.restic(["check", "--read-data"])).out, /no errors were found/);
    await both.restic(["restore", "latest", "--target", both.at("out")]);
    await assertSparegridRestores(both, { id: "latest", trees: { [source]: source } });
    await assertSparegridChecks(both);
  },
);

testWithRestic(
  "each password that restic or SpareGrid added opens the repository in both programs",
  async () => {
    await using both = await sharedRepository();
    const source = both.at("source");
    await makeSmallTree(source, 3, 10_000);
    await both.restic(["init"]);
    await both.resticBackup([source]);
    const passwords = ["sécond 密码", "by SpareGrid"];
    for (const [i, password] of passwords.entries()) {
      // Both programs drop white space round a file's password.
      await Deno.writeTextFile(both.at(`password-${i}`), ` ${password}\n`);
      const add = ["key", "add", "--new-password-file", both.at(`password-${i}`)];
      await (i === 0 ? both.restic(add) : both.sparegrid(add));
    }
    for (const [i, password] of passwords.entries()) {
      const env = { RESTIC_PASSWORD: password };
      await both.restic(["cat", "config"], { env });
      await both.sparegrid(["ls", "latest"], { env });
      await both.sparegrid(["-p", both.at(`password-${i}`), "ls", "latest"], {
        env: { SPAREGRID_PASSWORD: "" },
      });
    }
    const env = { SPAREGRID_PASSWORD: passwords[0]! };
    await assertSparegridRestores(both, { id: "latest", trees: { [source]: source } }, { env });
    assert.equal((await both.trySparegrid(["snapshots"], { env: { SPAREGRID_PASSWORD: "wrong" } })).code, 12);
    assert.equal((await both.objects(["key", "list"])).length, 3);
  },
);

testWithRestic(
  "restic's shared lock lets SpareGrid back up but not prune; left by a killed restic, it is no hindrance",
  async () => {
    await using both = await sharedRepository();
    const source = both.at("source");
    await makeSmallTree(source, 4);
    await both.restic(["init"]);
    const child = new Deno.Command("restic", {
      args: ["--no-cache", "-r", both.location, "backup", "--stdin"],
      env: { RESTIC_PASSWORD: "test" },
      stdin: "piped",
      stdout: "null",
      stderr: "null",
    }).spawn();
    while ((await filesOf(both.location, "locks/")).filter((name) => !name.includes("tmp")).length < 1) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const summary = await both.backup([source]);
    assert.equal((await both.trySparegrid(["prune"])).code, 11);
    child.kill("SIGKILL");
    await child.status;
    await child.stdin.close().catch(() => {});
    assert.equal((await filesOf(both.location, "locks/")).length, 1);
    await both.sparegrid(["prune"]);
    assert.deepEqual(await filesOf(both.location, "locks/"), []);
    await assertSparegridRestores(both, { id: String(summary["snapshot_id"]), trees: { [source]: source } });
  },
);

testWithRestic("SpareGrid's lock keeps restic from pruning while it runs", async () => {
  await using both = await sharedRepository();
  await makeSmallTree(both.at("source"), 5);
  await both.init("sparegrid");
  await both.backup([both.at("source")]);
  // A backup that waits for its input holds a shared lock.
  const slow = both.backup([
    "--stdin-from-command",
    "--",
    "sh",
    "-c",
    `while [ ! -e ${both.at("go")} ]; do sleep 0.1; done`,
  ]);
  try {
    while ((await filesOf(both.location, "locks/")).filter((name) => !name.includes("tmp")).length < 1) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const { code, err } = await restic(["-r", both.location, "prune"]);
    assert.notEqual(code, 0);
    assert.match(err, /locked/);
  } finally {
    await Deno.writeTextFile(both.at("go"), "");
    await slow;
  }
  assert.match((await both.restic(["prune"])).out, /remaining/);
});
