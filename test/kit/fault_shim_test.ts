// Copyright the SpareGrid authors. Apache-2.0.
// The shim's own proof: each mode does what it says, to SpareGrid's calls by FFI and to Deno's own.
import assert from "node:assert/strict";
import { type FaultOrder, type FaultReport, FaultShim, takeReport, untilStopped } from "./fault_shim.ts";
import { scratch } from "./scratch.ts";

const linux = Deno.build.os === "linux";
const PLATFORM = new URL("../../mod/platform/mod.ts", import.meta.url).href;

const shim = linux ? await FaultShim.build() : undefined!;
Deno.test.afterAll(async () => await shim?.[Symbol.asyncDispose]());

/** Writes `0123456789` durably to a file by SpareGrid's port, reads it back, and prints it. */
const BY_PORT = `
  import { openFileSystem, writeDurably } from "${PLATFORM}";
  const fs = openFileSystem(), name = (text) => new TextEncoder().encode(text);
  const dir = fs.openRoot(Deno.args[0]);
  await writeDurably(fs, dir, name("file"), name("temporary"), name("0123456789"));
  const fd = fs.openRead(dir, name("file")), into = new Uint8Array(100);
  console.log(new TextDecoder().decode(into.subarray(0, fs.readAt(fd, into, 0))));
`;
/** The same by Deno's own calls. */
const BY_DENO = `
  const file = await Deno.open(Deno.args[0] + "/temporary", { write: true, createNew: true });
  const count = await file.write(new TextEncoder().encode("0123456789"));
  if (count < 10) await file.write(new TextEncoder().encode("0123456789").subarray(count));
  await file.sync();
  file.close();
  await Deno.rename(Deno.args[0] + "/temporary", Deno.args[0] + "/file");
  console.log(await Deno.readTextFile(Deno.args[0] + "/file"));
`;

interface Run extends FaultReport {
  readonly signal: Deno.Signal | null;
  readonly out: string;
  readonly err: string;
  /** Names in the folder, and their content. */
  readonly left: Readonly<Record<string, string>>;
}

async function run(program: string, order: Omit<FaultOrder, "paths">): Promise<Run> {
  await using folder = await scratch();
  const [place, report] = [`${folder.path}/place`, `${folder.path}/report`];
  await Deno.mkdir(place);
  await Deno.writeTextFile(`${folder.path}/program.ts`, program);
  const { signal, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--cached-only", `${folder.path}/program.ts`, place],
    env: shim.env(report, { paths: [place], ...order }),
    stdout: "piped",
    stderr: "piped",
  }).output();
  const left: Record<string, string> = {};
  for await (const { name } of Deno.readDir(place)) left[name] = await Deno.readTextFile(`${place}/${name}`);
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { signal, out: text(stdout), err: text(stderr), left, ...await takeReport(report) };
}

const WHOLE = { file: "0123456789" };

/** What each mode does to the second operation, the write, by either way. */
const CASES: readonly (Omit<FaultOrder, "paths"> & {
  readonly says: string;
  readonly killed: boolean;
  readonly left: Readonly<Record<string, string>>;
  readonly err?: RegExp;
})[] = [
  { says: "kill ends the process before it", mode: "kill", killed: true, left: { temporary: "" } },
  { says: "torn leaves a half", mode: "torn", killed: true, left: { temporary: "01234" } },
  { says: "short is made up for", mode: "short", killed: false, left: WHOLE },
  { says: "flip changes a bit", mode: "flip", killed: false, left: { file: "0123446789" } },
];

for (const [way, program] of [["the port", BY_PORT], ["Deno's own calls", BY_DENO]] as const) {
  Deno.test(`fault_shim by ${way}: counts the operations`, { ignore: !linux }, async () => {
    const { operations, faults, first, left } = await run(program, {});
    // create, write, fsync, rename, and by the port the folder's fsync
    const expected = { operations: program === BY_PORT ? 5 : 4, faults: 0, first: "", left: WHOLE };
    assert.deepEqual({ operations, faults, first, left }, expected);
  });

  for (const { says, killed, left, ...order } of CASES) {
    Deno.test(`fault_shim by ${way}: ${says}`, { ignore: !linux }, async () => {
      const ran = await run(program, { ...order, at: 2 });
      assert.equal(ran.signal, killed ? "SIGKILL" : null, ran.err);
      assert.deepEqual(ran.left, left);
      assert.match(ran.first, /^2 write .*\/place\/temporary$/);
    });
  }

  for (
    const [mode, message] of [["enospc", /ENOSPC|No space left/], ["eio", /EIO|Input\/output error/]] as const
  ) {
    Deno.test(`fault_shim by ${way}: ${mode} fails each kind of operation`, { ignore: !linux }, async () => {
      for (const operation of ["create", "write", "fsync", "rename"] as const) {
        const ran = await run(program, { mode, at: 1, everAfter: true, operations: [operation] });
        assert.match(ran.err, message, operation);
        assert.equal(ran.left["file"], undefined, operation);
        assert.match(ran.first, new RegExp(`^1 ${operation} `));
      }
    });
  }
}

Deno.test("fault_shim: a failure comes once, or for ever after", { ignore: !linux }, async () => {
  const order = { mode: "eio", at: 1, operations: ["fsync", "unlink"] } as const;
  const [once, forEver] = [await run(BY_PORT, order), await run(BY_PORT, { ...order, everAfter: true })];
  assert.deepEqual([once.faults, Object.keys(once.left)], [1, []]);
  assert.deepEqual([forEver.faults, Object.keys(forEver.left)], [2, ["temporary"]]);
});

Deno.test("fault_shim: reading fails, is cut and is flipped", { ignore: !linux }, async () => {
  const operations = ["read"] as const;
  assert.match((await run(BY_PORT, { mode: "eio", at: 1, operations })).err, /EIO/);
  assert.equal((await run(BY_PORT, { mode: "short", at: 1, operations })).out, "0123456789\n");
  assert.notEqual((await run(BY_PORT, { mode: "flip", at: 1, operations })).out, "0123456789\n");
  assert.equal((await run(BY_DENO, { mode: "short", at: 1, operations })).out, "0123456789\n");
});

Deno.test("fault_shim: a stopped process goes on with SIGCONT", { ignore: !linux }, async () => {
  await using folder = await scratch();
  const [place, report] = [`${folder.path}/place`, `${folder.path}/report`];
  await Deno.mkdir(place);
  await Deno.writeTextFile(`${folder.path}/program.ts`, BY_PORT);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--cached-only", `${folder.path}/program.ts`, place],
    env: shim.env(report, { paths: [place], mode: "stop", at: 4 }),
  }).spawn();
  await untilStopped(child);
  assert.deepEqual([...Deno.readDirSync(place)].map(({ name }) => name), ["temporary"]);
  child.kill("SIGCONT");
  assert.equal((await child.status).code, 0);
  assert.equal(await Deno.readTextFile(`${place}/file`), "0123456789");
});
