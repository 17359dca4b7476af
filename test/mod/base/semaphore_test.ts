// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { Semaphore } from "../../../mod/base/semaphore.ts";

Deno.test("Semaphore lets as many in as it has permits, the others in order of arrival", async () => {
  const semaphore = new Semaphore(1);
  const first = await semaphore.acquire();
  const order: number[] = [];
  const waiting = [1, 2].map(async (n) => {
    using _permit = await semaphore.acquire();
    order.push(n);
  });
  assert.equal(semaphore.free, 0);
  first[Symbol.dispose]();
  await Promise.all(waiting);
  assert.deepEqual(order, [1, 2]);
  assert.equal(semaphore.free, 1);
});

Deno.test("Semaphore gives a permit back once, however often it is disposed", async () => {
  const semaphore = new Semaphore(1);
  const permit = await semaphore.acquire();
  permit[Symbol.dispose]();
  permit[Symbol.dispose]();
  assert.equal(semaphore.free, 1);
});

Deno.test("Semaphore lets a waiter leave when its signal aborts, without losing the permit", async () => {
  const semaphore = new Semaphore(1);
  const permit = await semaphore.acquire();
  const controller = new AbortController();
  const waiter = semaphore.acquire(controller.signal);
  controller.abort(new Error("gone"));
  await assert.rejects(waiter, /gone/);
  permit[Symbol.dispose]();
  assert.equal(semaphore.free, 1);
  await assert.rejects(semaphore.acquire(controller.signal), /gone/);
});
