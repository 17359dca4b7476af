// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { concatBytes, utf8Text } from "../../../mod/base/mod.ts";
import { type DumpOrder, runDump } from "../../../mod/job/mod.ts";
import { heardRun, JobStage } from "../../kit/job_stage.ts";
import { noise } from "../../kit/memory_tree.ts";
import { scratch } from "../../kit/scratch.ts";

const LARGE = noise(3_000_000, 6);

async function stageWithSnapshot(): Promise<JobStage> {
  const stage = await JobStage.made();
  stage.tree.folder("/src", "/src/sub").write("/src/a", "alpha").write("/src/sub/b", "beta")
    .write("/src/sub/large", LARGE).write("/src/empty", "");
  await stage.backup();
  return stage;
}

async function dump(stage: JobStage, order: Partial<DumpOrder>): Promise<Uint8Array<ArrayBuffer>> {
  await using session = await stage.open();
  const whole: DumpOrder = { snapshot: "latest", path: "/", archive: "tar", filter: {}, ...order };
  return concatBytes(await Array.fromAsync(runDump(session, whole, heardRun())));
}

/** What the system's tar or unzip lists of an archive. */
async function listed(archive: Uint8Array, argv: (file: string) => string[]): Promise<string[]> {
  await using folder = await scratch();
  await Deno.writeFile(`${folder.path}/archive`, archive);
  const [program, ...args] = argv(`${folder.path}/archive`);
  const { success, stdout } = await new Deno.Command(program!, { args, stderr: "inherit" }).output();
  assert.ok(success);
  return utf8Text(stdout).trim().split("\n").map((name) => name.replace(/^\/|\/$/g, "")).filter(Boolean)
    .sort();
}

Deno.test("runDump gives a file's bytes, whatever its size", async () => {
  const stage = await stageWithSnapshot();
  assert.equal(utf8Text(await dump(stage, { path: "/src/a" })), "alpha");
  assert.deepEqual(await dump(stage, { path: "src//sub/large" }), LARGE);
  assert.deepEqual(await dump(stage, { path: "/src/empty" }), new Uint8Array());
  assert.equal(utf8Text(await dump(stage, { snapshot: "latest:src/sub", path: "/b" })), "beta");
  assert.equal(await stage.count("locks"), 0);
});

Deno.test("runDump gives a folder as tar or zip, or all of the snapshot", async () => {
  const stage = await stageWithSnapshot();
  const tar = (file: string) => ["tar", "-tPf", file];
  assert.deepEqual(await listed(await dump(stage, { path: "/src/sub" }), tar), ["b", "large"]);
  const all = ["src", "src/a", "src/empty", "src/sub", "src/sub/b", "src/sub/large"];
  assert.deepEqual(await listed(await dump(stage, {}), tar), all);
  const names = "import sys,zipfile; print('\\n'.join(zipfile.ZipFile(sys.argv[1]).namelist()))";
  const zip = (file: string) => ["python3", "-c", names, file];
  assert.deepEqual(await listed(await dump(stage, { archive: "zip" }), zip), all);
});

Deno.test("runDump says what is not there, and holds no lock afterwards", async () => {
  const stage = await stageWithSnapshot();
  await assert.rejects(dump(stage, { snapshot: "0000000" }), { code: "SG1010" });
  for (const path of ["/no", "/src/no", "/src/a/no"]) {
    await assert.rejects(dump(stage, { path }), { code: "SG1011" }, path);
  }
  assert.equal(await stage.count("locks"), 0);
});

Deno.test("runDump gives its lock back when its reader has enough", async () => {
  const stage = await stageWithSnapshot();
  await using session = await stage.open();
  const order = { snapshot: "latest", path: "/src/sub/large", archive: "tar", filter: {} } as const;
  for await (const piece of runDump(session, order, heardRun())) {
    assert.ok(piece.length > 0);
    assert.equal(await stage.count("locks"), 1);
    break;
  }
  assert.equal(await stage.count("locks"), 0);
});
