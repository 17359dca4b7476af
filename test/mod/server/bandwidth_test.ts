// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { Bandwidth } from "../../../mod/server/bandwidth.ts";
import { FakeClock } from "../../kit/fake_clock.ts";

const never = new AbortController().signal;

Deno.test("Bandwidth: bytes take the time that the rate gives them, from whichever upload they come", async () => {
  const clock = new FakeClock({ auto: false });
  clock.ms = 10_000;
  const bandwidth = new Bandwidth(clock);
  let taken = 0;
  const upload = async () => {
    for (let i = 0; i < 10; i++) {
      await bandwidth.take("pc", 1_000, 1_000, never);
      taken += 1_000;
    }
  };
  const both = Promise.all([upload(), upload()]);
  await clock.advance(10_000);
  assert.ok(taken >= 9_000 && taken <= 11_000, `${taken} bytes in 10 s`);
  await clock.advance(10_000);
  await both;
});

Deno.test("Bandwidth: no limit does not wait, and others do not wait for one who does", async () => {
  const clock = new FakeClock({ auto: false });
  const bandwidth = new Bandwidth(clock);
  const slow = bandwidth.take("pc", 1_000_000, 1_000, never);
  await bandwidth.take("other", 100, 1_000, never);
  await bandwidth.take("free", 1e12, null, never);
  await bandwidth.take("free", 1e12, 0, never);
  assert.equal(clock.sleeping, 1);
  await clock.advance(1_000_000);
  await slow;
});

Deno.test("Bandwidth: an aborted wait ends with its reason", async () => {
  const clock = new FakeClock({ auto: false });
  const stop = new AbortController();
  const taking = new Bandwidth(clock).take("pc", 1e9, 1, stop.signal);
  const reason = new Error("enough");
  stop.abort(reason);
  await assert.rejects(taking, reason);
});
