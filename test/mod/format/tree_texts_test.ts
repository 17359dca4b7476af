// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
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
    assert.throws(() => decodeTree(largeTree(COUNT, change)), (error) => isSgError(error, "SG1005"), what);
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
