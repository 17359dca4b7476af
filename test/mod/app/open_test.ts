// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { createRepository, openEngine } from "../../../mod/app/open.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import { scratch } from "../../kit/scratch.ts";

const opening = { signal: new AbortController().signal, note: () => {} };

Deno.test("createRepository makes a repository that openEngine opens, with the right password only", async () => {
  await using folder = await scratch();
  const connection = { repository: `${folder.path}/repo`, cache: false };
  const made = await createRepository(connection, "secret", opening);
  assert.equal(made.location, connection.repository);
  {
    await using engine = await openEngine(connection, { text: "secret", typed: false }, opening);
    assert.equal(engine.repositoryId, made.id);
    assert.deepEqual([engine.location, engine.isDefault], [connection.repository, false]);
  }
  await assert.rejects(
    openEngine(connection, { text: "x", typed: false }, opening),
    (e) => isSgError(e, "SG1001"),
  );
  await assert.rejects(createRepository(connection, "secret", opening), (e) => isSgError(e, "SG1004"));
});

Deno.test("openEngine refuses what is no repository, no address and no certificate", async () => {
  await using folder = await scratch();
  const open = (connection: Parameters<typeof openEngine>[0]) =>
    openEngine({ cache: false, ...connection }, { text: "x", typed: false }, opening);
  await assert.rejects(open({ repository: folder.path }), (error) => isSgError(error, "SG1002"));
  await assert.rejects(open({ repository: "s3:bucket" }), (error) => isSgError(error, "SG1008"));
  const rest = { repository: "rest:https://localhost:1/", certificateFiles: [`${folder.path}/none`] };
  await assert.rejects(open(rest), (error) => isSgError(error, "SG1019"));
});
