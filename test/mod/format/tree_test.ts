// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import fc from "fast-check";
import { concatBytes, MIB, TREE_BLOB_BYTES_MAX, utf8, utf8Text } from "../../../mod/base/mod.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import {
  decodeTree,
  encodeTree,
  goJson,
  JSON_BYTES_MAX,
  type Node,
  TreeBuilder,
} from "../../../mod/format/mod.ts";
import { answersOrRefuses, hostileBytes, NODES } from "./_arbitraries.ts";

const time = 1_609_459_200_000_000_000n;
const file = (name: string | Uint8Array, changes: Partial<Node> = {}): Node => ({
  name: typeof name === "string" ? utf8(name) : name,
  type: "file",
  mode: 0o644,
  mtime: time,
  atime: time,
  ctime: time,
  uid: 0,
  gid: 0,
  inode: 0n,
  deviceId: 0n,
  size: 0n,
  links: 1n,
  device: 0n,
  content: [],
  ...changes,
});
const refused = (code: "SG1005" | "SG1017" | "SG1023") => (error: unknown) => isSgError(error, code);

Deno.test("encodeTree of nothing is restic's empty tree", () => {
  assert.equal(utf8Text(encodeTree([])), '{"nodes":[]}\n');
  assert.deepEqual(decodeTree(utf8('{"nodes":[]}\n')), { nodes: [] });
  assert.deepEqual(decodeTree(utf8('{"nodes":null}')), { nodes: [] });
  assert.deepEqual(decodeTree(utf8("{}")), { nodes: [] });
});

Deno.test("decodeTree gives back every tree that encodeTree wrote", () => {
  fc.assert(fc.property(NODES, (nodes) => {
    const bytes = encodeTree(nodes);
    const again = decodeTree(bytes).nodes;
    assert.deepEqual(again.map((node) => ({ ...node })), nodes.map((node) => ({ ...node })));
    assert.deepEqual(encodeTree(again), bytes);
  }));
});

Deno.test("decodeTree keeps every digit of numbers beyond 2^53, wherever the blanks are", () => {
  for (const inode of [2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 64n - 1n]) {
    const text = utf8Text(encodeTree([file("a", { inode })]));
    for (const blank of ["", " ", "\n\t\r  "]) {
      const spaced = text.replace('"inode":', `"inode"${blank}:${blank}`);
      assert.equal(decodeTree(utf8(spaced)).nodes[0]!.inode, inode, `${inode} ${JSON.stringify(blank)}`);
    }
  }
});

Deno.test("decodeTree keeps every digit in each field that can be so large", () => {
  const large = 2n ** 64n - 1n;
  for (const field of ["inode", "deviceId", "size", "links", "device"] as const) {
    assert.equal(
      decodeTree(encodeTree([file("a"), file("b", { [field]: large })])).nodes[1]![field],
      large,
      field,
    );
  }
  const generic = { deep: [{ er: -(2n ** 60n) - 1n }] };
  assert.deepEqual(decodeTree(encodeTree([file("a"), file("b", { generic })])).nodes[1]!.generic, generic);
});

Deno.test("decodeTree is not led astray by digits in names", () => {
  const name = "a,12345678901234567890:[12345678901234567890";
  const { nodes } = decodeTree(encodeTree([file(name, { inode: 2n ** 63n + 1n })]));
  assert.equal(utf8Text(nodes[0]!.name), name);
  assert.equal(nodes[0]!.inode, 2n ** 63n + 1n);
});

Deno.test("decodeTree passes over unknown fields, other orders and other time zones", () => {
  const { nodes } = decodeTree(utf8(
    ' {"x":[{}],\n"nodes":[{"content":null,"gid":2,"ctime":"2021-01-01T01:00:00+01:00","later":{"y":1},' +
      '"atime":"2020-12-31T19:00:00-05:00","mtime":"2021-01-01T00:00:00.000Z","uid":1,"type":"fifo","name":"p"}]}',
  ));
  assert.deepEqual([nodes[0]!.mtime, nodes[0]!.atime, nodes[0]!.ctime], [time, time, time]);
  assert.deepEqual([nodes[0]!.uid, nodes[0]!.gid, nodes[0]!.type], [1, 2, "fifo"]);
});

