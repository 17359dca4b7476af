// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { equalBytes, systemRandom, utf8, utf8Text } from "../../../mod/base/mod.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import type { Node } from "../../../mod/format/mod.ts";
import { openFileSystem } from "../../../mod/platform/mod.ts";
import { type RestoreProblem, tarTree, zipTree } from "../../../mod/restorer/mod.ts";
import { scratch } from "../../kit/scratch.ts";
import { assertSameTree } from "../../kit/tree_oracle.ts";
import { content, stat, text } from "./sight.ts";
import { file, folder, node, restoreNodes, sorted, ToyStore } from "./toy_store.ts";

const signal = new AbortController().signal;
const asRoot = Deno.uid() === 0;

async function save(path: string, parts: AsyncIterable<Uint8Array>): Promise<void> {
  using out = await Deno.open(path, { create: true, write: true });
  for await (const part of parts) {
    for (let at = 0; at < part.length;) at += await out.write(part.subarray(at));
  }
}

async function run(command: string, args: string[], cwd: string): Promise<{ said: string; out: string }> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args, cwd }).output();
  const [out, said] = [utf8Text(stdout), utf8Text(stderr)];
  assert.ok(success, `${command} ${args.join(" ")}: ${said}`);
  return { said, out };
}

/** What both kinds of archive can hold. */
function common(store: ToyStore): Node[] {
  const long = "l".repeat(200);
  return [
    file(store, "plain.txt", "plain content\n".repeat(50)),
    file(store, "empty", ""),
    file(store, "big", systemRandom.bytes(200_000), { piece: 50_000 }),
    file(store, "text", "text ".repeat(500_000), { piece: 700_001 }),
    file(store, "r\u00e9sum\u00e9 \u65e5\u672c", "utf-8"),
    file(store, "run.sh", "#!/bin/sh\n", { permissions: 0o751 }),
    node("symlink", "link", { linkTarget: utf8("plain.txt"), permissions: 0o777 }),
    node("symlink", "far", { linkTarget: utf8(`/${long}/${long}`), permissions: 0o777 }),
    folder(store, "sub", [folder(store, long, [file(store, long, "long path")]), folder(store, "none", [])]),
  ];
}

Deno.test("tarTree writes what GNU tar extracts to the same tree", async () => {
  await using dir = await scratch();
  const store = new ToyStore();
  const shared = { inode: 5n, deviceId: 1n, links: 2n };
  const nodes = sorted([
    ...common(store),
    file(store, "hard1", "linked", shared),
    file(store, "hard2", "linked", shared),
    file(store, new Uint8Array([0x62, 0xff, 0xfe]), "not utf-8"),
    file(store, "line\nbreak", "x"),
    file(store, "old", "x", { mtime: -1_500_000_001n }),
    file(store, "ancient", "x", { mtime: -11_644_473_600_000_000_000n }),
    file(store, "future", "x", { mtime: 9_000_000_000_123_456_789n }),
    file(store, "attr", "x", { xattrs: [{ name: "user.a=b%", value: new Uint8Array([0, 10, 61, 255]) }] }),
    node("fifo", "pipe", { permissions: 0o620 }),
    ...(asRoot
      ? [
        file(store, "setuid", "x", { permissions: 0o6755, uid: 4_000_000_000, gid: 3_000_000 }),
        node("chardev", "null", { device: 259n }),
        node("dev", "sdz9", { device: (1n << 8n) | 200n | (1n << 20n) }),
      ]
      : []),
  ]);
  const problems: RestoreProblem[] = [];
  await save(
    `${dir.path}/x.tar`,
    tarTree(store, { nodes }, { signal, onProblem: (p) => void problems.push(p) }),
  );
  assert.deepEqual(problems, []);
  await Deno.mkdir(`${dir.path}/tar`);
  const { said } = await run(
    "tar",
    ["xpf", "../x.tar", "--xattrs", "--xattrs-include=*", "--numeric-owner"],
    `${dir.path}/tar`,
  );
  assert.equal(said.replace(/^.*time stamp.*\n/gm, ""), "");
  const restored = await restoreNodes(openFileSystem(), store, nodes, `${dir.path}/direct`);
  assert.deepEqual(restored.problems, []);
  await assertSameTree(
    `${dir.path}/tar`,
    `${dir.path}/direct`,
    sorted(nodes).map(({ name }) => utf8Text(name)).filter((name) => !name.includes("\ufffd")),
  );
  assert.equal(utf8Text(await Deno.readFile(`${dir.path}/tar/hard2`)), "linked");
});

