// Copyright the SpareGrid authors. Apache-2.0.
// restic at our server: backups that are stopped in the middle (a laptop falls asleep), whose locks others remove, while these
// back up and prune, at points that differ from round to round. Whatever was refused or broken off, the repository is whole when all have gone on.
import assert from "node:assert/strict";
import { noise } from "../kit/restic_tree.ts";
import { testWithRestic } from "../kit/both_programs.ts";
import { scratch } from "../kit/scratch.ts";
import { ServerStage } from "../kit/server_stage.ts";

const ROUNDS = 20;

/** Stops or continues a process; one that has ended is left alone. */
function signal(child: Deno.ChildProcess, name: Deno.Signal): void {
  try {
    child.kill(name);
  } catch {
    // It has ended.
  }
}

testWithRestic(
  "backupPort: a prune while backups sleep without a lock takes nothing that they need",
  async () => {
    await using folder = await scratch();
    await using stage = await ServerStage.open();
    const secret = await stage.addAccount("pc");
    const start = (...args: string[]) =>
      new Deno.Command("restic", {
        args: ["--no-cache", ...args],
        env: {
          RESTIC_REPOSITORY: `rest:http://pc:${secret}@localhost:${stage.port}/pc/home/`,
          RESTIC_PASSWORD: "test",
        },
        ...{ stdout: "piped", stderr: "piped" },
      }).spawn();
    const done = async (...args: string[]) => {
      const { code, stdout, stderr } = await start(...args).output();
      const text = new TextDecoder().decode(stderr) + new TextDecoder().decode(stdout);
      assert.equal(code, 0, `restic ${args.join(" ")}: ${text}`);
    };
    /** Ends by itself, or is ended when the server has refused something: it would try again for minutes. */
    const untilRefused = async (...args: string[]) => {
      const child = start(...args);
      const refusals = () => stage.log.lines.filter(({ facts }) => facts["code"] === "SG1045").length;
      const before = refusals();
      let ended = false;
      const output = child.output().finally(() => ended = true);
      while (!ended && refusals() === before) await new Promise((resolve) => setTimeout(resolve, 10));
      signal(child, "SIGKILL");
      await output;
      return refusals() > before;
    };
    const snapshots = async () =>
      (await Array.fromAsync(stage.stores.list({ account: "pc", repository: "home" }, "snapshots"))).flat()
        .length;
    await done("init");
    let refused = 0;
    let random = 12345;
    const below = (limit: number) => (random = Math.imul(random, 1103515245) + 12345 >>> 0) % limit;
    for (let round = 1; round <= ROUNDS; round++) {
      const source = `${folder.path}/source-${round}`;
      await Deno.mkdir(source);
      for (let i = 0; i < 12; i++) await Deno.writeFile(`${source}/${i}`, noise(round * 100 + i, 4_000_000));
      const sleeper = start("--limit-upload", "20000", "backup", source);
      const sleeping = sleeper.output();
      const wanted = 1 + below(2);
      const first = stage.stores.storage().files;
      while (stage.stores.storage().files < first + 1 + wanted) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      signal(sleeper, "SIGSTOP");
      // Somebody else thinks that it is dead, backs up something, and prunes.
      await done("unlock", "--remove-all");
      await Deno.writeFile(`${folder.path}/other`, noise(round, 1_000_000));
      await done("backup", `${folder.path}/other`);
      if (await untilRefused("prune")) refused++;
      await done("unlock", "--remove-all");
      const before = await snapshots();
      signal(sleeper, "SIGCONT");
      let ended = false;
      void sleeping.finally(() => ended = true);
      while (!ended && await snapshots() === before) await new Promise((resolve) => setTimeout(resolve, 10));
      // Its snapshot is there; it would look for its lock for minutes yet.
      signal(sleeper, "SIGKILL");
      const { stderr } = await sleeping;
      assert.equal(await snapshots(), before + 1, new TextDecoder().decode(stderr));
      await done("check", "--read-data");
      await done("restore", "latest", "--path", source, "--target", `${folder.path}/back-${round}`);
      for (let i = 0; i < 12; i++) {
        const back = await Deno.readFile(`${folder.path}/back-${round}${source}/${i}`);
        assert.deepEqual(back, noise(round * 100 + i, 4_000_000));
      }
      await Deno.remove(source, { recursive: true });
    }
    assert.ok(refused > 0, "no prune was refused anything: the backups were not stopped in the middle");
  },
);
