// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { systemClock } from "../../mod/base/mod.ts";
import { HttpStorage, parseLocation, type RestLocation } from "../../mod/storage/mod.ts";
import { makeCertificate } from "../kit/certificate.ts";
import { RestServer } from "../kit/rest_server.ts";
import { listed } from "../suite/storage.ts";

/** Runs the real restic against a repository; gives what it says. */
async function restic(env: Record<string, string>, ...args: string[]): Promise<string> {
  const command = new Deno.Command("restic", { args, env, stdout: "piped", stderr: "piped" });
  const { success, stdout, stderr } = await command.output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  assert(success, `restic ${args.join(" ")}: ${text}`);
  return text;
}

async function hasRestic(): Promise<boolean> {
  try {
    return (await new Deno.Command("restic", { args: ["version"], stdout: "null" }).output()).success;
  } catch {
    return false;
  }
}

Deno.test({
  name: "RestServer: the real restic works with it, and HttpStorage sees what restic stored",
  ignore: !await hasRestic(),
  async fn() {
    const folder = await Deno.makeTempDir();
    const certificate = await makeCertificate();
    try {
      await Deno.writeTextFile(`${folder}/ca.pem`, certificate.cert);
      await Deno.mkdir(`${folder}/source`);
      await Deno.writeTextFile(`${folder}/source/file`, "hello");
      const common = { folder: `${folder}/repo`, tls: certificate, username: "anna", password: "secret" };
      const ca = ["--cacert", `${folder}/ca.pem`];
      const env = { RESTIC_PASSWORD: "x", RESTIC_CACHE_DIR: `${folder}/cache` };
      {
        await using server = new RestServer(common);
        const there = { ...env, RESTIC_REPOSITORY: `rest:${server.url}` };
        await restic(there, ...ca, "init");
        await restic(there, ...ca, "backup", `${folder}/source`);
        await restic(there, ...ca, "check", "--read-data");
      }
      await using server = new RestServer({ ...common, version: 1 });
      await restic(
        { ...env, RESTIC_REPOSITORY: `rest:${server.url}` },
        ...ca,
        "forget",
        "--keep-last",
        "1",
        "--prune",
      );
      const location = parseLocation(`rest:${server.url}`) as RestLocation;
      const storage = new HttpStorage(location, systemClock, { caCertificates: [certificate.cert] });
      try {
        for (const [type, count] of [["keys", 1], ["snapshots", 1], ["index", 1], ["data", 2]] as const) {
          const files = await listed(storage, type);
          assert.equal(files.length, count, type);
          for (const { name, size } of files) assert.equal((await storage.load({ type, name })).length, size);
        }
      } finally {
        await storage.close();
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
