// Copyright the SpareGrid authors. Apache-2.0.
// F26: somebody exchanges folders, files and links of the target while it is being restored into.
import assert from "node:assert/strict";
import { utf8, utf8Text } from "../../mod/base/mod.ts";
import { runRestore } from "../../mod/job/mod.ts";
import { type FileSystem, openFileSystem } from "../../mod/platform/mod.ts";
import { MemoryStorage } from "../../mod/storage/mod.ts";
import { treeHash } from "../kit/canary.ts";
import { heardRun, JobStage } from "../kit/job_stage.ts";
import { noise } from "../kit/memory_tree.ts";
import { scratch } from "../kit/scratch.ts";

/** A repository in memory whose snapshot has files, folders, links and hard links. */
async function raceStory(): Promise<MemoryStorage> {
  const storage = new MemoryStorage();
  const stage = await JobStage.made({ storage, session: { packBytesTarget: 4_000 } });
  const { tree } = stage;
  tree.folder("/src", "/src/p", "/src/p/q", "/src/p/q/r");
  for (const folder of ["/src/p", "/src/p/q", "/src/p/q/r"]) {
    tree.write(`${folder}/f`, "small").write(`${folder}/big`, noise(6_000, folder.length));
    tree.at(`${folder}/link`, (dir, name) => tree.fs.makeSymlink(dir, name, utf8("f")));
    tree.at(`${folder}/pipe`, (dir, name) => tree.fs.makeFifo(dir, name, 0o644));
    tree.at(`${folder}/f`, (dir, name) => tree.fs.makeHardLink(dir, name, dir, utf8("twin")));
  }
  await stage.backup();
  return storage;
}

const VICTIMS = [
  "src",
  "src/p",
  "src/p/q",
  "src/p/q/r",
  "src/p/f",
  "src/p/q/big",
  "src/p/q/link",
  "src/p/twin",
];
const BAITS = ["link to folder", "link to file", "hard link", "nothing"] as const;

/** Puts a bait in the place of an entry of the target; false where the entry is not there yet. */
function swap(stage: JobStage, victim: string, bait: typeof BAITS[number], turn: number): boolean {
  const { tree } = stage;
  try {
    tree.at(`/t/${victim}`, (dir, name) => tree.fs.rename(dir, name, dir, utf8(`aside ${turn}`)));
  } catch {
    return false;
  }
  tree.at(`/t/${victim}`, (dir, name) => {
    if (bait === "link to folder") tree.fs.makeSymlink(dir, name, utf8("/outside"));
    else if (bait === "link to file") tree.fs.makeSymlink(dir, name, utf8("/outside/f"));
    else if (bait === "hard link") {
      tree.at("/outside/f", (from, canary) => tree.fs.makeHardLink(from, canary, dir, name));
    }
  });
  return true;
}

/** What of the outside a restore must leave as it is. A hard link to it changes only the number of its names. */
function outsideOf(stage: JobStage): string {
  const facts = ["f", "big", "q/f"].map((path) =>
    stage.tree.at(`/outside/${path}`, (dir, name) => {
      const { permissions, uid, gid, mtime, size, ino } = stage.tree.fs.stat(dir, name);
      return `${permissions} ${uid} ${gid} ${mtime} ${size} ${ino} ${
        utf8Text(stage.tree.read(`/outside/${path}`))
      }`;
    })
  );
  return [...facts, ...stage.tree.names("/outside"), ...stage.tree.names("/outside/q")].join("\n");
}

function targetStage(storage: MemoryStorage, prefilled: boolean): JobStage {
  const stage = new JobStage({ storage });
  stage.tree.folder("/t", "/outside", "/outside/q");
  for (const path of ["/outside/f", "/outside/big", "/outside/q/f"]) stage.tree.write(path, `alive ${path}`);
  if (prefilled) {
    stage.tree.folder("/t/src", "/t/src/p", "/t/src/p/q", "/t/src/p/q/r");
    for (const path of ["/t/src/p/f", "/t/src/p/q/big", "/t/src/extra"]) {
      stage.tree.write(path, noise(6_000, 77));
    }
  }
  return stage;
}

/** Victims and baits tried at each call of the file system; 32 are all of them. */
const PAIRS = Number(Deno.env.get("SPAREGRID_RACE_PAIRS") ?? "2");

const ORDERS = [{}, { delete: true }, { verify: true }];

Deno.test("runRestore touches nothing outside though entries are exchanged before any call of the file system", async () => {
  const storage = await raceStory();
  let attempts = 0, hits = 0;
  for (const prefilled of [false, true]) {
    let calls = 0;
    {
      const stage = targetStage(storage, prefilled);
      using _rule = stage.tree.fs.failWhen(() => void calls++);
      await using session = await stage.open();
      await runRestore(session, { snapshot: "latest", target: "/t" }, heardRun());
    }
    assert.ok(calls > 150, String(calls));
    for (let at = 0; at < calls * PAIRS; at++) {
      // Each call a few times, the victims, baits and orders in turn: together all pairs are met.
      const moment = 1 + Math.floor(at / PAIRS);
      const victim = VICTIMS[attempts % VICTIMS.length]!;
      // Into folders that the restore made itself, mode 0700, only its own user could put a link to somebody's file.
      const baits = prefilled ? BAITS : BAITS.filter((each) => each !== "hard link");
      const bait = baits[Math.floor(attempts / VICTIMS.length + moment) % baits.length]!;
      const stage = targetStage(storage, prefilled);
      const outside = outsideOf(stage);
      let seen = 0, swapped = false;
      {
        using _rule = stage.tree.fs.failWhen(() => {
          if (swapped || ++seen < moment) return undefined;
          swapped = true;
          if (swap(stage, victim, bait, moment)) hits++;
          else swapped = false;
          return undefined;
        });
        await using session = await stage.open();
        await runRestore(session, { snapshot: "latest", target: "/t", ...ORDERS[attempts % 3] }, heardRun());
      }
      attempts++;
      const what = `call ${moment} of ${calls}, ${victim} by ${bait}, prefilled ${prefilled}`;
      assert.equal(outsideOf(stage), outside, what);
      assert.equal(stage.tree.fs.openCount, 0, what);
    }
  }
  assert.ok(hits > attempts / 2, `${hits} of ${attempts}`);
});

