// Copyright the SpareGrid authors. Apache-2.0.
// The server is killed at every change that it makes to its store and its catalog (here at a share of them; all with
// SPAREGRID_KILL_ALL=1), while a client stores and removes: what was answered holds, what was not is whole or absent, the
// catalog opens, and the figures are those of the disk.
import assert from "node:assert/strict";
import { type FaultMode, FaultShim, takeReport } from "../kit/fault_shim.ts";
import { scratch } from "../kit/scratch.ts";
import { openServer } from "../kit/server_process.ts";
import { filesBelow, nameOf, someBytes } from "../kit/server_stage.ts";

const VICTIM = new URL("../kit/server_victim.ts", import.meta.url).pathname;
const POINTS = Deno.env.get("SPAREGRID_KILL_ALL") === "1" ? Infinity : 20;
const HOME = { account: "pc", repository: "home" };

/** What was there before, and what a backup with a prune behind it stores and removes. */
const FILES = {
  config: someBytes(155, 1),
  oldPack: someBytes(200_000, 2),
  oldSnapshot: someBytes(300, 3),
  lock: someBytes(200, 4),
  pack: someBytes(1_200_000, 5),
  smallPack: someBytes(5_000, 6),
  index: someBytes(4_000, 7),
  snapshot: someBytes(310, 8),
};

interface Step {
  readonly method: "POST" | "DELETE";
  readonly type: "data" | "index" | "locks" | "snapshots";
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly chunked?: boolean;
}

const STORY: readonly Step[] = [
  { method: "POST", type: "locks", bytes: FILES.lock },
  { method: "POST", type: "data", bytes: FILES.pack },
  { method: "POST", type: "data", bytes: FILES.smallPack, chunked: true },
  { method: "POST", type: "data", bytes: FILES.pack },
  { method: "POST", type: "index", bytes: FILES.index },
  { method: "POST", type: "snapshots", bytes: FILES.snapshot },
  { method: "DELETE", type: "snapshots", bytes: FILES.oldSnapshot },
  { method: "DELETE", type: "data", bytes: FILES.oldPack },
  { method: "DELETE", type: "locks", bytes: FILES.lock },
];

/** What a repository should hold: true for what was answered, undefined for what was on its way. */
type Expected = Map<string, { readonly bytes: Uint8Array; there: boolean | undefined }>;

const pathOf = (type: string, bytes: Uint8Array) => `${type}/${nameOf(bytes)}`;

function beforeAll(): Expected {
  return new Map([
    [pathOf("data", FILES.oldPack), { bytes: FILES.oldPack, there: true }],
    [pathOf("snapshots", FILES.oldSnapshot), { bytes: FILES.oldSnapshot, there: true }],
  ]);
}

function send(port: number, secret: string, method: string, path: string, step?: Step): Promise<Response> {
  const { bytes, chunked } = step ?? {};
  const body = method !== "POST" || bytes === undefined
    ? undefined
    : chunked
    ? new Blob([bytes]).stream()
    : bytes;
  const headers = { Authorization: `Basic ${btoa(`pc:${secret}`)}` };
  return fetch(`http://127.0.0.1:${port}/pc/home/${path}`, { method, headers, ...(body ? { body } : {}) });
}

/** Tells the story to the victim until it dies. Gives what it answered, and the changes it made. */
async function live(
  shim: FaultShim,
  folder: string,
  secret: string,
  mode: FaultMode,
  at: number,
): Promise<{ expected: Expected; operations: number; steps: number }> {
  const report = `${folder}.report`;
  await using child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", VICTIM, folder],
    env: shim.env(report, { paths: [folder], mode, at }),
    ...{ stdin: "piped", stdout: "piped", stderr: "null" },
  }).spawn();
  const { value } = await child.stdout.pipeThrough(new TextDecoderStream()).getReader().read();
  const port = Number(value ?? 0);
  const expected = beforeAll();
  let steps = 0;
  if (port > 0) {
    for (const step of STORY) {
      const path = pathOf(step.type, step.bytes);
      const before = expected.get(path);
      // Whatever becomes of it, the bytes that were there are not lost by storing them again.
      const onItsWay = step.method === "POST" && before?.there ? true : undefined;
      expected.set(path, { bytes: step.bytes, there: onItsWay });
      try {
        const answer = await send(port, secret, step.method, path, step);
        await answer.body?.cancel();
        assert.equal(answer.status, 200, `${step.method} ${path}`);
      } catch (error) {
        if (error instanceof assert.AssertionError) throw error;
        break;
      }
      expected.set(path, { bytes: step.bytes, there: step.method === "POST" });
      steps++;
    }
  }
  await child.stdin.close().catch(() => {});
  await child.status;
  return { expected, steps, operations: (await takeReport(report)).operations };
}

