// Copyright the SpareGrid authors. Apache-2.0.
// Each SG code of the service, made by the real condition between two real services: what the user is told, and that nothing
// is lost: when the condition has passed, the next run completes, restores, and restic finds the repository clean.
import assert from "node:assert/strict";
import { CODES, type SgCode } from "../../mod/errors/mod.ts";
import { sparegrid } from "../kit/command_line.ts";
import { FaultShim } from "../kit/fault_shim.ts";
import { ACCOUNT, type GridRun, GridStage } from "../kit/grid_stage.ts";
import { mayMount } from "../kit/loop_drive.ts";
import { scratch } from "../kit/scratch.ts";
import { TcpProxy } from "../kit/tcp_proxy.ts";

/** More than fits between two looks at it. */
const LARGE = 6_000_000;
/** So that a large file is under way for seconds, bytes per second. */
const SLOW = 1_500_000;
/** The client's drive cannot read the file of this name in any set. */
const BAD_FILE = "bad-sector";
const DRIVE_BYTES = 256 * 2 ** 20;

/** A code with what is said of it. */
interface Told {
  readonly code: string | null | undefined;
  readonly message: string | null | undefined;
  readonly remedy?: string | null | undefined;
}

function assertTold(told: Told, code: SgCode, says: RegExp): void {
  assert.equal(told.code, code, told.message ?? "nothing was said");
  assert.match(told.message ?? "", says);
  if (told.remedy !== undefined) assert.ok(told.remedy, `${code} says what to do`);
}

/** What the API refuses an order with. */
async function refusal(order: Promise<unknown>): Promise<Told> {
  return await order.then(
    () => ({ code: undefined, message: "it was not refused" }),
    ({ code, message, remedy }) => ({ code, message, remedy: remedy ?? CODES[code as SgCode]?.remedy }),
  );
}

function deleteSet(grid: GridStage, id: string): Promise<unknown> {
  return grid.client.ask(
    "mutation ($input: DeleteSetInput!) { deleteSet(input: $input) { done } }",
    { input: { id, withBackups: true } },
  );
}

/** A set with one good backup and a large new file that is not backed up yet. */
async function preparedSet(grid: GridStage, name: string): Promise<string> {
  const set = await grid.addSet(name);
  assert.equal((await grid.backUp(set)).state, "DONE");
  await grid.write(name, "large", LARGE);
  return set;
}

/** Starts a backup over a slow link and waits until it has begun to send. */
async function slowBackup(grid: GridStage, set: string): Promise<string> {
  await grid.updateAccount({ uploadBytesPerSecond: SLOW });
  const { proxy } = grid;
  const before = proxy.passed("up");
  const id = await grid.start("BACKUP", set);
  await grid.until(
    id,
    ({ state }) => state === "RUNNING" && proxy.passed("up") > before + 500_000,
    "sending",
  );
  return id;
}

const fullSpeed = (grid: GridStage) => grid.updateAccount({ uploadBytesPerSecond: 0 });

interface Case {
  readonly code: SgCode;
  readonly when: string;
  /** Makes the condition; when it ends the condition has passed, and the set of this name can be backed up. */
  readonly act: (grid: GridStage, name: string, set: string) => Promise<void>;
  readonly ignore?: boolean;
}

