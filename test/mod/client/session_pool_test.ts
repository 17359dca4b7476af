// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { SessionPool } from "../../../mod/client/session_pool.ts";
import type { Session } from "../../../mod/job/mod.ts";
import { FakeClock } from "../../kit/fake_clock.ts";

/** A pool of sessions that only say what became of them. */
function bench() {
  const said: string[] = [];
  const clock = new FakeClock({ auto: false });
  const pool = new SessionPool(clock);
  let fail = false;
  const order = (key: string, shape = "x") => ({
    ...{ key, shape },
    open: () => {
      if (fail) return Promise.reject(new Error("a fault of the test"));
      const name = `${key}${said.filter((line) => line.startsWith(`open ${key}`)).length}`;
      said.push(`open ${name}`);
      return Promise.resolve(
        {
          rest: () => void said.push(`rest ${name}`),
          [Symbol.asyncDispose]: () => Promise.resolve(void said.push(`close ${name}`)),
        } as unknown as Session,
      );
    },
  });
  return { said, clock, pool, order, setFail: (value: boolean) => fail = value };
}

const signal = new AbortController().signal;
const nothing = () => Promise.resolve();

Deno.test("SessionPool: one session serves all who want it; of another shape it is another, and the old one ends with its last user", async () => {
  const { said, pool, order } = bench();
  const a = pool.lend(order("a")), b = pool.lend(order("a"));
  assert.deepEqual([a.warm, b.warm], [false, true]);
  await Promise.all([a.use(signal, nothing), b.use(signal, nothing)]);
  const other = pool.lend(order("a", "y"));
  await other.use(signal, nothing);
  await a[Symbol.asyncDispose]();
  assert.deepEqual(said, ["open a0", "open a1"]);
  await b[Symbol.asyncDispose]();
  assert.deepEqual(said, ["open a0", "open a1", "close a0"]);
  await other[Symbol.asyncDispose]();
  await pool[Symbol.asyncDispose]();
  assert.deepEqual(said.slice(3), ["close a1"]);
});

Deno.test("SessionPool: an unused session rests after a while and is used again; of many the ones used longest ago are closed", async () => {
  const { said, clock, pool, order } = bench();
  const use = async (key: string) => {
    await using lent = pool.lend(order(key));
    await lent.use(signal, nothing);
    return lent.warm;
  };
  await use("a");
  await clock.advance(29_999);
  assert.equal(await use("a"), true);
  await clock.advance(29_999);
  assert.ok(!said.includes("rest a0"));
  await clock.advance(1);
  assert.ok(said.includes("rest a0"));
  for (const key of "bcdefghi") await use(key);
  assert.deepEqual(said.filter((line) => line.startsWith("close")), ["close a0"]);
  assert.equal(await use("b"), true);
  await pool[Symbol.asyncDispose]();
  assert.equal(said.filter((line) => line.startsWith("close")).length, 9);
  assert.equal(clock.sleeping, 0);
});

Deno.test("SessionPool: one that cannot be opened is tried anew, and one who waits can go away", async () => {
  const { said, pool, order, setFail } = bench();
  setFail(true);
  const lent = pool.lend(order("a"));
  await assert.rejects(lent.use(signal, nothing), /a fault/);
  await lent[Symbol.asyncDispose]();
  setFail(false);
  const gone = new AbortController();
  gone.abort(new Error("went away"));
  {
    await using again = pool.lend(order("a"));
    await assert.rejects(again.use(gone.signal, nothing), /went away/);
    await again.use(signal, nothing);
    again.spoil();
  }
  assert.deepEqual(said, ["open a0", "close a0"]);
  await pool[Symbol.asyncDispose]();
});
