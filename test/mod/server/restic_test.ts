// Copyright the SpareGrid authors. Apache-2.0.
// Debian's restic as a client of ours, over TLS.
import assert from "node:assert/strict";
import { makeCertificate } from "../../kit/certificate.ts";
import { makeSmallTree, noise } from "../../kit/restic_tree.ts";
import { testWithRestic } from "../../kit/both_programs.ts";
import { scratch } from "../../kit/scratch.ts";
import { assertSameTree } from "../../kit/tree_oracle.ts";
import { filesBelow, ServerStage, type StageAccount } from "../../kit/server_stage.ts";

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly said: string;
}

/** A server behind TLS, an account, and restic pointed at it. */
async function resticStage(account: StageAccount = {}) {
  const folder = await scratch();
  const tls = await makeCertificate();
  await Deno.writeTextFile(`${folder.path}/ca.pem`, tls.cert);
  const stage = await ServerStage.open({ tls });
  const secret = await stage.addAccount("pc", account);
  const env = {
    RESTIC_REPOSITORY: `rest:https://pc:${secret}@localhost:${stage.port}/pc/home/`,
    RESTIC_PASSWORD: "test",
    RESTIC_CACHE_DIR: `${folder.path}/cache`,
  };
  const start = (args: readonly string[]) =>
    new Deno.Command("restic", {
      args: ["--cacert", `${folder.path}/ca.pem`, ...args],
      env,
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  const run = async (...args: string[]): Promise<Ended> => {
    const { code, stdout, stderr } = await start(args).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, out: text(stdout), said: text(stderr) };
  };
  const done = async (...args: string[]): Promise<string> => {
    const { code, out, said } = await run(...args);
    assert.equal(code, 0, `restic ${args.join(" ")}: ${said}${out}`);
    return out;
  };
  /** Runs until restic says something, then ends it: it would try again for a quarter of an hour. */
  const untilSaid = async (pattern: RegExp, ...args: string[]): Promise<void> => {
    await using child = start(args);
    let said = "";
    const listen = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
      for await (const piece of stream.pipeThrough(new TextDecoderStream())) {
        said += piece;
        if (!pattern.test(said)) continue;
        try {
          child.kill("SIGKILL");
        } catch {
          // It has ended by itself.
        }
      }
    };
    await Promise.all([listen(child.stdout), listen(child.stderr)]);
    await child.status;
    assert.match(said, pattern);
  };
  return {
    ...{ stage, folder: folder.path, source: `${folder.path}/source`, run, done, untilSaid },
    [Symbol.asyncDispose]: async () => {
      await stage[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/**
 * The server counts what the disk holds. Uploads of a client that was ended a moment ago go when the server sees that it is
 * gone, so there may be some patience in it.
 */
async function assertUsageIsTrue(stage: ServerStage): Promise<void> {
  for (let tries = 1;; tries++) {
    const files = await filesBelow(stage.folder);
    const sum = (part: string) =>
      files.filter(([path]) => path.startsWith(part)).reduce((bytes, [, size]) => bytes + size, 0);
    const [used, there] = [stage.stores.usageOf("pc"), {
      storedBytes: sum("store/"),
      trashBytes: sum("trash/"),
    }];
    if (tries === 500) assert.deepEqual(used, there);
    if (used.storedBytes === there.storedBytes && used.trashBytes === there.trashBytes) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

testWithRestic(
  "backupPort: restic makes a repository, backs up, checks, forgets, prunes and restores",
  async () => {
    await using restic = await resticStage();
    const { stage, source, done } = restic;
    await done("init");
    await makeSmallTree(source, 1, 20_000_000);
    await done("backup", source);
    await Deno.writeFile(`${source}/noise`, noise(9, 5_000_000));
    await done("backup", source);
    await done("check", "--read-data");
    await assertUsageIsTrue(stage);
    await done("forget", "--keep-last", "1", "--prune");
    await done("check", "--read-data");
    await assertUsageIsTrue(stage);
    assert.ok(stage.stores.usageOf("pc").trashBytes > 4_000_000);
    await done("restore", "latest", "--target", `${restic.folder}/back`);
    await assertSameTree(`${restic.folder}/back${source}`, source);

    // The folder alone is a repository, too.
    const emergency = await new Deno.Command("restic", {
      args: ["-r", `${stage.folder}/store/pc/home`, "check", "--read-data", "--no-cache", "--no-lock"],
      env: { RESTIC_PASSWORD: "test" },
    }).output();
    assert.equal(emergency.code, 0, new TextDecoder().decode(emergency.stderr));

    // And after a restart all is as it was, with a catalog that says the same.
    const before = [stage.stores.usageOf("pc"), await stage.stores.repositories("pc")];
    await stage.stop();
    await stage.start();
    assert.deepEqual([stage.stores.usageOf("pc"), await stage.stores.repositories("pc")], before);
    assert.deepEqual(stage.stores.recovery, { temporaries: 0, added: 0, missing: 0, trashed: 0 });
  },
);

testWithRestic(
  "backupPort: restic tells that the quota is used up, and can still forget, prune and restore",
  async () => {
    await using restic = await resticStage({ quotaBytes: 6_000_000 });
    const { stage, source, done, untilSaid } = restic;
    await done("init");
    await makeSmallTree(source, 1, 2_000_000);
    await done("backup", source);
    await Deno.writeFile(`${source}/noise`, noise(9, 20_000_000));
    await untilSaid(/507 Insufficient Storage/, "backup", source);
    await assertUsageIsTrue(stage);
    const { storedBytes } = stage.stores.usageOf("pc");
    assert.ok(storedBytes <= 6_000_000, `${storedBytes} bytes`);
    await stage.rooms.accounts.update("pc", { quotaBytes: storedBytes });
    await done("unlock");
    await done("restore", "latest", "--target", `${restic.folder}/back`);
    await done("check", "--read-data");
    // What the broken-off backup stored may be removed a day later.
    stage.rooms.pass(86_400_000);
    await done("forget", "latest", "--prune");
    await assertUsageIsTrue(stage);
    assert.match(stage.log.text, /SG0178/);
  },
);

testWithRestic(
  "backupPort: restic tells that an account is append-only, deactivated or suspended",
  async () => {
    await using restic = await resticStage({ appendOnly: true });
    const { stage, source, done, untilSaid } = restic;
    await done("init");
    await makeSmallTree(source, 1, 1_000_000);
    await done("backup", source);
    await untilSaid(/403 Forbidden/, "forget", "latest");
    await done("unlock");
    await done("check");
    await stage.rooms.accounts.setActive("pc", false);
    await untilSaid(/403 Forbidden/, "snapshots");
    await stage.rooms.accounts.setActive("pc", true);
    await stage.rooms.accounts.suspend("pc", true);
    await untilSaid(/409 Conflict/, "snapshots");
    await stage.rooms.accounts.suspend("pc", false);
    await done("snapshots");
    for (const code of ["SG1045", "SG1042", "SG0191"]) assert.ok(stage.log.text.includes(code), code);
  },
);

testWithRestic(
  "backupPort: restic tells that nothing is allotted, and that the secret is wrong",
  async () => {
    await using restic = await resticStage({ quotaBytes: null });
    await restic.untilSaid(/403 Forbidden/, "init");
    assert.match(restic.stage.log.text, /SG0180/);
    await restic.stage.rooms.accounts.resetSecret("pc");
    await restic.untilSaid(/401 Unauthorized/, "snapshots");
  },
);