const CASES: readonly Case[] = [
  {
    code: "SG0083",
    when: "the connection is cut in the middle of an upload, again and again; then the run goes on by itself",
    act: async (grid, _name, set) => {
      grid.proxy.reset({ kind: "reset", direction: "up", at: 2_000_000, everAfter: true });
      const id = await grid.start("BACKUP", set);
      assertTold(
        await grid.untilState(id, "WAITING"),
        "SG0083",
        /^Cannot .*(reset|closed|disconnected|broke off|hang up)/,
      );
      grid.proxy.reset();
      assert.equal((await grid.untilState(id, "DONE", "FAILED")).state, "DONE");
    },
  },
  {
    code: "SG0198",
    when: "the link falls silent between question and answer",
    act: async (grid) => {
      const test = async () => {
        const { testDestination } = await grid.client.ask<{ testDestination: Told }>(
          "mutation ($id: ID!) { testDestination(id: $id) { code message } }",
          { id: grid.destination },
        );
        return testDestination;
      };
      // What the backup before it left to be read comes over connections of its own.
      do {
        grid.proxy.reset();
        assert.equal((await test()).code, null);
      } while (grid.proxy.connections > 1);
      const answer = grid.proxy.frames.findLast(({ direction, from, to }) =>
        direction === "down" && to - from > 100
      )!;
      // Behind the answer comes the end of TLS, in fewer bytes. Handshakes differ by some bytes.
      grid.proxy.reset({ kind: "blackhole", direction: "down", at: answer.from + 20 });
      assertTold(await test(), "SG0198", /the server was silent for 10 seconds/);
      grid.proxy.reset();
      assert.equal((await test()).code, null);
    },
  },
  ...([["SG0147", "BACKUP"], ["SG0136", "CHECK"]] as const).map(([code, kind]): Case => ({
    code,
    when:
      `the server's port is closed when a ${kind.toLowerCase()} begins; it waits, and starts when it is back`,
    act: async (grid, _name, set) => {
      const { port } = grid.proxy;
      await grid.proxy[Symbol.asyncDispose]();
      const id = await grid.start(kind, set);
      assertTold(await grid.untilState(id, "WAITING"), code, /ECONNREFUSED|nothing answers/i);
      grid.proxy = await TcpProxy.to(grid.serverPort, port);
      assert.equal((await grid.untilState(id, "DONE", "FAILED")).state, "DONE");
    },
  })),
  ...([["SG0145", "BACKUP"], ["SG0134", "CHECK"]] as const).map(([code, kind]): Case => ({
    code,
    when: `the server's name is not known when a ${kind.toLowerCase()} begins`,
    act: async (grid, name, set) => {
      const rest = { url: "http://no-such-host.invalid:8000/" };
      const away = await grid.addDestination({ name: `away-${name}`, rest });
      const place = async (destination: string) =>
        await grid.client.ask(
          "mutation ($input: UpdateSetInput!) { updateSet(input: $input) { set { id } } }",
          { input: { id: set, destinations: [{ destination }] } },
        );
      await place(away);
      const id = await grid.start(kind, set);
      assertTold(await grid.untilState(id, "WAITING"), code, /no-such-host\.invalid/);
      await grid.order("stopRun", id);
      await place(grid.destination);
    },
  })),
  {
    code: "SG0132",
    when: "an address is none",
    act: async (grid) => {
      for (const url of ["ftp://vault/", "http://", "http://vault:99999/", "http://a:b@vault/"]) {
        const order = grid.addDestination({ name: "odd", rest: { url } });
        assertTold(await refusal(order), "SG0132", /address|user|password/i);
      }
      const server = { address: "no host:at all" };
      assertTold(await refusal(grid.addDestination({ name: "odd", server })), "SG0132", /address/i);
    },
  },
  {
    code: "SG0200",
    when: "the server's drive is full in the middle of an upload",
    ignore: !mayMount(),
    act: async (grid, _name, set) => {
      const ballast = `${grid.store}/ballast`;
      const { free } = (await grid.server.ask<{ storage: { free: number } }>("{ storage { free } }")).storage;
      await Deno.writeFile(ballast, new Uint8Array(free - 3_000_000));
      assertTold(await grid.untilState(await grid.start("BACKUP", set), "FAILED"), "SG0200", /space is left/);
      await Deno.remove(ballast);
    },
  },
  {
    code: "SG0178",
    when: "the quota is reached in the middle of an upload",
    act: async (grid, _name, set) => {
      await grid.updateAccount({ quota: await grid.usedBytes() + 1_000_000 });
      const run = await grid.untilState(await grid.start("BACKUP", set), "FAILED");
      assertTold(run, "SG0178", /The space allotted to laptop at this server is used up/);
      await grid.updateAccount({ quota: 1e9 });
    },
  },
  {
    code: "SG0191",
    when: "the client suspends the run, and resumes it",
    act: async (grid, _name, set) => {
      const id = await slowBackup(grid, set);
      await grid.order("suspendRun", id);
      assertTold(await grid.untilState(id, "SUSPENDED"), "SG0191", /suspended; what it stored is kept/);
      await fullSpeed(grid);
      await grid.order("resumeRun", id);
      assert.equal((await grid.untilState(id, "DONE", "FAILED")).state, "DONE");
    },
  },
  {
    code: "SG0191",
    when: "the server's administrator suspends the account in the middle of an upload",
    act: async (grid, _name, set) => {
      const suspend = (suspended: boolean) =>
        grid.server.ask(
          "mutation ($id: ID!, $suspended: Boolean!) { suspendAccount(id: $id, suspended: $suspended) { account { id } } }",
          { id: ACCOUNT, suspended },
        );
      const id = await slowBackup(grid, set);
      await suspend(true);
      assertTold(
        await grid.untilState(id, "SUSPENDED"),
        "SG0191",
        /administrator has suspended what laptop does/,
      );
      await fullSpeed(grid);
      await suspend(false);
      await grid.order("resumeRun", id);
      assert.equal((await grid.untilState(id, "DONE", "FAILED")).state, "DONE");
    },
  },
  {
    code: "SG0290",
    when: "a set, or its repository at the server, is to be deleted while a backup of it is active",
    act: async (grid, name, set) => {
      const id = await slowBackup(grid, set);
      assertTold(await refusal(deleteSet(grid, set)), "SG0290", /a backup of it is active/);
      const { deleteStored } = await grid.server.ask<
        { deleteStored: { refused: Told[]; movedFiles: number } }
      >(
        "mutation ($input: DeleteStoredInput!) { deleteStored(input: $input) { movedFiles refused { code message } } }",
        { input: { account: ACCOUNT, repository: name } },
      );
      assert.equal(deleteStored.movedFiles, 0);
      assertTold(deleteStored.refused[0]!, "SG0290", /a backup to it is under way/);
      await fullSpeed(grid);
      assert.equal((await grid.untilState(id, "DONE", "FAILED")).state, "DONE");
    },
  },
  {
    code: "SG0291",
    when: "a set is to be deleted while a restore of it is active",
    act: async (grid, name, set) => {
      assert.equal((await grid.backUp(set)).state, "DONE");
      grid.proxy.pace = { segmentBytes: 16_384, delayMs: 5 };
      const input = { set, target: `${grid.folder}/slow-${name}` };
      const { startRestore } = await grid.client.ask<{ startRestore: { run: GridRun } }>(
        "mutation ($input: StartRestoreInput!) { startRestore(input: $input) { run { id } } }",
        { input },
      );
      await grid.untilState(startRestore.run.id, "RUNNING");
      assertTold(await refusal(deleteSet(grid, set)), "SG0291", /a restore of it is active/);
      grid.proxy.pace = {};
      assert.equal((await grid.untilState(startRestore.run.id, "DONE", "FAILED")).state, "DONE");
    },
  },
  {
    code: "SG0292",
    when: "a set is to be deleted that is being deleted; what was removed can be brought back",
    act: async (grid, name, set) => {
      grid.proxy.pace = { delayMs: 50 };
      await deleteSet(grid, set);
      assertTold(await refusal(deleteSet(grid, set)), "SG0292", /is being deleted already/);
      grid.proxy.pace = {};
      const gone = async () =>
        (await grid.client.ask<{ set: unknown }>("query ($id: ID!) { set(id: $id) { id } }", { id: set }))
          .set ===
          null;
      const { runs } = await grid.client.ask<{ runs: { nodes: GridRun[] } }>(
        "{ runs(first: 1) { nodes { id } } }",
      );
      const run = await grid.untilState(runs.nodes[0]!.id, "FAILED", "DONE");
      assert.equal(run.state, "DONE", run.message ?? "");
      while (!await gone()) await new Promise((resolve) => setTimeout(resolve, 100));
      const { undelete } = await grid.server.ask<{ undelete: { files: number } }>(
        "mutation ($input: UndeleteInput!) { undelete(input: $input) { files bytes } }",
        { input: { account: ACCOUNT, repository: name } },
      );
      assert.ok(undelete.files > 3);
    },
  },
  {
    code: "SG0170",
    when: "the server cannot be reached when a set's backups are to be removed; the set stays",
    act: async (grid, _name, set) => {
      grid.proxy.reset({ kind: "reset", direction: "up", at: 0, everAfter: true });
      await deleteSet(grid, set);
      const { runs } = await grid.client.ask<{ runs: { nodes: GridRun[] } }>(
        "{ runs(first: 1) { nodes { id } } }",
      );
      const run = await grid.untilState(runs.nodes[0]!.id, "FAILED", "DONE");
      assertTold(run, "SG0170", /^Cannot/);
      grid.proxy.reset();
    },
  },
  {
    code: "SG0094",
    when: "the drive cannot read a file; the rest is stored, and the run is incomplete",
    act: async (grid, name, set) => {
      const { id } = await grid.backUp(set);
      assert.equal((await grid.untilState(id, "DONE")).code, null);
      await grid.write(name, BAD_FILE, 100_000);
      const run = await grid.backUp(set);
      assert.equal(run.state, "INCOMPLETE");
      const { run: { problems } } = await grid.client.ask<{ run: { problems: { nodes: Told[] } } }>(
        "query ($id: ID!) { run(id: $id) { problems { nodes { code path message } } } }",
        { id: run.id },
      );
      assert.equal(problems.nodes.length, 1);
      assertTold(
        problems.nodes[0]!,
        "SG0094",
        new RegExp(`^Cannot read .*${BAD_FILE}: .*input.output error`, "i"),
      );
      await Deno.remove(`${grid.folder}/${name}/${BAD_FILE}`);
    },
  },
  {
    code: "SG0021",
    when: "another process is started on the data folder of the server, which goes on",
    act: async (grid) => {
      const { code, err } = await sparegrid(["serve", "--data", grid.server.data]);
      assert.equal(code, CODES.SG0021.exit);
      const { pid } = grid.server.process;
      assert.ok(
        err.includes(`Cannot use the data folder ${grid.server.data}: process ${pid} uses it [SG0021]`),
        err,
      );
    },
  },
];

