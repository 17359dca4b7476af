// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import fc from "fast-check";
import { ListingDigest, type NodeStat } from "../../../mod/archiver/listing_digest.ts";
import { NodeMaker } from "../../../mod/archiver/node_maker.ts";
import { toHex, utf8 } from "../../../mod/base/mod.ts";
import type { Stat } from "../../../mod/platform/mod.ts";

const owners = {
  user: (uid: number) => uid % 3 === 0 ? undefined : `user ${uid}`,
  group: (gid: number) => gid % 3 === 0 ? undefined : `group ${gid}`,
};
const maker = new NodeMaker(owners, { withAtime: false });
const time = fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n);
const u64 = fc.bigInt(0n, 2n ** 64n - 1n);
const stat: fc.Arbitrary<Stat> = fc.record({
  kind: fc.constantFrom("file", "dir", "symlink", "dev", "chardev", "fifo", "socket"),
  permissions: fc.nat(0o7777),
  ...{ dev: u64, ino: u64, rdev: u64, mtime: time, atime: time, ctime: time },
  ...{ links: fc.integer({ min: 1, max: 65_000 }), uid: fc.nat(2 ** 31 - 1), gid: fc.nat(2 ** 31 - 1) },
  ...{ size: fc.maxSafeNat(), allocated: fc.maxSafeNat() },
});
const entry = fc.record({ name: fc.uint8Array({ minLength: 1, maxLength: 300 }), stat });

function digestOf(entries: readonly { name: Uint8Array; stat: NodeStat }[]): string | undefined {
  const digest = new ListingDigest();
  for (const { name, stat } of entries) digest.add(name, stat);
  const end = digest.end();
  return end && toHex(end);
}

const node = (name: Uint8Array, stat: Stat) => maker.make(name, stat, {});

Deno.test("ListingDigest is the same of nodes and of what the system says", () => {
  fc.assert(fc.property(fc.array(entry, { maxLength: 80 }), (entries) => {
    const nodes = entries.map(({ name, stat }) => ({ name, stat: node(name, stat) }));
    const today = new ListingDigest();
    for (const { name, stat } of entries) today.add(name, maker.describe(stat));
    assert.equal(toHex(today.end()!), digestOf(nodes));
  }));
});

Deno.test("ListingDigest is the same just where each node is of the same stat, entry by entry", () => {
  fc.assert(
    fc.property(fc.array(entry, { minLength: 1, maxLength: 60 }), fc.nat(), stat, (entries, at, other) => {
      const nodes = entries.map(({ name, stat }) => ({ name, stat: node(name, stat) }));
      const before = digestOf(nodes);
      const index = at % nodes.length;
      const { name, stat: old } = nodes[index]!;
      for (const key of Object.keys(other) as (keyof Stat)[]) {
        const changed = { ...entries[index]!.stat, [key]: other[key] };
        const same = maker.sameStat(old, changed);
        assert.equal(digestOf(nodes.with(index, { name, stat: node(name, changed) })) === before, same, key);
      }
      assert.notEqual(digestOf(nodes.toSpliced(index, 1)), before, "one less");
      assert.notEqual(digestOf(nodes.toSpliced(index, 0, nodes[index]!)), before, "one more");
      const renamed = Uint8Array.of(...name, 1);
      assert.notEqual(digestOf(nodes.with(index, { name: renamed, stat: old })), before, "another name");
    }),
  );
});

Deno.test("ListingDigest tells names and owners apart that join to the same bytes", () => {
  const base = { ...maker.describe({ ...fc.sample(stat, { numRuns: 1, seed: 1 })[0]!, kind: "file" }) };
  const all = [
    { name: utf8("ab"), stat: { ...base, user: "c", group: "d" } },
    { name: utf8("a"), stat: { ...base, user: "bc", group: "d" } },
    { name: utf8("ab"), stat: { ...base, user: "cd", group: undefined } },
    { name: utf8("ab"), stat: { ...base, user: undefined, group: "cd" } },
    { name: utf8("ab"), stat: { ...base, user: "cd", group: "" } },
  ];
  assert.equal(new Set(all.map((one) => digestOf([one]))).size, all.length);
});

Deno.test("ListingDigest there is none of what was spoilt, of times beyond 64 bits and of names beyond a block", () => {
  const [one] = fc.sample(stat, { numRuns: 1, seed: 2 });
  const name = utf8("name");
  const late = node(name, { ...one!, mtime: 2n ** 63n });
  assert.equal(digestOf([{ name, stat: late }]), undefined);
  assert.equal(digestOf([{ name: new Uint8Array(9000).fill(97), stat: node(name, one!) }]), undefined);
  const spoilt = new ListingDigest();
  spoilt.add(name, node(name, one!));
  spoilt.spoil();
  assert.equal(spoilt.end(), undefined);
  assert.ok(digestOf([]), "an empty folder has one");
  assert.equal(digestOf([]), digestOf([]));
});