Deno.test("decodeTree of __proto__ and repeated keys: the first is a key like any other, the last of the others wins", () => {
  const text = utf8Text(encodeTree([file("a", { uid: 1 })])).trimEnd();
  const trick = text.replace('"uid":1', '"uid":1,"__proto__":{"uid":5,"subtree":"x"},"uid":3');
  assert.equal(decodeTree(utf8(trick)).nodes[0]!.uid, 3);
  assert.throws(
    () => decodeTree(utf8('{"__proto__":{"nodes":[]},"nodes":[{"__proto__":{}}]}')),
    refused("SG1005"),
  );
  assert.equal(({} as Record<string, unknown>)["uid"], undefined);
});

Deno.test("decodeTree wants names in order, once and not empty, unless told otherwise", () => {
  const text = (...names: string[]) => {
    const nodes = names.map((name) =>
      utf8Text(encodeTree([file(name || "?")])).slice(10, -3).replace('"?"', '""')
    );
    return utf8(`{"nodes":[${nodes.join(",")}]}`);
  };
  for (const names of [["b", "a"], ["a", "a"], [""], ["", "a"], ["ab", "a"], ["a", "b", "b"]]) {
    assert.throws(() => decodeTree(text(...names)), refused("SG1005"), names.join());
    assert.equal(decodeTree(text(...names), "tree", { strict: false }).nodes.length, names.length);
  }
});

Deno.test("decodeTree compares real names, not how they are quoted", () => {
  // Quoted, a backslash (5c) comes before "a"; the bytes that the quotes stand for come after it.
  const names = [
    utf8("\n"),
    utf8('"'),
    utf8("A"),
    utf8("\\"),
    utf8("a"),
    Uint8Array.of(0x80),
    Uint8Array.of(0xc3, 0xa9),
  ];
  names.push(Uint8Array.of(0xff));
  const nodes = names.map((name) => file(name));
  assert.deepEqual(decodeTree(encodeTree(nodes)).nodes.map(({ name }) => name), names);
});

Deno.test("decodeTree refuses what cannot be a tree, and names it", () => {
  const good = utf8Text(encodeTree([file("a"), file("b")]));
  const bad = [
    "",
    "null",
    "[]",
    "1",
    '"x"',
    '{"nodes":{}}',
    '{"nodes":"x"}',
    '{"nodes":[null]}',
    '{"nodes":[[]]}',
  ];
  bad.push('{"nodes":[1e400]}', "{nodes:[]}", good + good, good.slice(0, -3), "\ufeff" + good, "\0");
  bad.push(
    good.replace('"uid":0', '"uid":1e400'),
    good.replace('"uid":0', '"uid":-1'),
    good.replace('"uid":0', '"uid":00'),
  );
  bad.push(
    good.replace('"uid":0', '"uid":1,"size":1e400'),
    good.replace('"uid":0', `"size":${"9".repeat(400)}`),
  );
  for (const text of bad) {
    assert.throws(() => decodeTree(utf8(text), "tree 12ab"), (error) => {
      assert.ok(isSgError(error, "SG1005"), `${text.slice(0, 60)}: ${error}`);
      assert.match(error.message, /tree 12ab/);
      return true;
    });
  }
  // What cannot be turned into a number must not be tried.
  for (const field of ["inode", "device_id", "size", "links", "device"]) {
    const hostile = good.replace('"content":[]', `"${field}":{"valueOf":1,"toString":1},"content":[]`);
    assert.throws(() => decodeTree(utf8(hostile)), refused("SG1005"), field);
  }
  // A number that comes as bigint must not break the message either.
  assert.throws(() => decodeTree(utf8(good.replace('"file"', "[12345678901234567890]"))), refused("SG1005"));
  for (let end = 0; end < good.trimEnd().length; end++) {
    assert.throws(() => decodeTree(utf8(good.slice(0, end))), refused("SG1005"), String(end));
  }
});

