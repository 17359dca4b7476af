// Copyright the SpareGrid authors. Apache-2.0.
// What the real restic wrote, decoded and encoded again, must be the same bytes.
import assert from "node:assert/strict";
import { fromHex, systemRandom, utf8, utf8Text } from "../../../mod/base/mod.ts";
import {
  decodeConfig,
  decodeIndex,
  decodeKey,
  decodeSnapshot,
  decodeTree,
  encodeConfig,
  encodeIndex,
  encodeKey,
  encodeSnapshot,
  encodeTree,
  goJson,
  type IndexFile,
  parseExact,
} from "../../../mod/format/mod.ts";
import { sha256 } from "../../../mod/crypto/mod.ts";
import { openFileSystem } from "../../../mod/platform/mod.ts";
import { LocalStorage } from "../../../mod/storage/mod.ts";
import { resticDone } from "../../kit/command_line.ts";
import { makeNastyTree } from "../../kit/nasty_tree.ts";
import { initRepository, PASSWORD, reopen } from "../../kit/repository.ts";
import { scratch } from "../../kit/scratch.ts";

const ENV = { RESTIC_PASSWORD: PASSWORD, TZ: "UTC" };

/** Restic prints some files indented; this is the JSON it stored. */
const compact = (printed: string) => goJson(parseExact(printed));

Deno.test("mod: trees, index and snapshot that the real restic wrote come back byte for byte", async () => {
  await using folder = await scratch();
  const source = `${folder.path}/a<b>&c "\u2028\u00e9`;
  await Deno.mkdir(source);
  makeNastyTree(source, { asRoot: Deno.uid() === 0, sparseBytes: 1 << 20, crowd: 300, forRestic: true });
  const repo = `${folder.path}/repo`;
  const storage = new LocalStorage(openFileSystem(), systemRandom, repo);
  // Ours, because its key costs next to nothing; all that is read below is restic's.
  await initRepository(storage);
  const run = (...args: string[]) => resticDone(["-r", repo, ...args], { env: ENV });
  await run("backup", "--tag", "x,<y>", "--exclude", "*.none", source);

  const trees = new Set<string>();
  for (const name of (await run("list", "index")).out.trim().split("\n")) {
    const printed = (await run("cat", "index", name)).out;
    const index: IndexFile = decodeIndex(utf8(printed));
    assert.equal(utf8Text(encodeIndex(index)).trimEnd(), printed.trimEnd());
    for (const blob of index.packs.flatMap(({ blobs }) => blobs)) {
      if (blob.type === "tree") trees.add(blob.id);
    }
  }
  const repository = await reopen(storage);
  const kinds = new Set<string>();
  for (const id of trees) {
    const bytes = await repository.loadBlob("tree", id as Parameters<typeof repository.loadBlob>[1]);
    const { nodes } = decodeTree(bytes);
    for (const { type } of nodes) kinds.add(type);
    const again = encodeTree(nodes);
    if (utf8Text(again) !== utf8Text(bytes)) assert.equal(utf8Text(again), utf8Text(bytes));
    assert.deepEqual(sha256(again), fromHex(id));
  }
  assert.ok(trees.size > 20, `${trees.size} trees`);
  for (const kind of ["file", "dir", "symlink", "fifo"]) assert.ok(kinds.has(kind), kind);
  if (Deno.uid() === 0) assert.ok(kinds.has("dev") && kinds.has("chardev"));

  const [name] = (await run("list", "snapshots")).out.trim().split("\n");
  const snapshot = (await run("cat", "snapshot", name!)).out;
  assert.equal(utf8Text(encodeSnapshot(decodeSnapshot(utf8(snapshot)))), compact(snapshot));
});

Deno.test("mod: key and config that the real restic wrote come back byte for byte", async () => {
  await using folder = await scratch();
  const repo = `${folder.path}/repo`;
  await resticDone(["-r", repo, "init"], { env: ENV });
  for await (const { name } of Deno.readDir(`${repo}/keys`)) {
    const bytes = await Deno.readFile(`${repo}/keys/${name}`);
    assert.equal(utf8Text(encodeKey(decodeKey(bytes))), utf8Text(bytes).trimEnd());
  }
  const config = (await resticDone(["-r", repo, "cat", "config"], { env: ENV })).out;
  assert.equal(utf8Text(encodeConfig(decodeConfig(utf8(config)))), compact(config));
});
