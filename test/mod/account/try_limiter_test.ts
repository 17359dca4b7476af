// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { TRY_LIMITS, TryLimiter } from "../../../mod/account/mod.ts";
import { NameBudget } from "../../../mod/account/name_budget.ts";
import { FakeClock } from "../../kit/fake_clock.ts";

Deno.test("TryLimiter: failures are forgotten one in a quarter of an hour", () => {
  const clock = new FakeClock();
  const limiter = new TryLimiter(clock);
  for (let i = 0; i < 5; i++) assert.equal(limiter.take("a"), 0);
  assert.equal(limiter.take("a"), 1_000);
  clock.ms += 900_000;
  assert.equal(limiter.take("a"), 0); // four count, and this one
  assert.equal(limiter.take("a"), 1_000);
  clock.ms += 5 * 900_000;
  for (let i = 0; i < 5; i++) assert.equal(limiter.take("a"), 0);
});

Deno.test("TryLimiter: what is forgiven does not count, what is refused neither", () => {
  const clock = new FakeClock();
  const limiter = new TryLimiter(clock);
  for (let i = 0; i < 50; i++) {
    assert.equal(limiter.take("a"), 0);
    limiter.forgive("a");
  }
  for (let i = 0; i < 5; i++) limiter.take("a");
  for (let i = 0; i < 50; i++) assert.equal(limiter.take("a"), 1_000);
  limiter.clear("a");
  assert.equal(limiter.waitMs("a"), 0);
  limiter.forgive("never seen");
});

Deno.test("TryLimiter: memory is bounded; who failed longest ago is forgotten first [W5]", () => {
  const clock = new FakeClock();
  const limiter = new TryLimiter(clock, { ...TRY_LIMITS, free: 1, keysMax: 3 });
  for (const key of ["a", "b", "c"]) limiter.take(key);
  clock.ms += 1_000;
  limiter.take("a");
  limiter.take("d");
  assert.equal(limiter.waitMs("b"), 0);
  assert.ok(limiter.waitMs("a") > 0 && limiter.waitMs("d") > 0);
  clock.ms += 1;
});

Deno.test("NameBudget: thirty at once, then one in two minutes: sixty in the first hour", () => {
  const clock = new FakeClock();
  const budget = new NameBudget(clock);
  let taken = 0;
  for (clock.ms = 0; clock.ms < 3_600_000; clock.ms += 1_000) if (budget.take("ann") === 0) taken++;
  assert.ok(taken >= 59 && taken <= 60, `${taken}`);
  assert.equal(budget.take("bob"), 0);
  const wait = budget.take("ann");
  assert.ok(wait > 0 && wait <= 120_000, `${wait}`);
  clock.ms += wait;
  assert.equal(budget.take("ann"), 0);
  budget.forgive("ann");
  assert.equal(budget.take("ann"), 0);
});

Deno.test("NameBudget: names that are full again are thrown out, others never", () => {
  const clock = new FakeClock();
  const budget = new NameBudget(clock);
  for (let i = 0; i < 30; i++) budget.take("ann");
  for (let i = 0; i < 10_000; i++) {
    budget.take(`name ${i}`);
    if (i % 1_000 === 0) clock.ms += 120_000;
  }
  assert.ok(budget.size < 5_000, `${budget.size}`);
  for (let i = 0; i < 10; i++) assert.equal(budget.take("ann"), 0);
  assert.ok(budget.take("ann") > 0);
});