Deno.test("zipTree writes what unzip extracts to the same files", async () => {
  await using dir = await scratch();
  const store = new ToyStore();
  const nodes = sorted(common(store));
  await save(
    `${dir.path}/x.zip`,
    zipTree(store, { nodes }, { signal, onProblem: ({ message }) => assert.fail(message) }),
  );
  await run("unzip", ["-q", "x.zip", "-d", "zip"], dir.path);
  const { out } = await run("python3", [
    "-c",
    "import zipfile;z=zipfile.ZipFile('x.zip');print(z.testzip(),len(z.namelist()))",
  ], dir.path);
  assert.equal(out.trim(), "None 12");
  const fs = openFileSystem();
  await restoreNodes(fs, store, nodes, `${dir.path}/direct`);
  for (const name of ["plain.txt", "empty", "big", "text", "r\u00e9sum\u00e9 \u65e5\u672c", "run.sh"]) {
    assert.ok(
      equalBytes(content(fs, `${dir.path}/zip/${name}`), content(fs, `${dir.path}/direct/${name}`)),
      name,
    );
    const [a, b] = [stat(fs, `${dir.path}/zip/${name}`), stat(fs, `${dir.path}/direct/${name}`)];
    assert.deepEqual(
      [a.permissions, a.mtime / 1_000_000_000n],
      [b.permissions, b.mtime / 1_000_000_000n],
      name,
    );
  }
  assert.equal(await Deno.readLink(`${dir.path}/zip/link`), "plain.txt");
  const long = "l".repeat(200);
  assert.equal(text(fs, `${dir.path}/zip/sub/${long}/${long}`), "long path");
});

Deno.test("zipTree goes over 65,535 entries with zip64", async () => {
  await using dir = await scratch();
  const store = new ToyStore();
  const one = file(store, "x", "");
  const last = file(store, "z", "same");
  const nodes = Array.from(
    { length: 66_000 },
    (_, i) => ({ ...one, name: utf8(String(i).padStart(6, "0")) }),
  );
  await save(
    `${dir.path}/x.zip`,
    zipTree(store, { nodes: [...nodes, last] }, { signal, onProblem: ({ message }) => assert.fail(message) }),
  );
  const { out } = await run("python3", [
    "-c",
    "import zipfile;z=zipfile.ZipFile('x.zip');print(len(z.namelist()),z.read('z'))",
  ], dir.path);
  assert.equal(out.trim(), "66001 b'same'");
});

Deno.test("tarTree and zipTree leave out what is unsafe or impossible, and say so", async () => {
  const store = new ToyStore();
  const nodes = [
    folder(store, "..", [file(store, "x", "evil")]),
    file(store, "a/b", "evil"),
    node("file", "damaged"),
    node("socket", "socket"),
    node("fifo", "pipe"),
    file(store, "C:\\x", "odd"),
  ];
  for (const [make, expected] of [[tarTree, 4], [zipTree, 5]] as const) {
    const problems: string[] = [];
    const parts = await Array.fromAsync(
      make(store, { nodes }, { signal, onProblem: ({ code }) => void problems.push(code) }),
    );
    assert.equal(problems.length, expected);
    const all = utf8Text(new Uint8Array(await new Blob(parts as Uint8Array<ArrayBuffer>[]).arrayBuffer()));
    assert.ok(!all.includes("evil") && !all.includes(".."));
    assert.equal(all.includes("C%3A%5Cx"), make === zipTree);
  }
});

Deno.test("tarTree and zipTree end with an error at a damaged blob or a false size", async () => {
  for (const make of [tarTree, zipTree]) {
    const store = new ToyStore();
    const damaged = file(store, "f", "0123456789", { piece: 4 });
    const short = { ...file(store, "g", "0123456789"), size: 11n };
    const long = { ...file(store, "h", "x".repeat(2_000_000)), size: 1_500_000n };
    store.damage(damaged.content![1]!);
    for (const bad of [damaged, short, long]) {
      const archive = make(store, { nodes: [bad] }, { signal, onProblem: () => {} });
      await assert.rejects(
        Array.fromAsync(archive),
        (error) => isSgError(error, "SG1005"),
        utf8Text(bad.name),
      );
    }
  }
});
