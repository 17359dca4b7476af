// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { utf8Text } from "../../../mod/base/mod.ts";
import { openFileSystem } from "../../../mod/platform/mod.ts";
import { type RestoreProblem, tarTree } from "../../../mod/restorer/mod.ts";
import { scratch } from "../../kit/scratch.ts";
import { assertSameTree } from "../../kit/tree_oracle.ts";
import { file, node, restoreNodes, sorted, ToyStore } from "./toy_store.ts";
import { asRoot, common, run, save, signal } from "./archive_sample.ts";

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
  const names = sorted(nodes).map(({ name }) => utf8Text(name)).filter((name) => !name.includes("\ufffd"));
  await assertSameTree(`${dir.path}/tar`, `${dir.path}/direct`, { names });
  assert.equal(utf8Text(await Deno.readFile(`${dir.path}/tar/hard2`)), "linked");
});