Deno.test("decodeTree survives deep nesting and long lists", () => {
  for (
    const deep of [
      "[".repeat(1_000_000),
      '{"nodes":'.repeat(200_000),
      `{"nodes":${"[".repeat(5000)}${"]".repeat(5000)}}`,
    ]
  ) {
    assert.throws(
      () => decodeTree(utf8(deep)),
      (error) => isSgError(error, "SG1005") || isSgError(error, "SG1017"),
    );
  }
  const unknown = `{"x":${"[".repeat(5000)}${"]".repeat(5000)},"nodes":[]}`;
  answersOrRefuses(() => decodeTree(utf8(unknown)));
  assert.throws(() => decodeTree(utf8(`{"nodes":[${"0,".repeat(500_000)}0]}`)), refused("SG1005"));
});

Deno.test("decodeTree refuses a tree that is too large, before it looks inside", () => {
  assert.ok(TREE_BLOB_BYTES_MAX <= JSON_BYTES_MAX);
  for (const length of [TREE_BLOB_BYTES_MAX + 1, 2 ** 29]) {
    // Pages that nobody touches cost nothing.
    assert.throws(() => decodeTree(new Uint8Array(length)), refused("SG1017"), String(length));
  }
});

Deno.test("decodeTree answers or refuses any bytes", () => {
  const good = encodeTree([file("a\xff", { inode: 2n ** 60n }), file("b", { type: "dir", content: null })]);
  fc.assert(
    fc.property(hostileBytes(good), (bytes) => {
      answersOrRefuses(() => decodeTree(bytes));
      answersOrRefuses(() => decodeTree(bytes, "tree", { strict: false }));
    }),
    { numRuns: 500 },
  );
});

Deno.test("TreeBuilder refuses nodes that are not in order", () => {
  const builder = new TreeBuilder();
  builder.add(file("b"));
  for (const name of ["b", "a", ""]) assert.throws(() => builder.add(file(name)), refused("SG1023"), name);
  builder.add(file("c"));
  assert.deepEqual(builder.finish(), encodeTree([file("b"), file("c")]));
});

/** Keeps the pieces of a long tree. */
class Pieces {
  readonly all: Uint8Array[] = [];

  add(piece: Uint8Array): void {
    this.all.push(piece.slice());
  }
}

Deno.test("TreeBuilder hands a long tree on in pieces, and a short one not at all", () => {
  const user = "u".repeat(2_000);
  const nodes = Array.from({ length: 9000 }, (_, i) => file(String(i).padStart(5, "0"), { user }));
  const build = (some: readonly Node[]) => {
    const builder = new TreeBuilder(() => new Pieces());
    for (const node of some) builder.add(node);
    return builder.finish();
  };
  const long = build(nodes);
  assert.ok(long instanceof Pieces && long.all.length >= 2);
  assert.ok(long.all.every(({ length }) => length < 10 * MIB));
  assert.deepEqual(concatBytes(long.all), encodeTree(nodes));
  assert.deepEqual(decodeTree(long.all).nodes.length, nodes.length);
  assert.deepEqual(build(nodes.slice(0, 100)), encodeTree(nodes.slice(0, 100)));
});

Deno.test("TreeBuilder refuses a tree of more bytes than any reader takes, in pieces too", () => {
  const user = "u".repeat(2 * MIB);
  const builder = new TreeBuilder(() => ({ add: () => {} }));
  for (let i = 0; i < 256; i++) builder.add(file(String(i).padStart(5, "0"), { user }));
  assert.throws(() => builder.finish(), refused("SG1017"));
});

Deno.test("TreeBuilder writes the same bytes when a tree takes several pieces", () => {
  const nodes = Array.from({ length: 9000 }, (_, i) => file(`${String(i).padStart(5, "0")}\u00e9\xff`));
  const { nodes: again } = decodeTree(encodeTree(nodes));
  assert.equal(again.length, nodes.length);
  assert.equal(
    goJson(again.map(({ name }) => utf8Text(name))),
    goJson(nodes.map(({ name }) => utf8Text(name))),
  );
});