async function judge(folder: string, secret: string, expected: Expected): Promise<void> {
  await using server = await openServer(folder);
  assert.equal(server.catalog.setAside, undefined);
  assert.equal(server.stores.recovery.missing, 0);
  const config = await send(server.port, secret, "GET", "config");
  assert.deepEqual(await config.bytes(), FILES.config);
  for (const [path, { bytes, there }] of expected) {
    const answer = await send(server.port, secret, "GET", path);
    const body = await answer.bytes();
    if (answer.status === 200) assert.deepEqual(body, bytes, path);
    else assert.equal(answer.status, 404, path);
    if (there !== undefined) assert.equal(answer.status, there ? 200 : 404, path);
  }
  const files = (await filesBelow(folder)).filter(([path]) => /^(?:store|trash)\//.test(path));
  assert.deepEqual(files.filter(([path]) => path.startsWith("store/.incoming/")), []);
  const sum = (area: string) =>
    files.filter(([path]) => path.startsWith(area)).reduce((bytes, [, size]) => bytes + size, 0);
  assert.deepEqual(server.stores.usageOf("pc"), { storedBytes: sum("store/"), trashBytes: sum("trash/") });
  // The catalog tells of every file that is there, and of no other.
  const { events } = await server.stores.since(HOME, 0);
  const told = events.filter(({ removed }) => !removed).map(({ file, size }) => `${file} ${size}`).sort();
  const there = files.filter(([path]) => path.startsWith("store/") && !path.includes("/locks/"))
    .map(([path, size]) => `${path.replace(/^store\/pc\/home\//, "").replace(/^data\/../, "data")} ${size}`)
    .sort();
  assert.deepEqual(told, there);
  // What was removed can be brought back, and all that was on its way can be done again.
  if (sum("trash/") > 0) await server.stores.undelete(HOME);
  for (const step of STORY.slice(0, 6)) {
    const answer = await send(server.port, secret, "POST", pathOf(step.type, step.bytes), step);
    await answer.body?.cancel();
    assert.equal(answer.status, 200);
  }
  assert.equal((await server.stores.repositories("pc"))[0]!.files, 8);
}

Deno.test({
  name: "server: killed at every change of its store and catalog, what was answered holds, and it goes on",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using shim = await FaultShim.build();
    await using top = await scratch("sparegrid-server-kill-");
    const prepared = `${top.path}/prepared`;
    let secret: string;
    {
      await using server = await openServer(prepared);
      secret = await server.addAccount("pc", 1e9);
      for (
        const [path, bytes] of [
          ["?create=true", undefined],
          ["config", FILES.config],
          [pathOf("data", FILES.oldPack), FILES.oldPack],
          [pathOf("snapshots", FILES.oldSnapshot), FILES.oldSnapshot],
        ] as const
      ) {
        const step = bytes && { method: "POST" as const, type: "data" as const, bytes };
        const answer = await send(server.port, secret, "POST", path, step);
        await answer.body?.cancel();
        assert.equal(answer.status, 200, path);
      }
    }
    const copy = async (name: string) => {
      const args = ["-a", prepared, `${top.path}/${name}`];
      assert.ok((await new Deno.Command("cp", { args }).output()).success);
      return `${top.path}/${name}`;
    };
    const whole = await copy("whole");
    const { operations, steps, expected } = await live(shim, whole, secret, "count", 0);
    assert.equal(steps, STORY.length);
    await judge(whole, secret, expected);
    assert.ok(operations > 60, `only ${operations} changes`);
    const step = Math.max(1, operations / POINTS);
    let cutShort = 0;
    for (let at = 1; at <= operations; at += step) {
      for (const mode of ["kill", "torn"] as const) {
        const point = Math.floor(at) + (mode === "torn" ? Math.floor(step / 2) : 0);
        const folder = await copy(`${mode}-${point}`);
        const life = await live(shim, folder, secret, mode, point);
        if (life.steps < STORY.length) cutShort++;
        try {
          await judge(folder, secret, life.expected);
        } catch (error) {
          throw new Error(`${mode} at change ${point} of ${operations}, after ${life.steps} steps`, {
            cause: error,
          });
        }
        await Deno.remove(folder, { recursive: true });
      }
    }
    assert.ok(cutShort > 20, `only ${cutShort} lives were cut short`);
  },
});
