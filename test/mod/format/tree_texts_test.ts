// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import fc from "fast-check";
import { MIB, utf8, utf8Text } from "../../../mod/base/mod.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import { decodeIndex, decodeSnapshot, decodeTree, parseExact } from "../../../mod/format/mod.ts";

const TIMES = '"mtime":"2023-11-14T22:13:20Z","atime":"2023-11-14T22:13:20Z","ctime":"2023-11-14T22:13:20Z"';
const LONG = "u".repeat(150);
const nodeText = (i: number) => {
  const name = `n,]}[{\\\\\\"${String(i).padStart(7, "0")}`;
  const inode = i % 4000 === 0 ? "18446744073709551615" : "1";
  return `{"name":"${name}","type":"file",${TIMES},"user":"${LONG}","inode":${inode},"content":[]}`;
};

function largeTree(count: number, change: (texts: string[]) => void = () => {}): Uint8Array<ArrayBuffer> {
  const texts = Array.from({ length: count }, (_, i) => nodeText(i));
  change(texts);
  return utf8(`{"nodes":[${texts.join(",")}]}\n`);
}

const COUNT = 16_000;

Deno.test("decodeTree reads a tree of many MiB piece by piece, to the same nodes", () => {
  const bytes = largeTree(COUNT);
  assert.ok(bytes.length > 4.5 * MIB);
  const { nodes } = decodeTree(bytes);
  assert.equal(nodes.length, COUNT);
  for (const i of [0, 1, COUNT / 2, COUNT - 1]) {
    assert.equal(utf8Text(nodes[i]!.name), `n,]}[{"${String(i).padStart(7, "0")}`);
    assert.equal(nodes[i]!.inode, i % 4000 === 0 ? 2n ** 64n - 1n : 1n);
  }
  assert.equal(decodeTree(bytes.subarray(0, -1)).nodes.length, COUNT);
});

/** `bytes` cut at these places, in whatever order they come. */
function cutAt(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const cuts = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return cuts.slice(1).map((cut, i) => bytes.subarray(cuts[i]!, cut));
}

Deno.test("decodeTree reads a tree in parts to the same nodes, wherever it is cut", () => {
  const bytes = largeTree(COUNT);
  const { length } = bytes;
  const whole = decodeTree(bytes);
  assert.deepEqual(decodeTree(cutAt(bytes, [length - 1, length - 2, length - 3, length - 4])), whole);
  assert.deepEqual(decodeTree(cutAt(bytes, [1, 2, 9, 10, 11])), whole);
  const small = largeTree(3);
  fc.assert(
    fc.property(fc.array(fc.nat(), { maxLength: 8 }), (places) => {
      assert.equal(decodeTree(cutAt(bytes, places)).nodes.length, COUNT);
      assert.deepEqual(decodeTree(cutAt(small, places)), decodeTree(small));
    }),
    { numRuns: 20 },
  );
  assert.throws(() => decodeTree([]), (error) => isSgError(error, "SG1005"));
});

Deno.test("decodeTree finds the same in the parts of a damaged tree as in all of it", () => {
  const good = largeTree(COUNT);
  const found = (tree: Uint8Array | Uint8Array[]) => {
    try {
      return decodeTree(tree, "tree", { strict: false });
    } catch (error) {
      assert.ok(isSgError(error, "SG1005") || isSgError(error, "SG1017"), String(error));
      return "refused";
    }
  };
  const byte = fc.oneof(fc.nat({ max: 255 }), fc.constantFrom(...utf8('"\\{}[],:')));
  const change = fc.tuple(fc.nat({ max: good.length - 1 }), byte);
  fc.assert(
    fc.property(
      fc.array(change, { minLength: 1, maxLength: 3 }),
      fc.array(fc.nat(), { maxLength: 5 }),
      (changes, places) => {
        const bytes = good.slice();
        for (const [at, value] of changes) bytes[at] = value;
        const near = changes.flatMap(([at]) => [at, at + 1]);
        assert.deepEqual(found(cutAt(bytes, [...places, ...near])), found(bytes));
      },
    ),
    { numRuns: 15 },
  );
});

Deno.test("decodeTree reads a node that is longer than the parts it comes in, without looking at it again and again", () => {
  const id = `"${"ab".repeat(32)}"`;
  const content = Array.from({ length: 200_000 }, () => id).join(",");
  const bytes = largeTree(
    COUNT,
    (texts) => texts[8_000] = texts[8_000]!.replace('"content":[]', `"content":[${content}]`),
  );
  const every = Array.from({ length: Math.floor(bytes.length / 10_000) }, (_, i) => i * 10_000);
  const { nodes } = decodeTree(cutAt(bytes, every));
  assert.deepEqual([nodes.length, nodes[8_000]!.content!.length], [COUNT, 200_000]);
});

