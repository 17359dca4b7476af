// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import fc from "fast-check";
import { connection, numberCursors, textCursors, timeCursors } from "../../../mod/api/page.ts";
import { isSgError } from "../../../mod/errors/mod.ts";

const NUMBERS = numberCursors("numbers");
const list = Array.from({ length: 23 }, (_, i) => i + 1);
const fetch = ({ limit, after = 0 }: { limit: number; after?: number }) =>
  Promise.resolve(list.filter((n) => n > after).slice(0, limit));

Deno.test("connection: pages follow each other without gap or double, whatever their length", async () => {
  for (const first of [1, 2, 7, 22, 23, 24, 500]) {
    const seen: number[] = [];
    let after: string | null | undefined;
    for (;;) {
      const { nodes, pageInfo } = await connection({ first, after }, NUMBERS, fetch, (n) => n);
      seen.push(...nodes);
      assert.equal(pageInfo.hasNextPage, seen.length < list.length);
      after = pageInfo.endCursor;
      if (!pageInfo.hasNextPage) break;
    }
    assert.deepEqual(seen, list);
  }
  const empty = await connection({ first: 5 }, NUMBERS, () => Promise.resolve([]), (n: number) => n);
  assert.deepEqual(empty, { nodes: [], pageInfo: { hasNextPage: false, endCursor: null } });
});

Deno.test("connection: pages of nothing, of too much, and behind what is no cursor of this list are refused [W11]", async () => {
  const codeOf = (first: number, after?: string) =>
    connection({ first, after }, NUMBERS, fetch, (n) => n).then(() => "answered", (error) => error.code);
  assert.equal(await codeOf(0), "SG1040");
  assert.equal(await codeOf(-1), "SG1040");
  assert.equal(await codeOf(501), "SG1041");
  const foreign =
    (await connection({ first: 1 }, textCursors("texts"), () => Promise.resolve(["a", "b"]), (t) => t))
      .pageInfo.endCursor!;
  for (
    const after of [
      "",
      "x",
      "////",
      foreign,
      "A".repeat(20_000),
      btoa("[]"),
      btoa(`["numbers","1"]`),
      btoa(`["numbers",1.5]`),
    ]
  ) {
    assert.equal(await codeOf(1, after), "SG1040", after.slice(0, 40));
  }
});

Deno.test("connection: no text in the place of a cursor is taken for a key, or falls over", async () => {
  await fc.assert(fc.asyncProperty(fc.oneof(fc.string(), fc.base64String()), async (after) => {
    await assert.rejects(
      connection(
        { first: 1, after },
        timeCursors("times"),
        () => Promise.resolve([]),
        () => [1, ""] as const,
      ),
      (error) => isSgError(error, "SG1040"),
    );
  }));
});

Deno.test("connection: the cursor of a time and an ID comes back as it was", async () => {
  const kind = timeCursors("times");
  const key = [1_795_000_000_000, "ü/x"] as const;
  const { pageInfo } = await connection({ first: 1 }, kind, () => Promise.resolve([key]), (row) => row);
  let asked: unknown;
  await connection({ first: 1, after: pageInfo.endCursor }, kind, ({ after }) => {
    asked = after;
    return Promise.resolve([] as (typeof key)[]);
  }, (row) => row);
  assert.deepEqual(asked, key);
});
