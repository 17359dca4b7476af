// Copyright the SpareGrid authors. Apache-2.0.
// F18 for real: the clocks of server and client disagree, leap and run backwards while they work (Debian's libfaketime). No
// backup is lost, and nothing expires that should not.
import assert from "node:assert/strict";
import { GridStage } from "../kit/grid_stage.ts";

const LIBRARY = `/usr/lib/${Deno.build.arch}-linux-gnu/faketime/libfaketimeMT.so.1`;

/** The clock of a process that was started under {@link env}: it goes as ours does, but for an offset. */
class FalseClock {
  readonly env: Readonly<Record<string, string>>;
  readonly #file: string;

  constructor(folder: string, name: string) {
    this.#file = `${folder}/clock-${name}`;
    this.set("+0");
    this.env = {
      ...{ LD_PRELOAD: LIBRARY, FAKETIME_TIMESTAMP_FILE: this.#file },
      // The time since the start goes on as it does when somebody sets a real clock.
      ...{ FAKETIME_NO_CACHE: "1", FAKETIME_DONT_FAKE_MONOTONIC: "1" },
    };
  }

  /** `+0`, `-1h`, `+5d`, `+30y`. */
  set(offset: string): void {
    Deno.writeTextFileSync(this.#file, offset);
  }
}

interface Clocks {
  readonly grid: GridStage;
  readonly server: FalseClock;
  readonly client: FalseClock;
}

async function withClocks(act: (clocks: Clocks) => Promise<void>): Promise<void> {
  let clocks: Omit<Clocks, "grid"> | undefined;
  await using grid = await GridStage.open({}, (folder) => {
    clocks = { server: new FalseClock(folder, "server"), client: new FalseClock(folder, "client") };
    return { serverEnv: clocks.server.env, clientEnv: clocks.client.env };
  });
  await act({ grid, ...clocks! });
}

const options = { ignore: !await Deno.stat(LIBRARY).then(() => true, () => false) };

/** What the client's clock and the server's are ahead of ours. */
const DISAGREEMENTS = [
  ["+1h", "+0"],
  ["-1h", "+0"],
  ["+0", "+5d"],
  ["+30y", "+0"],
  ["-5h", "+7h"],
  ["+0", "+30y"],
  ["-5d", "+5d"],
] as const;

Deno.test(
  "clocks: hours, days or years between server and client hinder nothing, and latest is what was made last",
  options,
  async () => {
    await withClocks(async ({ grid, server, client }) => {
      const set = await grid.addSet("documents");
      for (const [ours, theirs] of DISAGREEMENTS) {
        client.set(ours);
        server.set(theirs);
        await grid.write("documents", `file${ours}${theirs}`, 100_000);
        const { state, message } = await grid.backUp(set);
        assert.equal(state, "DONE", `${ours} ${theirs}: ${message}`);
      }
      client.set("+0");
      server.set("+0");
      // Restores the latest: not the one that is dated 30 years ahead.
      await grid.mustBeWhole("documents", set);
    });
  },
);

Deno.test(
  "clocks: both leap in the middle of a backup, forward and back, and it completes",
  options,
  async () => {
    await withClocks(async ({ grid, server, client }) => {
      const set = await grid.addSet("documents");
      assert.equal((await grid.backUp(set)).state, "DONE");
      grid.proxy.pace = { segmentBytes: 65_536, delayMs: 10 };
      for (const offset of ["+5d", "-5d", "+30y", "-2h", "+0"]) {
        await grid.write("documents", `large${offset}`, 12_000_000);
        const run = await grid.start("BACKUP", set);
        await grid.untilSending(run);
        client.set(offset);
        server.set(offset);
        const { state, message } = await grid.untilState(run, "DONE", "INCOMPLETE", "FAILED");
        assert.equal(state, "DONE", `${offset}: ${message}`);
      }
      grid.proxy.pace = {};
      await grid.mustBeWhole("documents", set);
    });
  },
);

Deno.test(
  "clocks: a server that leaps by years, while it runs or between two starts, empties no trash",
  options,
  async () => {
    await withClocks(async ({ grid, server }) => {
      for (const name of ["old", "documents"]) {
        assert.equal((await grid.backUp(await grid.addSet(name))).state, "DONE");
      }
      const { deleteStored } = await grid.server.ask<{ deleteStored: { movedFiles: number } }>(
        'mutation { deleteStored(input: { account: "laptop", repository: "old" }) { movedFiles } }',
      );
      assert.ok(deleteStored.movedFiles > 3);
      server.set("+30y");
      await grid.server.end("SIGTERM");
      for (const signal of ["SIGTERM", "SIGKILL"] as const) {
        await grid.server.start(server.env); // the trash is looked through at each start
        await grid.server.end(signal);
      }
      server.set("+0");
      await grid.server.start(server.env);
      const { undelete } = await grid.server.ask<{ undelete: { files: number } }>(
        'mutation { undelete(input: { account: "laptop", repository: "old" }) { files } }',
      );
      assert.equal(undelete.files, deleteStored.movedFiles);
    });
  },
);