/** A grid whose client cannot read {@link BAD_FILE}, and whose server has a small drive of its own where it can be mounted. */
async function openGrid(): Promise<AsyncDisposable & { readonly grid: GridStage }> {
  await using stack = new AsyncDisposableStack();
  const shim = stack.use(await FaultShim.build());
  const drive = stack.use(await scratch());
  if (mayMount()) {
    await done("mount", "-t", "tmpfs", "-o", `size=${DRIVE_BYTES}`, "none", drive.path);
    stack.defer(() => done("umount", drive.path));
  }
  const grid = stack.use(
    await GridStage.open({ store: drive.path }, (folder) => ({
      clientEnv: shim.env(`${drive.path}/report`, {
        paths: [`${folder}/${nameOf(CASES.findIndex(({ code }) => code === "SG0094"))}/${BAD_FILE}`],
        ...{ mode: "eio", at: 1, everAfter: true, operations: ["read"] },
      }),
    })),
  );
  const all = stack.move();
  return { grid, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

async function done(...argv: [string, ...string[]]): Promise<void> {
  const { success, stderr } = await new Deno.Command(argv[0], { args: argv.slice(1) }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
}

const nameOf = (number: number) => `set-${number + 1}`;

Deno.test("service: each SG code is what its condition is told by, and the next run completes", async (test) => {
  await using place = await openGrid();
  const { grid } = place;
  for (const [number, { code, when, act, ignore = false }] of CASES.entries()) {
    if (!(Deno.env.get("ONLY") ?? code).includes(code)) continue;
    const name = nameOf(number);
    await test.step({
      name: `${code}: ${when}`,
      ignore,
      fn: async () => {
        const set = await preparedSet(grid, name);
        try {
          await act(grid, name, set);
        } finally {
          grid.proxy.reset();
          grid.proxy.pace = {};
          await fullSpeed(grid);
        }
        await grid.mustBeWhole(name, code === "SG0292" ? await grid.addSet(name) : set);
      },
    });
  }
});

Deno.test("service: SG0180 is what a client is told to which nothing is allotted; with an allotment the run completes", async () => {
  await using grid = await GridStage.open({ quota: null });
  const set = await grid.addSet("home");
  const run = await grid.untilState(await grid.start("BACKUP", set), "FAILED", "WAITING", "DONE");
  assertTold(run, "SG0180", /No space is allotted to laptop at this server/);
  await grid.updateAccount({ quota: 1e9 });
  await grid.mustBeWhole("home", set);
});