Deno.test("decodeTree refuses parts that are more than a tree may have, however many come", () => {
  function* endless(): Generator<Uint8Array> {
    yield utf8('{"nodes":[{"name":"');
    for (;;) yield filler;
  }
  const filler = new Uint8Array(64 * MIB).fill(0x61);
  for (const parts of [endless(), Array.from({ length: 9 }, () => filler)]) {
    assert.throws(() => decodeTree(parts), (error) => isSgError(error, "SG1017"));
  }
});

Deno.test("decodeTree refuses a large tree that is broken anywhere", () => {
  const broken: [string, (texts: string[]) => void][] = [
    ["comma at the start", (texts) => texts[0] = `,${texts[0]}`],
    ["comma at the end", (texts) => texts[COUNT - 1] += ","],
    ["two commas", (texts) => texts[8_000] += ","],
    ["an open string", (texts) => texts[8_000] = '{"name":"'],
    ["closed too early", (texts) => texts[8_000] = '{}],"nodes":[{}'],
    ["closed too early, well formed", (texts) => texts[COUNT - 1] += '],"x":[1'],
    ["not closed", (texts) => texts[8_000] = "["],
    ["a word", (texts) => texts[8_000] = "nodes"],
    ["out of order", (texts) => texts[8_000] = nodeText(1)],
    ["no node", (texts) => texts[8_000] = "7"],
  ];
  for (const [what, change] of broken) {
    const bytes = largeTree(COUNT, change);
    assert.throws(() => decodeTree(bytes), (error) => isSgError(error, "SG1005"), what);
    const halves = cutAt(bytes, [bytes.length / 2 | 0]);
    assert.throws(() => decodeTree(halves), (error) => isSgError(error, "SG1005"), `${what}, in parts`);
  }
  const whole = utf8Text(largeTree(COUNT));
  for (const end of [whole.length - 2, whole.length - 4, whole.length / 2]) {
    assert.throws(() => decodeTree(utf8(whole.slice(0, end))), (error) => isSgError(error, "SG1005"));
  }
  for (const start of [" ", '{"x":1,']) {
    const other = start + whole.slice(start === " " ? 0 : 1);
    assert.throws(() => decodeTree(utf8(other)), (error) => isSgError(error, "SG1017"), start);
  }
});

Deno.test("decodeTree leaves out bad entries of a large tree, but not thousands of them", () => {
  const few = decodeTree(largeTree(COUNT, (texts) => texts[8_000] = "7"), "tree", { strict: false });
  assert.deepEqual([few.nodes.length, few.refused!.length], [COUNT - 1, 1]);
  const many = largeTree(COUNT, (texts) => texts.fill("{}", 0, 5000));
  assert.throws(() => decodeTree(many, "tree", { strict: false }), (error) => isSgError(error, "SG1005"));
});

Deno.test("readers refuse JSON that would fill the memory, before it is parsed", () => {
  const fillers = ["{},", "[],", "0,", '"",', '"a":{},'];
  for (const filler of fillers) {
    for (const [start, end] of [['{"nodes":[', "0]}"], ['{"packs":[', "0]}"], ['{"paths":[', "0]}"]]) {
      const bytes = utf8(start! + filler.repeat(Math.ceil(3 * MIB / filler.length)) + end);
      const read = start!.includes("nodes")
        ? decodeTree
        : start!.includes("packs")
        ? decodeIndex
        : decodeSnapshot;
      assert.throws(() => read(bytes), (error) => isSgError(error, "SG1017"), `${start} ${filler}`);
    }
  }
  assert.throws(() => parseExact(utf8("[".repeat(4 * MIB))), (error) => isSgError(error, "SG1017"));
});

Deno.test("readers take large files that are full of names with commas and brackets", () => {
  const name = ",[{".repeat(60);
  const paths = Array.from({ length: 20_000 }, () => JSON.stringify(name)).join(",");
  const snapshot = utf8(`{"time":"2023-11-14T22:13:20Z","tree":"${"a".repeat(64)}","paths":[${paths}]}`);
  assert.equal(decodeSnapshot(snapshot).paths.length, 20_000);
});
