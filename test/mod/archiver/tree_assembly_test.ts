// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import fc from "fast-check";
import { TreeAssembly } from "../../../mod/archiver/tree_assembly.ts";
import { utf8 } from "../../../mod/base/mod.ts";
import { encodeTree, type Node } from "../../../mod/format/mod.ts";

function node(name: string, inode = 1n): Node {
  return {
    ...{ name: utf8(name), type: "fifo", mode: 0, mtime: 0n, atime: 0n, ctime: 0n, uid: 0, gid: 0 },
    ...{ inode, deviceId: 0n, size: 0n, links: 1n, device: 0n, content: null },
  };
}

const names = (count: number) => Array.from({ length: count }, (_, i) => `n${String(i).padStart(6, "0")}`);

Deno.test("TreeAssembly.finish gives the nodes in order of their places, however they come", () => {
  const entry = fc.record({ later: fc.boolean(), gone: fc.boolean() });
  fc.assert(fc.property(fc.array(entry, { maxLength: 40 }), fc.infiniteStream(fc.nat()), (entries, picks) => {
    const assembly = new TreeAssembly(undefined);
    const nodes = names(entries.length).map((name) => node(name));
    const open: { slot: number; node: Node | null }[] = [];
    const kept: Node[] = [];
    entries.forEach(({ later, gone }, i) => {
      if (later) open.push({ slot: assembly.reserve(), node: gone ? null : nodes[i]! });
      else assembly.add(nodes[i]!);
      if (!later || !gone) kept.push(nodes[i]!);
      if (open.length > 3) fillOne();
    });
    while (open.length > 0) fillOne();
    assert.equal(assembly.open, 0);
    assert.deepEqual(assembly.finish(), encodeTree(kept));

    function fillOne(): void {
      const [one] = open.splice(picks.next().value! % open.length, 1);
      assembly.fill(one!.slot, one!.node);
    }
  }));
});

Deno.test("TreeAssembly.finish encodes nothing when all nodes are the parent's", () => {
  const previous = names(10_000).map((name) => node(name));
  const assembly = new TreeAssembly(previous);
  const slots = previous.map((one, i) => i % 7 === 0 ? { one, slot: assembly.reserve() } : assembly.add(one));
  for (const slot of slots) if (slot) assembly.fill(slot.slot, slot.one);
  assert.equal(assembly.finish(), undefined);
  assert.equal(new TreeAssembly([]).finish(), undefined);
});

Deno.test("TreeAssembly.finish gives what took a long tree where there is something that does", () => {
  const user = "u".repeat(9 * 2 ** 20);
  const nodes = names(3).map((name) => ({ ...node(name), user }));
  let bytes = 0;
  const long = { add: (piece: Uint8Array) => void (bytes += piece.length), save: () => Promise.reject() };
  const assembly = new TreeAssembly([nodes[0]!], { beginLong: () => long });
  for (const one of nodes) assembly.add(one);
  assert.equal(assembly.finish(), long);
  assert.equal(bytes, encodeTree(nodes).length);
});

Deno.test("TreeAssembly.finish encodes the whole tree where one node differs, is new or is missing", () => {
  const previous = names(5).map((name) => node(name));
  const variants = [
    previous.with(2, node("n000002", 9n)),
    previous.toSpliced(2, 1),
    previous.slice(0, 4),
    previous.slice(1),
    [...previous, node("z")],
    [],
  ];
  for (const variant of variants) {
    const assembly = new TreeAssembly(previous);
    for (const one of variant) assembly.add(one);
    assert.deepEqual(assembly.finish(), encodeTree(variant));
  }
});
