// Copyright the SpareGrid authors. Apache-2.0.
// The same repository behind a REST server over TLS: backup and restore, both programs in turn, what goes wrong on the way.
import assert from "node:assert/strict";
import { type Ended, resticDone, sparegrid, sparegridDone } from "../kit/command_line.ts";
import { makeCertificate } from "../kit/certificate.ts";
import { RestServer } from "../kit/rest_server.ts";
import { scratch } from "../kit/scratch.ts";
import { assertSameTree } from "../kit/tree_oracle.ts";

async function place() {
  const folder = await scratch();
  const at = (name: string) => `${folder.path}/${name}`;
  const certificate = await makeCertificate();
  await Deno.writeTextFile(at("ca.pem"), certificate.cert);
  await Deno.mkdir(at("source/sub"), { recursive: true });
  await Deno.writeTextFile(at("source/a.txt"), "a");
  await Deno.writeFile(at("source/sub/b.bin"), new Uint8Array(3_000_000).map((_, i) => (i * i) >> 8));
  const server = new RestServer({
    folder: at("repo"),
    tls: certificate,
    username: "anna",
    password: "se:cr/et",
  });
  return {
    at,
    server,
    certificate,
    repo: `rest:${server.url}`,
    env: { SPAREGRID_PASSWORD: "test", SPAREGRID_CACHE_DIR: at("cache"), SPAREGRID_CACERT: at("ca.pem") },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

function assertFailure({ code, err }: Ended, status: number, sg: string): void {
  assert.equal(code, status, err);
  assert.match(err, new RegExp(`^sparegrid: .*\\[${sg}\\]\\n {2}\\S`, "m"));
  assert.doesNotMatch(err, /se:cr|se%3Acr/, "the login is shown");
}

Deno.test("a repository behind a REST server is made, filled and restored; restic checks and shares it", async () => {
  await using p = await place();
  const own = (...args: string[]) => sparegridDone(["-r", p.repo, ...args], { env: p.env });
  const theirs = (...args: string[]) =>
    resticDone(["-r", p.repo, "--cacert", p.at("ca.pem"), ...args], { env: { RESTIC_PASSWORD: "test" } });
  const made = await own("init");
  assert.doesNotMatch(made.out + made.err, /se:cr|se%3Acr/);
  assert.doesNotMatch((await own("backup", p.at("source"))).out, /se:cr|se%3Acr/);
  await own("restore", "latest", "--target", p.at("out"), "--verify");
  await assertSameTree(p.at("out") + p.at("source"), p.at("source"));
  await theirs("check", "--read-data");
  await theirs("backup", p.at("source"));
  await Deno.writeTextFile(p.at("source/new"), "new");
  assert.match((await own("backup", p.at("source"))).out, /Files: {4}1 new, 0 changed, 2 unmodified/);
  await own("forget", "--keep-last", "1", "--prune");
  await own("check", "--read-data");
  await theirs("check", "--read-data");
});

Deno.test("a pinned certificate is enough, and another one is refused", async () => {
  await using p = await place();
  const env = { ...p.env, SPAREGRID_CACERT: "" };
  await sparegridDone(["-r", p.repo, "--tls-fingerprint", p.certificate.sha256, "init"], { env });
  assertFailure(
    await sparegrid(["-r", p.repo, "--tls-fingerprint", "ab".repeat(32), "snapshots"], { env }),
    1,
    "SG1019",
  );
  assertFailure(await sparegrid(["-r", p.repo, "snapshots"], { env }), 1, "SG1019");
});

Deno.test("a wrong login and a server without a repository are told apart", async () => {
  await using p = await place();
  const { port } = p.server;
  assertFailure(
    await sparegrid(["-r", `rest:https://anna:wrong@127.0.0.1:${port}/repo/`, "snapshots"], p),
    1,
    "SG1020",
  );
  assertFailure(await sparegrid(["-r", p.repo, "snapshots"], p), 10, "SG1002");
});
