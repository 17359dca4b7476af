// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { fromBase64, systemRandom, utf8Text } from "../../mod/base/mod.ts";
import { deriveKey, isIrreducible, type MasterKey, Sealer } from "../../mod/crypto/mod.ts";

const PASSWORD = "grüße, 世界";

async function restic(...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("restic", {
    args,
    env: { RESTIC_PASSWORD: PASSWORD },
    stdout: "null",
    stderr: "piped",
  }).output();
  assert.ok(success, utf8Text(stderr));
}

function hasRestic(): boolean {
  try {
    return new Deno.Command("restic", { args: ["version"], stdout: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

/** The master key in the only key file of a repository that restic made. */
async function masterKey(repository: string, password: string): Promise<MasterKey> {
  const name = [...Deno.readDirSync(`${repository}/keys`)][0]!.name;
  const file = JSON.parse(Deno.readTextFileSync(`${repository}/keys/${name}`));
  const user = await deriveKey(password, { N: file.N, r: file.r, p: file.p, salt: fromBase64(file.salt) });
  const plain = new Sealer(user, systemRandom).open(fromBase64(file.data));
  const { mac, encrypt } = JSON.parse(utf8Text(plain));
  return { encrypt: fromBase64(encrypt), macK: fromBase64(mac.k), macR: fromBase64(mac.r) };
}

Deno.test({
  name: "deriveKey and Sealer open what restic sealed, and restic opens what Sealer sealed",
  ignore: !hasRestic(),
  async fn() {
    const folder = Deno.makeTempDirSync();
    try {
      await restic("init", "-q", "-r", folder);
      const key = await masterKey(folder, PASSWORD);
      const sealed = Deno.readFileSync(`${folder}/config`);
      for (const native of [undefined, null]) {
        const sealer = new Sealer(key, systemRandom, native);
        const plain = sealer.open(sealed);
        const config = JSON.parse(utf8Text(plain));
        assert.equal(config.version, 2);
        assert.ok(isIrreducible(BigInt(`0x${config.chunker_polynomial}`)));

        Deno.removeSync(`${folder}/config`);
        Deno.writeFileSync(`${folder}/config`, sealer.seal(plain));
        await restic("check", "-q", "-r", folder, "--no-cache");
      }
      await assert.rejects(masterKey(folder, "wrong"), { code: "SG1005" });
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  },
});