/** Source of a process that exchanges folders of a target for links, as fast as it can. */
const SWAPPER = `
const [target, outside] = Deno.args;
let turns = 0;
const quietly = (act) => { try { act(); } catch { /* not there now */ } };
const until = performance.now() + 60_000;
Deno.stdin.read(new Uint8Array(1)).then(() => { console.log(turns); Deno.exit(0); });
const step = () => {
  for (let i = 0; i < 50; i++) {
    for (const path of ["src", "src/p", "src/p/q"]) {
      quietly(() => Deno.renameSync(target + "/" + path, target + "/aside"));
      quietly(() => Deno.symlinkSync(outside, target + "/" + path));
      quietly(() => Deno.removeSync(target + "/" + path));
      quietly(() => Deno.renameSync(target + "/aside", target + "/" + path));
      turns++;
    }
    for (const path of ["src/p/f", "src/p/q/big"]) {
      quietly(() => Deno.removeSync(target + "/" + path));
      quietly(() => Deno.symlinkSync(outside + "/f", target + "/" + path));
      quietly(() => Deno.removeSync(target + "/" + path));
      quietly(() => Deno.linkSync(outside + "/f", target + "/" + path));
      turns++;
    }
  }
  if (performance.now() < until) setTimeout(step, 0); else Deno.exit(1);
};
step();
`;

Deno.test("runRestore touches nothing outside while another process swaps folders for links", async () => {
  const storage = await raceStory();
  await using folder = await scratch("sparegrid-race-");
  const fs: FileSystem = openFileSystem();
  const [target, outside] = [`${folder.path}/t`, `${folder.path}/outside`];
  await Deno.mkdir(target);
  await Deno.mkdir(`${outside}/q`, { recursive: true });
  for (const path of ["f", "big", "q/f"]) await Deno.writeTextFile(`${outside}/${path}`, `alive ${path}`);
  const before = factsOf(outside);
  await Deno.writeTextFile(`${folder.path}/swapper.js`, SWAPPER);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-config", `${folder.path}/swapper.js`, target, outside],
    ...{ stdin: "piped", stdout: "piped", stderr: "inherit" },
  }).spawn();
  let restores = 0;
  try {
    for (; restores < 100; restores++) {
      const stage = new JobStage({ storage, fs });
      await using session = await stage.open();
      const order = { snapshot: "latest", target, delete: restores % 2 === 1, verify: restores % 3 === 1 };
      const { problems, complete } = await runRestore(session, order, heardRun());
      assert.equal(complete, problems === 0);
      assert.deepEqual(factsOf(outside), before, `restore ${restores}`);
      // The swapper needs its turns.
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  } finally {
    const writer = child.stdin.getWriter();
    await writer.write(utf8("x")).catch(() => {});
    await writer.close().catch(() => {});
  }
  const { stdout } = await child.output();
  assert.deepEqual(factsOf(outside), before);
  assert.ok(Number(utf8Text(stdout)) > 100, "the swapper had its turns");
});

/** What of the outside must stay; its files may get further names, for the swapper makes hard links. */
function factsOf(folder: string): string[] {
  const facts: string[] = [];
  for (const path of ["", "f", "big", "q", "q/f"]) {
    const { mode, uid, gid, mtime, size, ino, isFile } = Deno.lstatSync(`${folder}/${path}`);
    const content = isFile
      ? Deno.readTextFileSync(`${folder}/${path}`)
      : [...Deno.readDirSync(`${folder}/${path}`)].map(({ name }) => name).sort().join();
    facts.push([path, mode, uid, gid, mtime?.getTime(), isFile ? size : "", ino, content].join(" "));
  }
  return facts;
}

Deno.test("runRestore into a target full of links replaces them or refuses, and follows none", async () => {
  const storage = await raceStory();
  for (const order of ORDERS) {
    for (const victim of VICTIMS) {
      for (const bait of ["link to folder", "link to file", "hard link"] as const) {
        const stage = targetStage(storage, true);
        const outside = outsideOf(stage);
        const hash = treeHash(stage.tree.fs, "/outside/q");
        swap(stage, victim, bait, 0);
        await using session = await stage.open();
        await runRestore(session, { snapshot: "latest", target: "/t", ...order }, heardRun());
        assert.equal(outsideOf(stage), outside, `${victim} ${bait}`);
        assert.equal(treeHash(stage.tree.fs, "/outside/q"), hash);
      }
    }
  }
});
