// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { NonceMemory } from "../../../mod/account/nonce_memory.ts";
import { FakeClock } from "../../kit/fake_clock.ts";

const NOW = 1_800_000_000;
const clockAt = () => new FakeClock({ start: BigInt(NOW) * 1_000_000_000n });

Deno.test("NonceMemory: each nonce of an account once, for twice the window, then it is forgotten", () => {
  const clock = clockAt();
  const memory = new NonceMemory(clock);
  assert.equal(memory.take("a", "x", NOW), 0);
  assert.equal(memory.take("b", "x", NOW), 0);
  for (const ms of [0, 300_000, 600_000]) {
    clock.ms = ms;
    assert.equal(memory.take("a", "x", NOW), "used");
  }
  clock.ms = 602_000;
  memory.take("c", "y", NOW + 602);
  assert.equal(memory.size, 1);
});

Deno.test("NonceMemory: one account's flood is bounded, shortens its own span only, and lets no nonce be used twice", () => {
  const clock = clockAt();
  const memory = new NonceMemory(clock);
  memory.take("quiet", "x", NOW);
  let accepted = 0;
  for (let second = 0; second < 100; second++) {
    clock.ms = second * 1_000;
    for (let i = 0; i < 1_000; i++) if (memory.take("busy", `${i}`, NOW + second) === 0) accepted++;
    assert.ok(memory.size <= 20_001, `${memory.size}`);
  }
  assert.equal(accepted, 100_000); // a client whose time is right loses nothing
  for (let second = 0; second < 100; second++) {
    assert.notEqual(memory.take("busy", "5", NOW + second), 0, `${second}`);
  }
  assert.equal(memory.take("quiet", "x", NOW), "used");
  assert.equal(memory.take("quiet", "y", NOW), 0);
});

Deno.test("NonceMemory: all accounts together are bounded, at the cost of the one with the most", () => {
  const clock = clockAt();
  const memory = new NonceMemory(clock);
  memory.take("quiet", "x", NOW);
  for (let account = 0; account < 15; account++) {
    for (let i = 0; i < 19_000; i++) memory.take(`busy ${account}`, `${i}`, NOW + Math.floor(i / 1_000));
  }
  assert.ok(memory.size <= 200_000, `${memory.size}`);
  assert.equal(memory.take("quiet", "x", NOW), "used");
});

Deno.test("NonceMemory: what was made before the start is not accepted, for as long as it could be", () => {
  const clock = clockAt();
  const memory = new NonceMemory(clock);
  assert.equal(memory.take("a", "x", NOW - 7), 7);
  clock.ms = 599_000;
  assert.equal(memory.take("a", "x", NOW - 7), 1);
  clock.ms = 600_000;
  assert.equal(memory.take("a", "x", NOW - 7), 0); // only a clock that was set back makes that
  assert.equal(memory.take("a", "x", NOW - 7), "used");
});
