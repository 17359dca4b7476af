// Copyright the SpareGrid authors. Apache-2.0.
// SpareGrid and the real restic agree over a REST server with TLS, of both versions of the protocol.
import assert from "node:assert/strict";
import {
  assertResticAgrees,
  assertResticChecks,
  assertResticRestoresBut,
  assertSameDump,
  assertSameListing,
  assertSparegridChecks,
  assertSparegridRestores,
  copyTree,
  filesOf,
  packBytes,
  SharedRepository,
  sharedRepository,
  testWithRestic,
} from "../kit/both_programs.ts";
import { makeCertificate } from "../kit/certificate.ts";
import { makeSmallTree, noise } from "../kit/restic_tree.ts";
import { RestServer } from "../kit/rest_server.ts";
import { scratch } from "../kit/scratch.ts";
import { accountOf } from "../kit/tree_oracle.ts";

/** A place behind a server without TLS; what the server stores lies in `stored`. */
async function behindServer() {
  const folder = await scratch();
  const stored = `${folder.path}/repo`;
  const server = new RestServer({ folder: stored });
  const shared = await sharedRepository(() => ({ location: `rest:${server.url}`, folder: stored }));
  return {
    both: shared as SharedRepository,
    server,
    stored,
    async [Symbol.asyncDispose]() {
      await shared[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

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

testWithRestic(
  "restic agrees after repair index over REST: half of the index is lost, then all of it",
  async () => {
    await using place = await behindServer();
    const { both, stored } = place;
    const source = both.at("source");
    await both.init("sparegrid");
    const snapshots = [];
    for (const seed of [1, 11]) {
      await makeSmallTree(source, seed, 3_000_000);
      const { snapshot_id } = await both.backup([source]);
      snapshots.push({ id: String(snapshot_id), trees: { [source]: await accountOf(source) } });
    }
    for (const lost of [1, Infinity]) {
      for (const name of (await filesOf(stored, "index/")).slice(0, lost)) {
        await Deno.remove(
          `${stored}/${name}`,
        );
      }
      // The cache still holds what the server lost, which must not hide it.
      assert.equal((await both.trySparegrid(["check"])).code, 1);
      await both.sparegrid(["repair", "index"]);
      await assertResticAgrees(both, snapshots);
      await assertSparegridChecks(both);
    }
  },
);

testWithRestic(
  "restic agrees after repair packs and snapshots over REST: all but one file is whole",
  async () => {
    await using place = await behindServer();
    const { both, server, stored } = place;
    const source = both.at("source");
    await both.init("sparegrid");
    await makeSmallTree(source, 20, 50_000);
    await both.backup([source]);
    // Packs of its own for what is spoiled: the pieces of a large file.
    await Deno.writeFile(`${source}/noise`, noise(30, 6_000_000));
    const before = await filesOf(stored, "data/");
    const { snapshot_id: id } = await both.backup(["--pack-size", "4", source]);
    await copyTree(source, both.at("was"));
    const sizes = (await filesOf(stored, "data/")).filter((name) => !before.includes(name))
      .map((name) => ({ path: `${stored}/${name}`, size: Deno.statSync(`${stored}/${name}`).size }));
    const spoiled = sizes.sort((a, b) => b.size - a.size)[0]!.path;
    const bytes = await Deno.readFile(spoiled);
    bytes[100]! ^= 1;
    await Deno.writeFile(spoiled, bytes);
    const pack = spoiled.split("/").at(-1)!;
    const found = await both.trySparegrid(["check", "--read-data"]);
    assert.equal(found.code, 1);
    assert.match(found.out + found.err, new RegExp(pack));

    await both.sparegrid(["repair", "packs", pack], { cwd: both.at(".") });
    assert.deepEqual(await Deno.readFile(both.at(`pack-${pack}`)), bytes);
    assert.ok(server.requests.includes(`DELETE data/${pack}`));
    const repaired = await both.sparegrid(["repair", "snapshots", "--forget"]);
    const told = [...repaired.out.matchAll(/^([0-9a-f]{8}) (\/.*): content removed$/gm)];
    assert.deepEqual(told.map((match) => match.slice(1)), [[String(id).slice(0, 8), `${source}/noise`]]);
    await assertResticChecks(both);
    await assertSparegridChecks(both);
    const mended = (await both.resticSnapshots()).find((snapshot) => snapshot["original"] === id);
    assert.ok(mended);
    const trees = { [source]: both.at("was") };
    await assertResticRestoresBut(both, { id: String(mended["id"]), trees }, [`${source}/noise`]);
    const { snapshot_id: healed } = await both.backup([source]);
    await assertResticAgrees(both, [{ id: String(healed), trees: { [source]: source } }]);
  },
);

testWithRestic("restic reads over REST what came from standard input and from a command", async () => {
  await using place = await behindServer();
  const { both } = place;
  await both.init("sparegrid");
  const bytes = noise(40, 5_000_000);
  await both.sparegrid(["backup", "--stdin", "--stdin-filename", "in.bin"], { input: bytes });
  const [given] = await both.resticSnapshots();
  await Deno.writeFile(both.at("told"), bytes.subarray(0, 3_000_000));
  const command = ["--stdin-from-command", "--stdin-filename", "out.bin", "--", "cat", both.at("told")];
  const { snapshot_id: commanded } = await both.backup(command);
  const failing = ["backup", "--stdin-from-command", "--", "sh", "-c", `cat ${both.at("told")}; exit 3`];
  assert.equal((await both.trySparegrid(failing)).code, 1);
  assert.equal((await both.resticSnapshots()).length, 2);
  await assertResticAgrees(both, []);
  await assertSameDump(both, String(given!["id"]), "/in.bin", bytes);
  await assertSameDump(both, String(commanded), "/out.bin", bytes.subarray(0, 3_000_000));
  await both.restic(["restore", String(given!["id"]), "--target", both.at("out")]);
  assert.deepEqual(await Deno.readFile(both.at("out/in.bin")), bytes);
  // What the command gave was stored before: the same pieces of the same bytes, but for the last.
  assert.ok(await packBytes(place.stored) < 7_900_000);
});
