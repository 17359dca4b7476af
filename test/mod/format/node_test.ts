// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import fc from "fast-check";
import { equalBytes, fromHex, utf8, utf8Text } from "../../../mod/base/mod.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import { decodeNode, nameProblem, type Node, parseExact, sameNode } from "../../../mod/format/mod.ts";
import { JsonBytes } from "../../../mod/format/_json_bytes.ts";
import { writeNode } from "../../../mod/format/node.ts";
import { answersOrRefuses, NODE } from "./_arbitraries.ts";

const ID = "ab".repeat(32);
const PLAIN = {
  name: "file",
  type: "file",
  mtime: "2021-01-01T00:00:00Z",
  atime: "2021-01-01T00:00:00Z",
  ctime: "2021-01-01T00:00:00Z",
  uid: 0,
  gid: 0,
  content: [],
};
const encodeNode = (node: Node): string => {
  const out = new JsonBytes();
  writeNode(out, node);
  return utf8Text(out.finish());
};
const decode = (value: unknown) => decodeNode(value, "tree");
const decoded = (changes: Record<string, unknown>) => decode({ ...PLAIN, ...changes });

Deno.test("writeNode writes the fields in restic's order and leaves out what is zero or empty", () => {
  const time = 1_609_459_200_000_000_000n;
  const bare: Node = {
    name: utf8("a<b"),
    type: "file",
    mode: 0,
    mtime: time,
    atime: time,
    ctime: time + 5n,
    uid: 0,
    gid: 0,
    user: "",
    group: "",
    inode: 0n,
    deviceId: 0n,
    size: 0n,
    links: 0n,
    device: 0n,
    xattrs: [],
    generic: {},
    linkTarget: new Uint8Array(0),
    error: "",
    content: [],
  };
  assert.equal(
    encodeNode(bare),
    '{"name":"a\\u003cb","type":"file","mtime":"2021-01-01T00:00:00Z","atime":"2021-01-01T00:00:00Z",' +
      '"ctime":"2021-01-01T00:00:00.000000005Z","uid":0,"gid":0,"content":[]}',
  );
  const full: Node = {
    ...bare,
    type: "symlink",
    mode: 0o777 + 2 ** 27,
    uid: 1,
    gid: 2,
    user: "u",
    group: "g",
    inode: 2n ** 64n - 1n,
    deviceId: 3n,
    size: 4n,
    links: 5n,
    linkTarget: fromHex("61ff"),
    xattrs: [{ name: "user.x", value: utf8("v") }, { name: "user.y", value: null }],
    generic: { b: 1, a: { z: 2n ** 60n } },
    device: 6n,
    content: null,
    subtree: ID as NonNullable<Node["subtree"]>,
    error: "e",
  };
  assert.ok(
    encodeNode(full).endsWith(
      '"uid":1,"gid":2,"user":"u","group":"g","inode":18446744073709551615,"device_id":3,"size":4,"links":5,' +
        '"linktarget":"a\\ufffd","linktarget_raw":"Yf8=","extended_attributes":[{"name":"user.x","value":"dg=="},' +
        '{"name":"user.y","value":null}],"generic_attributes":{"a":{"z":1152921504606846976},"b":1},' +
        `"device":6,"content":null,"subtree":"${ID}","error":"e"}`,
    ),
    encodeNode(full),
  );
});

Deno.test("decodeNode gives back every node that writeNode wrote", () => {
  fc.assert(fc.property(NODE, (node) => {
    assert.deepEqual({ ...decode(parseExact(encodeNode(node))) }, { ...node });
  }));
});

Deno.test("decodeNode passes over unknown fields and takes null for what is left out", () => {
  const nulls = [
    "mode",
    "user",
    "group",
    "inode",
    "device_id",
    "size",
    "links",
    "linktarget",
    "linktarget_raw",
  ];
  nulls.push("extended_attributes", "generic_attributes", "device", "content", "subtree", "error");
  const node = decoded({ future: { a: [1] }, ...Object.fromEntries(nulls.map((name) => [name, null])) });
  assert.equal(node.size, 0n);
  assert.equal(node.content, null);
  assert.equal(node.subtree, undefined);
  assert.equal(node.user, undefined);
});

