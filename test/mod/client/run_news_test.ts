// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { RunNews } from "../../../mod/client/run_news.ts";
import type { Run } from "../../../mod/client/mod.ts";

const run = (id: string, attempt: number): Run => ({
  ...{
    id,
    attempt,
    kind: "backup",
    state: "running",
    order: {},
    orderedBy: "x",
    queuedAt: 0,
    problemCount: 0,
  },
});

Deno.test("RunNews.watch: the current state first, then changes; a listener that does not read costs one entry a run", async () => {
  const news = new RunNews();
  const over = new AbortController();
  const all = news.watch(() => [run("1", 0), run("2", 0)], over.signal);
  assert.deepEqual((await all.next()).value, run("1", 0));
  for (let attempt = 1; attempt <= 100_000; attempt++) {
    news.tell(run(attempt % 2 ? "2" : "3", attempt), false);
  }
  assert.deepEqual((await all.next()).value, run("2", 99_999));
  assert.deepEqual((await all.next()).value, run("3", 100_000));
  const next = all.next();
  news.tell(run("1", 7), true);
  assert.deepEqual((await next).value, run("1", 7));
  const last = all.next();
  over.abort();
  assert.equal((await last).done, true);
  assert.equal(news.listeners, 0);
});

Deno.test("RunNews.end: listeners take what is there, and then end; callbacks hear no more", async () => {
  const news = new RunNews();
  const heard: string[] = [];
  const callback = news.onChange((id, urgent) => heard.push(`${id} ${urgent}`));
  const all = news.watch(() => [], new AbortController().signal);
  const first = all.next();
  news.tell(run("1", 1), true);
  news.tell(run("2", 1), false);
  news.end();
  assert.deepEqual((await first).value?.id, "1");
  assert.deepEqual((await all.next()).value?.id, "2");
  assert.equal((await all.next()).done, true);
  news.tell(run("3", 1), true);
  assert.deepEqual(heard, ["1 true", "2 false"]);
  callback[Symbol.dispose]();
  assert.equal(news.listeners, 0);
});
