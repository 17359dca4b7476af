// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { systemClock } from "../../../mod/base/mod.ts";
import { SgError } from "../../../mod/errors/mod.ts";
import { live, type Shown } from "../../../mod/api/live.ts";
import { apiStage } from "../../kit/api_stage.ts";
import { Watchers } from "../../kit/api_rooms.ts";
import { FakeClock } from "../../kit/fake_clock.ts";

interface Row {
  readonly key: string;
  readonly state: string;
}

function shownOf(rows: Map<string, string>, watchers: Watchers, more: Partial<Shown<Row>> = {}): Shown<Row> {
  return {
    begin: () => Promise.resolve([...rows.keys()]),
    load: (key) => Promise.resolve(rows.has(key) ? { key, state: rows.get(key)! } : undefined),
    watch: (onChange) => watchers.add(onChange),
    ...more,
  };
}

/** Lets what can go on without the clock go on. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

Deno.test("live: the state of now first, then changes; what changed many times while nobody looked is told once", async () => {
  const rows = new Map([["a", "1"], ["b", "1"]]);
  const watchers = new Watchers();
  const clock = new FakeClock({ auto: false });
  const stop = new AbortController();
  const seen = live(shownOf(rows, watchers), clock, stop.signal);
  assert.deepEqual((await seen.next()).value, { key: "a", state: "1" });
  assert.deepEqual((await seen.next()).value, { key: "b", state: "1" });
  for (let i = 2; i <= 100; i++) {
    rows.set("a", String(i));
    watchers.ring("a");
  }
  const next = seen.next();
  await settled();
  await clock.advance(500);
  assert.deepEqual((await next).value, { key: "a", state: "100" });
  stop.abort();
  assert.equal((await seen.next()).done, true);
  assert.equal(watchers.count, 0);
});

Deno.test("live: an urgent change waits for nothing, others half a second; a row that moves is shown each second", async () => {
  const rows = new Map([["a", "1"]]);
  const watchers = new Watchers();
  const clock = new FakeClock({ auto: false });
  const stop = new AbortController();
  const seen = live(shownOf(rows, watchers, { moves: ({ state }) => state !== "over" }), clock, stop.signal);
  await seen.next();
  const urgent = seen.next();
  await settled();
  rows.set("a", "2");
  watchers.ring("a", true);
  assert.deepEqual((await urgent).value, { key: "a", state: "2" });
  const moved = seen.next();
  await settled();
  await clock.advance(500);
  await clock.advance(400);
  assert.deepEqual((await moved).value, { key: "a", state: "2" });
  rows.set("a", "over");
  watchers.ring("a", true);
  assert.deepEqual((await seen.next()).value, { key: "a", state: "over" });
  let done = false;
  const never = seen.next().finally(() => done = true);
  await settled();
  await clock.advance(10_000);
  assert.equal(done, false);
  stop.abort();
  assert.equal((await never).done, true);
});

Deno.test("live: it ends at once when the signal aborts, also while a row does not come; a reason of ours is told", async () => {
  const watchers = new Watchers();
  for (const reason of [undefined, new SgError("SG1037", "It is over")]) {
    for (const wait of ["begin", "load"] as const) {
      const stop = new AbortController();
      const asked = Promise.withResolvers<void>();
      const never = () => {
        asked.resolve();
        return new Promise<never>(() => {});
      };
      const seen = live(
        shownOf(new Map([["a", "1"]]), watchers, { [wait]: never }),
        systemClock,
        stop.signal,
      );
      const next = seen.next();
      await asked.promise;
      stop.abort(reason);
      if (reason) await assert.rejects(next, reason);
      else assert.equal((await next).done, true);
      assert.equal(watchers.count, 0);
    }
  }
});

Deno.test("subscription: a client that lost the connection gets the state first; the end of the run ends it", async () => {
  await using stage = await apiStage();
  await stage.people.add("anna", "viewer");
  const token = await stage.people.issue("anna", ["READ"]);
  const progress = (filesDone: number) => ({
    phase: "reading",
    filesDone,
    bytesDone: filesDone * 10,
    problems: 0,
    at: 1_000,
  });
  stage.runs.put({ id: "1", setId: "set-1", progress: progress(1) });
  const query = `subscription { run(id: "1") { state set { name } progress { filesDone } } }`;
  for (let round = 1; round <= 3; round++) {
    const drop = new AbortController();
    const seen = stage.subscribe(query, { token, signal: drop.signal });
    stage.runs.put({ id: "1", progress: progress(round * 100) });
    assert.deepEqual((await seen.next()).value.data.run, {
      state: "RUNNING",
      set: { name: "documents" },
      progress: { filesDone: round * 100 },
    });
    const dropped = seen.next();
    drop.abort();
    await assert.rejects(dropped);
  }
  await until(() => stage.runs.watchers.count === 0);
  const seen = stage.subscribe(query, { token });
  await seen.next();
  stage.runs.put({ id: "1", state: "done" });
  assert.equal((await seen.next()).value.data.run.state, "DONE");
  assert.equal((await seen.next()).done, true);
});

Deno.test("subscription: it ends within 5 seconds when the session or the token is over, and the client is told why [W10]", async () => {
  const clock = new FakeClock({ auto: false });
  await using stage = await apiStage({}, clock);
  await stage.people.add("anna", "viewer");
  const senders = [{ token: await stage.people.issue("anna", ["READ"]) }, await stage.people.browser("anna")];
  const open = await Promise.all(senders.map(async (sender) => {
    stage.runs.put({ id: "1" });
    const seen = stage.subscribe("subscription { runs { id } }", sender);
    await seen.next();
    return seen;
  }));
  await clock.advance(3_000);
  await stage.people.revokeAll("anna");
  const ends = open.map(async (seen) => {
    for await (const { errors } of seen) if (errors) return errors[0].extensions.code;
  });
  for (let i = 0; i < 3; i++) {
    await settled();
    await clock.advance(1_000);
  }
  assert.deepEqual(await Promise.all(ends), ["SG1037", "SG1037"]);
  await until(() => stage.runs.watchers.count === 0);
});

Deno.test("subscription: two hundred at once each get the state and the change; the rows are fetched together", async () => {
  await using stage = await apiStage();
  await stage.people.add("anna", "viewer");
  const token = await stage.people.issue("anna", ["READ"]);
  stage.runs.put({ id: "1" });
  const all = Array.from(
    { length: 200 },
    () => stage.subscribe("subscription { runs { id state } }", { token }),
  );
  const first = await Promise.all(all.map((seen) => seen.next()));
  assert.ok(first.every(({ value }) => value.data.runs.state === "RUNNING"));
  await until(() => stage.runs.watchers.count === 200);
  const before = stage.runs.asked.length;
  const seconds = Promise.all(all.map((seen) => stateOf(seen, "DONE")));
  stage.runs.put({ id: "1", state: "done" });
  await seconds;
  assert.ok(stage.runs.asked.length - before < 50, `${stage.runs.asked.length - before} fetches`);
  assert.deepEqual((await stage.ask("{ setUpNeeded }", {}, { token })).data, { setUpNeeded: false });
  stage.stop();
  await Promise.all(all.map(async (seen) => {
    while (!(await seen.next()).done);
  }));
  assert.equal(stage.runs.watchers.count, 0);
});

Deno.test("subscription: when the service stops it breaks off and is not called complete, so that its client comes again", async () => {
  await using stage = await apiStage();
  await stage.people.add("anna", "viewer");
  const authorization = `Bearer ${await stage.people.issue("anna", ["READ"])}`;
  const response = await fetch(stage.url, {
    method: "POST",
    headers: { "content-type": "application/json", "accept": "text/event-stream", authorization },
    body: JSON.stringify({ query: "subscription { runs { id } }" }),
  });
  await until(() => stage.runs.watchers.count === 1);
  stage.stop();
  assert.doesNotMatch(await response.text(), /complete|errors/);
  await until(() => stage.runs.watchers.count === 0);
  assert.deepEqual(stage.logged, []);
});

Deno.test("subscription: it needs the right Accept, and over that no query is streamed", async () => {
  await using stage = await apiStage();
  await stage.people.add("anna", "viewer");
  const token = await stage.people.issue("anna", ["READ"]);
  const { codes, status } = await stage.ask("subscription { runs { id } }", {}, { token });
  assert.deepEqual([status, codes], [400, ["SG1040"]]);
  const query = await stage.ask("{ setUpNeeded }", {}, { token, headers: { accept: "text/event-stream" } });
  assert.deepEqual(query.data, { setUpNeeded: false });
  const unknown = [];
  for await (const event of stage.subscribe(`subscription { run(id: "99") { id } }`, { token })) {
    unknown.push(event);
  }
  assert.equal(unknown[0].errors[0].extensions.code, "SG1036");
});

// deno-lint-ignore no-explicit-any -- an event is what the test knows it to be
async function stateOf(seen: AsyncGenerator<any>, state: string): Promise<void> {
  for (;;) {
    const { done, value } = await seen.next();
    assert.ok(!done);
    if (value.data.runs.state === state) return;
  }
}

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 2_000 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 1));
  assert.ok(condition());
}
