// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { isSgError } from "../../../mod/errors/mod.ts";
import { routeOf } from "../../../mod/server/route.ts";

const NAME = "0123456789abcdef".repeat(4);

Deno.test("routeOf: reads what the protocol has", () => {
  const place = { account: "pc-1", repository: "home.set_1" };
  assert.deepEqual(routeOf("POST", "/pc-1/home.set_1/?create=true"), { kind: "create", place });
  assert.deepEqual(routeOf("GET", "/pc-1/home.set_1/?since=12"), { kind: "since", place, sequence: 12 });
  assert.deepEqual(routeOf("GET", "/pc-1/home.set_1/data/"), { kind: "list", place, type: "data" });
  assert.deepEqual(routeOf("HEAD", `/pc-1/home.set_1/index/${NAME}`), {
    kind: "head",
    file: { ...place, type: "index", name: NAME },
  });
  assert.deepEqual(routeOf("POST", "/pc-1/home.set_1/config"), {
    kind: "store",
    file: { ...place, type: "config", name: "" },
  });
  assert.deepEqual(routeOf("POST", "/.sparegrid/redeem"), { kind: "redeem" });
});

/** Each with what it would mean to somebody less careful. */
const HOSTILE = [
  "",
  "/",
  "//",
  "*",
  "/pc",
  "/pc/",
  "/pc/home",
  "//home/config",
  "/pc//config",
  "/../etc/passwd",
  "/pc/../other/home/config",
  "/pc/home/../../other/home/config",
  "/pc/home/data/../../other",
  "/./pc/home/config",
  "/pc/home/./config",
  "/pc/..%2fother/config",
  "/%2e%2e/home/config",
  "/%252e%252e/home/config",
  "/pc/home%2f..%2f..%2fetc/config",
  "/pc/%68ome/config",
  "/pc/home/config%00",
  "/pc/home\0/config",
  "/pc/home\\..\\other/config",
  "/.incoming/x/config",
  "/pc/.hidden/config",
  "/PC/home/config",
  "/pc/Home/config",
  "/pc/h\u00f6me/config",
  `/${"a".repeat(65)}/home/config`,
  `/pc/${"a".repeat(65)}/config`,
  "/pc/home/config/",
  "/pc/home/config/x",
  "/pc/home/Config",
  "/pc/home/trash/",
  "/pc/home/data",
  `/pc/home/data/${NAME}/`,
  `/pc/home/data/${NAME}/..`,
  `/pc/home/data/${NAME.slice(1)}`,
  `/pc/home/data/${NAME}0`,
  `/pc/home/data/${NAME.toUpperCase()}`,
  `/pc/home/data/${NAME.slice(2)}..`,
  `/pc/home/data/${NAME.slice(0, 2)}/${NAME}`,
  `/pc/home/tmp/${NAME}`,
  `/pc/home/constructor/${NAME}`,
  `/pc/home/__proto__/${NAME}`,
  "/pc/home/?create=false",
  "/pc/home/?create=true&x",
  "/pc/home/?",
  "/pc/home/?since=-1",
  "/pc/home/?since=1e9",
  "/pc/home/?since=9999999999999999",
  "/pc/home/config?x",
  "/.sparegrid",
  "/.sparegrid/",
  "/.sparegrid/redeem/x",
  "/.sparegrid/../pc/home/config",
  "/.sparegrid/constructor",
  "http://other/pc/home/config",
  " /pc/home/config",
  "/pc/home/config#x",
  "/pc/home/config;x",
];

Deno.test("routeOf: whatever else is written is refused before it is looked up [W12]", () => {
  for (const target of HOSTILE) {
    for (const method of ["GET", "HEAD", "POST", "DELETE"]) {
      const name = JSON.stringify(`${method} ${target}`);
      // `/pc/home/?` is how a client could write the repository itself.
      if (method === "DELETE" && target === "/pc/home/?") continue;
      assert.throws(() => routeOf(method, target), (error) => isSgError(error, "SG1040"), name);
    }
  }
});

Deno.test("routeOf: no text of any kind gets through to a name that is not on the list", () => {
  const pieces = [
    "..",
    ".",
    "",
    "/",
    "%2e",
    "\\",
    "\0",
    "pc",
    "home",
    "data",
    NAME,
    "config",
    "?",
    "=",
    ":",
    "~",
    "\u202e",
  ];
  let state = 7;
  const next = (below: number) => (state = Math.imul(state, 1103515245) + 12345 >>> 0) % below;
  for (let i = 0; i < 20_000; i++) {
    const target = Array.from({ length: 1 + next(6) }, () => "/" + pieces[next(pieces.length)]!).join("");
    try {
      const route = routeOf("GET", target);
      const at = "file" in route ? route.file : "place" in route ? route.place : undefined;
      for (const name of [at?.account, at?.repository]) {
        assert.match(name ?? "x", /^[a-z0-9_-][a-z0-9._-]{0,63}$/);
      }
    } catch (error) {
      assert.ok(isSgError(error, "SG1040"), `${JSON.stringify(target)}: ${error}`);
    }
  }
});