Deno.test("decodeNode prefers the raw bytes of a link's target", () => {
  assert.deepEqual(decoded({ linktarget: "a\ufffd", linktarget_raw: "Yf8=" }).linkTarget, fromHex("61ff"));
  assert.deepEqual(decoded({ linktarget: "\u00e9" }).linkTarget, utf8("\u00e9"));
});

Deno.test("decodeNode refuses what cannot be a node", () => {
  const NUMBERS = ["mode", "uid", "gid", "inode", "device_id", "size", "links", "device"];
  const wrong: Record<string, unknown>[] = [
    { name: undefined },
    { name: 5 },
    { name: "a\\" },
    { name: 'a"b' },
    { type: undefined },
    { type: "door" },
    { type: "__proto__" },
    { type: "toString" },
    { type: ["file"] },
    { content: {} },
    { content: "x" },
    { content: [null] },
    { content: [ID.toUpperCase()] },
    { content: [ID.slice(1)] },
    { content: [ID, 7] },
    { subtree: "x" },
    { subtree: ID + "0" },
    { subtree: 0 },
    { subtree: "" },
    { user: 1 },
    { group: {} },
    { error: [] },
    { linktarget: 1 },
    { linktarget_raw: "*" },
    { linktarget_raw: 5 },
    { extended_attributes: {} },
    { extended_attributes: [null] },
    { extended_attributes: [{ name: 1, value: "" }] },
    { extended_attributes: [{ name: "x", value: "*" }] },
    { generic_attributes: [] },
    { generic_attributes: "x" },
    ...["mtime", "atime", "ctime"].flatMap((name) =>
      [undefined, null, 0, "", "x", "2021-13-01T00:00:00Z"].map((value) => ({ [name]: value }))
    ),
    ...NUMBERS.flatMap((name) =>
      [-1, 0.5, NaN, Infinity, "1", true, {}, [], -1n, 2n ** 64n].map((value) => ({ [name]: value }))
    ),
    ...["mode", "uid", "gid"].map((name) => ({ [name]: 2 ** 32 })),
  ];
  for (const changes of wrong) {
    const said = Object.entries(changes).map(([name, value]) => `${name}: ${typeof value} ${String(value)}`)
      .join();
    assert.throws(() => decoded(changes), (error) => isSgError(error, "SG1005"), said);
  }
  for (const value of [null, undefined, 1, "x", [], true]) {
    assert.throws(() => decode(value), (error) => isSgError(error, "SG1005"), String(value));
  }
});

Deno.test("decodeNode refuses generic attributes that are nested too deep", () => {
  let deep: unknown = 1;
  for (let i = 0; i < 10_000; i++) deep = { deep };
  assert.throws(() => decoded({ generic_attributes: { deep } }), (error) => isSgError(error, "SG1017"));
});

Deno.test("decodeNode answers or refuses whatever one field holds", () => {
  const fields = fc.constantFrom(...Object.keys(PLAIN), "mode", "inode", "size", "links", "user", "subtree");
  fc.assert(fc.property(fields, fc.anything({ withBigInt: true }), (name, value) => {
    answersOrRefuses(() => decoded({ [name]: value }));
  }));
});

Deno.test("sameNode is true exactly when both are written the same", () => {
  fc.assert(fc.property(NODE, NODE, (a, b) => {
    assert.equal(sameNode(a, decode(parseExact(encodeNode(a)))), true);
    assert.equal(sameNode(a, b), encodeNode(a) === encodeNode(b));
    // Each single difference counts.
    for (const key of Object.keys(b) as (keyof Node)[]) {
      const mixed = { ...a, [key]: b[key] } as Node;
      assert.equal(sameNode(a, mixed), encodeNode(a) === encodeNode(mixed), key);
    }
  }));
});

Deno.test("nameProblem finds every name that would leave its folder", () => {
  for (const name of ["", ".", "..", "/", "a/b", "../x", "a\0b", "\0"]) {
    assert.ok(nameProblem(utf8(name)), name);
  }
  for (const name of ["a", "...", ".a", "..a", "a.", "\\", " ", "\n"]) {
    assert.equal(nameProblem(utf8(name)), undefined);
  }
  fc.assert(fc.property(fc.uint8Array({ minLength: 3, maxLength: 20 }), (name) => {
    assert.equal(nameProblem(name) === undefined, !name.includes(0) && !name.includes(0x2f));
    assert.ok(equalBytes(name, name));
  }));
});
