// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { answerPlain } from "../../../mod/http/mod.ts";
import { stageHttp } from "../../kit/http_stage.ts";

Deno.test("answerPlain: says the status and nothing else; what was set before is gone", async () => {
  await using stage = stageHttp((_request, response) => {
    response.setHeader("Set-Cookie", "secret");
    answerPlain(response, 404);
    return Promise.resolve();
  });
  const answer = await fetch(stage.url);
  assert.equal(answer.status, 404);
  assert.equal(await answer.text(), "Not Found\n");
  assert.deepEqual(
    [...answer.headers.keys()].filter((name) => !["date", "connection", "keep-alive"].includes(name)).sort(),
    ["content-length", "content-type", "x-content-type-options"],
  );
});
