// Copyright the SpareGrid authors. Apache-2.0.
// The engine at a real backup port: signed over plain HTTP, by secret over TLS; quota, suspension, deactivation, append-only.
import assert from "node:assert/strict";
import { systemClock, systemRandom } from "../../mod/base/mod.ts";
import { isSgError, type SgCode } from "../../mod/errors/mod.ts";
import { runBackup, runCheck, runForget, runPrune, runRestore, type Session } from "../../mod/job/mod.ts";
import {
  HttpStorage,
  type HttpStorageOptions,
  parseLocation,
  type RestLocation,
} from "../../mod/storage/mod.ts";
import { makeCertificate } from "../kit/certificate.ts";
import { heardRun, JobStage } from "../kit/job_stage.ts";
import { noise } from "../kit/memory_tree.ts";
import { RunClock } from "../kit/run_clock.ts";
import { ServerStage, type ServerStageOptions, type StageAccount } from "../kit/server_stage.ts";
import { pattern, stored, testStorage } from "../suite/storage.ts";

const certificate = await makeCertificate("DNS:localhost");
const SIGNED = { signed: true, random: systemRandom };

async function serverBench(
  server: ServerStageOptions = {},
  options: HttpStorageOptions = SIGNED,
  account: StageAccount = {},
) {
  const stage = await ServerStage.open(server);
  const secret = await stage.addAccount("pc", account);
  // The stage has a day of its own.
  const clock = { ...systemClock, now: () => stage.rooms.clock.now() };
  const storage = new HttpStorage(parseLocation(`rest:${stage.url}/pc/home/`) as RestLocation, clock, {
    ...{ username: "pc", password: secret },
    ...options,
  });
  return {
    storage,
    stage,
    async [Symbol.asyncDispose]() {
      await storage.close();
      await stage[Symbol.asyncDispose]();
    },
  };
}

testStorage("HttpStorage at the backup port, signed", () => serverBench());
testStorage("HttpStorage at the backup port, over TLS with a pin", () => {
  return serverBench({ tls: certificate }, { pinnedSha256: certificate.sha256 });
});

Deno.test("HttpStorage at the backup port: signed over TLS too, what is missing, and the space", async () => {
  await using it = await serverBench({ tls: certificate }, { ...SIGNED, pinnedSha256: certificate.sha256 }, {
    quotaBytes: 1_000_000,
    retentionLockDays: 7,
  });
  await it.storage.create();
  await it.storage.save(stored("data", pattern(1000)), pattern(1000));
  const away = stored("index", pattern(7));
  assert.deepEqual(await it.storage.missing([stored("data", pattern(1000)), away]), [away]);
  assert.deepEqual(await it.storage.usage(), {
    ...{ used: 1000, allotted: 1_000_000, free: 999_000, trash: 0, retentionLockDays: 7 },
  });
});

/** An engine whose repository lies at the server, with a megabyte of files. */
async function engineBench(account: StageAccount = {}) {
  const bench = await serverBench({}, SIGNED, account);
  const engine = await JobStage.made({ storage: bench.storage, session: { packBytesTarget: 200_000 } });
  engine.tree.folder("/src", "/out");
  for (let i = 0; i < 10; i++) engine.tree.write(`/src/${i}`, noise(100_000, i + 1));
  return { ...bench, engine, accounts: bench.stage.rooms.accounts };
}

async function backUp(engine: JobStage, session: Session) {
  (engine.clock as RunClock).ms += 1000;
  return await runBackup(session, { paths: ["/src"] }, heardRun());
}

async function assertWhole(engine: JobStage, session: Session): Promise<void> {
  const { findings } = await runCheck(session, { readData: true }, heardRun());
  assert.deepEqual(findings.filter(({ severity }) => severity !== "hint"), []);
  const { complete } = await runRestore(
    session,
    { snapshot: "latest", target: "/out", verify: true },
    heardRun(),
  );
  assert.equal(complete, true);
  for (let i = 0; i < 10; i++) {
    assert.deepEqual(engine.tree.read(`/out/src/${i}`), engine.tree.read(`/src/${i}`));
  }
}

async function refusedWith(code: SgCode, says: RegExp, work: Promise<unknown>): Promise<void> {
  await assert.rejects(work, (error: unknown) => {
    assert(isSgError(error), String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, says);
    return true;
  });
}

Deno.test("a backup that meets its quota ends with SG0178, and the next one goes on when there is more", async () => {
  await using it = await engineBench({ quotaBytes: 500_000 });
  await using session = await it.engine.open();
  await refusedWith("SG0178", /the server says: /, backUp(it.engine, session));
  await it.accounts.update("pc", { quotaBytes: 5_000_000 });
  assert.equal((await backUp(it.engine, session)).complete, true);
  await assertWhole(it.engine, session);
});

Deno.test("a backup that is suspended at the server ends with SG0191, one of a deactivated account with SG1042", async () => {
  await using it = await engineBench();
  await using session = await it.engine.open();
  await backUp(it.engine, session);
  it.engine.tree.write("/src/0", noise(100_000, 77));
  await it.accounts.suspend("pc", true);
  await refusedWith("SG0191", /backup suspended|the server says/, backUp(it.engine, session));
  await it.accounts.suspend("pc", false);
  await backUp(it.engine, session);
  await it.accounts.setActive("pc", false);
  await refusedWith("SG1042", /./, backUp(it.engine, session));
  await it.accounts.setActive("pc", true);
  assert.equal((await backUp(it.engine, session)).complete, true);
  await assertWhole(it.engine, session);
});

Deno.test("an append-only account can back up, and can neither forget nor prune: SG1045", async () => {
  await using it = await engineBench({ appendOnly: true });
  await using session = await it.engine.open();
  await backUp(it.engine, session);
  it.engine.tree.write("/src/0", noise(100_000, 78));
  await backUp(it.engine, session);
  const order = {
    policy: { last: 1 },
    groupBy: [],
    filter: {},
    ids: [],
    dryRun: false,
    allowRemoveAll: false,
  };
  await refusedWith("SG1045", /the server says: /, runForget(session, order, heardRun()));
  await runPrune(session, {}, heardRun());
  assert.equal((await session.repository.listSnapshots()).length, 2);
  await assertWhole(it.engine, session);
});

Deno.test("an account without an allotment is refused with SG0180, and a wrong secret with SG1044", async () => {
  await using it = await serverBench({}, SIGNED, { quotaBytes: null });
  await refusedWith("SG0180", /./, it.storage.create());
  await using wrong = await serverBench({}, {
    ...SIGNED,
    password: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
  });
  await refusedWith("SG1044", /./, wrong.storage.create());
});
