// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { unlessAborted } from "../../../mod/base/mod.ts";

Deno.test("unlessAborted: the promise's own answer, good or bad, where the signal stays silent", async () => {
  const { signal } = new AbortController();
  assert.equal(await unlessAborted(Promise.resolve(7), signal), 7);
  await assert.rejects(unlessAborted(Promise.reject(new Error("its own")), signal), { message: "its own" });
});

Deno.test("unlessAborted: the signal's reason as soon as it aborts, though the promise never settles", async () => {
  const controller = new AbortController();
  const waiting = unlessAborted(new Promise<never>(() => {}), controller.signal);
  controller.abort(new Error("enough"));
  await assert.rejects(waiting, { message: "enough" });
  await assert.rejects(unlessAborted(Promise.resolve(7), controller.signal), { message: "enough" });
});

Deno.test("unlessAborted: what fails after the signal aborted is nobody's failure any more", async () => {
  const controller = new AbortController();
  const { promise, reject } = Promise.withResolvers<never>();
  const waiting = unlessAborted(promise, controller.signal);
  controller.abort(new Error("enough"));
  await assert.rejects(waiting, { message: "enough" });
  reject(new Error("late"));
  await new Promise((resolve) => setTimeout(resolve, 0));
});
