// Copyright the SpareGrid authors. Apache-2.0.
// SpareGrid and the real restic agree over a REST server with TLS, of both versions of the protocol.
import assert from "node:assert/strict";
import {
  assertResticAgrees,
  assertSameListing,
  assertSparegridChecks,
  assertSparegridRestores,
  sharedRepository,
  testWithRestic,
} from "../kit/both_programs.ts";
import { makeCertificate } from "../kit/certificate.ts";
import { makeSmallTree, noise } from "../kit/restic_tree.ts";
import { RestServer } from "../kit/rest_server.ts";
import { scratch } from "../kit/scratch.ts";
import { accountOf } from "../kit/tree_oracle.ts";

for (const version of [1, 2] as const) {
  testWithRestic(
    `restic and SpareGrid agree over REST of version ${version} with TLS: in turn, prune, restore`,
    async () => {
      await using folder = await scratch();
      const certificate = await makeCertificate();
      const ca = `${folder.path}/ca.pem`;
      await Deno.writeTextFile(ca, certificate.cert);
      await using server = new RestServer({
        folder: `${folder.path}/repo`,
        tls: certificate,
        username: "anna",
        password: "pass/word",
        version,
      });
      await using both = await sharedRepository(() => ({
        location: `rest:${server.url}`,
        folder: `${folder.path}/repo`,
        sparegridOptions: version === 1 ? ["--cacert", ca] : ["--tls-fingerprint", certificate.sha256],
        resticOptions: ["--cacert", ca],
      }));
      const source = both.at("source");
      await makeSmallTree(source, 1, 3_000_000);
      await both.init("sparegrid");
      const first = await both.backup([source]);
      const second = await both.resticBackup([source]);
      assert.deepEqual([second["files_new"], second["files_changed"], second["data_blobs"]], [0, 0, 0]);
      const before = await accountOf(source);
      await Deno.writeFile(`${source}/noise`, noise(9, 3_000_000));
      await Deno.writeTextFile(`${source}/new`, "new");
      const third = await both.backup([source]);
      assert.deepEqual([third["files_new"], third["files_changed"], third["files_unmodified"]], [1, 1, 5]);
      const id = (summary: Readonly<Record<string, unknown>>) => String(summary["snapshot_id"]);
      await assertResticAgrees(both, [
        { id: id(first), trees: { [source]: before } },
        { id: id(third), trees: { [source]: source } },
      ]);
      await assertSparegridRestores(both, { id: id(second), trees: { [source]: before } });
      await assertSameListing(both, id(third));
      await both.sparegrid(["forget", id(first), id(second), "--prune", "--max-unused", "0"]);
      await assertResticAgrees(both, [{ id: id(third), trees: { [source]: source } }]);
      await assertSparegridChecks(both);
      assert.ok(server.requests.some((line) => line.startsWith("POST data/")));
    },
  );
}

testWithRestic(
  "SpareGrid restores over REST what restic wrote there, with a cold and a warm cache",
  async () => {
    await using folder = await scratch();
    await using server = new RestServer({ folder: `${folder.path}/repo` });
    await using both = await sharedRepository(() => ({
      location: `rest:${server.url}`,
      folder: `${folder.path}/repo`,
    }));
    const source = both.at("source");
    await makeSmallTree(source, 7);
    await both.init("restic", ["--repository-version", "1"]);
    const { snapshot_id } = await both.resticBackup([source]);
    const expected = { id: String(snapshot_id), trees: { [source]: source } };
    await assertSparegridRestores(both, expected);
    const cold = server.requests.length;
    await assertSparegridRestores(both, expected);
    assert.ok(
      server.requests.slice(cold).every((line) => !/^GET index\/./.test(line)),
      "the index was fetched again",
    );
    await both.restic(["forget", "--keep-last", "1", "--prune"]);
    await assertSparegridChecks(both);
  },
);
