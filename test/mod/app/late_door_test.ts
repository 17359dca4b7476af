// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { LateDoor } from "../../../mod/app/late_door.ts";
import { silentLog, systemClock } from "../../../mod/base/mod.ts";
import { answerPlain, HttpServer } from "../../../mod/http/mod.ts";

Deno.test("LateDoor answers 503 until it is said where it leads, and from then on leads there", async () => {
  const door = new LateDoor();
  const place = { hostname: "127.0.0.1", port: 0, log: silentLog, clock: systemClock };
  const server = HttpServer.listen(place, door.handler);
  const status = async () => {
    const answer = await fetch(`http://127.0.0.1:${server.address.port}/`);
    await answer.body?.cancel();
    return answer.status;
  };
  assert.equal(await status(), 503);
  door.lead((_request, response) => Promise.resolve(answerPlain(response, 200)));
  assert.equal(await status(), 200);
  await server.close(1000);
});
