// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { gathered } from "../../../mod/api/batch.ts";

Deno.test("gathered: what is asked at the same moment is fetched together, each once; nothing is kept for later", async () => {
  const asked: string[][] = [];
  const load = gathered((keys: readonly string[]) => {
    asked.push([...keys]);
    return Promise.resolve(
      new Map(keys.filter((key) => key !== "none").map((key) => [key, key.toUpperCase()])),
    );
  });
  const late = Promise.resolve().then(() => load("c"));
  assert.deepEqual(await Promise.all([load("a"), load("b"), load("a"), load("none"), late]), [
    "A",
    "B",
    "A",
    undefined,
    "C",
  ]);
  assert.deepEqual(asked, [["a", "b", "none", "c"]]);
  assert.equal(await load("a"), "A");
  assert.equal(asked.length, 2);
});

Deno.test("gathered: a failure is everybody's who asked, and the next asks anew", async () => {
  let fail = true;
  const load = gathered((keys: readonly string[]) =>
    fail ? Promise.reject(new Error("no")) : Promise.resolve(new Map(keys.map((key) => [key, 1])))
  );
  assert.deepEqual((await Promise.allSettled([load("a"), load("b")])).map(({ status }) => status), [
    "rejected",
    "rejected",
  ]);
  fail = false;
  assert.equal(await load("a"), 1);
});
