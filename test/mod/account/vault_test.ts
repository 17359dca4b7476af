// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { systemRandom, utf8, utf8Text } from "../../../mod/base/mod.ts";
import { openVault, Vault } from "../../../mod/account/mod.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import { openFileSystem } from "../../../mod/platform/mod.ts";
import { MemoryFileSystem } from "../../kit/memory_file_system.ts";
import { scratch } from "../../kit/scratch.ts";
import { SeededRandom } from "../../kit/seeded_random.ts";

/** The part of the catalog that the vault uses, in memory. */
function settings(kept: Record<string, unknown> = {}) {
  return {
    settings: {
      get: (key: string) => Promise.resolve(kept[key]),
      set: (key: string, value: unknown) => Promise.resolve(void (kept[key] = value)),
      remove: (key: string) => Promise.resolve(void delete kept[key]),
      all: () => Promise.resolve(kept),
    },
  };
}

const key = systemRandom.bytes(32);
const vault = new Vault(key, systemRandom);
const refused = (error: unknown) => isSgError(error, "SG1050");

Deno.test("Vault: opens what it sealed, of any length, with the same key and purpose only", () => {
  for (const length of [0, 1, 32, 100_000]) {
    const bytes = systemRandom.bytes(length);
    const sealed = vault.seal("account-secret:a", bytes);
    assert.equal(sealed.length, length + 41);
    assert.deepEqual(new Vault(key, systemRandom).open("account-secret:a", sealed), bytes);
    assert.throws(() => vault.open("account-secret:b", sealed), refused);
    assert.throws(() => vault.open("", sealed), refused);
    assert.throws(
      () => new Vault(systemRandom.bytes(32), systemRandom).open("account-secret:a", sealed),
      refused,
    );
  }
});

Deno.test("Vault: one secret sealed twice looks different, and holds nothing of it in clear", () => {
  const secret = utf8("a secret that is well known");
  const [one, two] = [vault.seal("p", secret), vault.seal("p", secret)];
  assert.notDeepEqual(one, two);
  assert.ok(!utf8Text(one).includes("well known"));
});

Deno.test("Vault: every bit that is turned shows, and so does every length", () => {
  const sealed = vault.seal("p", utf8("secret"));
  for (let bit = 0; bit < sealed.length * 8; bit++) {
    const spoilt = sealed.slice();
    spoilt[bit >> 3]! ^= 1 << (bit & 7);
    assert.throws(() => vault.open("p", spoilt), refused, `bit ${bit}`);
  }
  for (let length = 0; length < sealed.length; length++) {
    assert.throws(() => vault.open("p", sealed.subarray(0, length)), refused, `length ${length}`);
  }
  assert.throws(() => vault.open("p", new Uint8Array([...sealed, 0])), refused);
});

Deno.test("openVault: makes the key at the first use, mode 0600, and finds it again", async () => {
  await using folder = await scratch();
  const place = {
    fs: openFileSystem(),
    random: systemRandom,
    folder: `${folder.path}/data`,
    catalog: settings(),
  };
  const sealed = (await openVault(place)).seal("p", utf8("x"));
  const { mode, size } = await Deno.stat(`${folder.path}/data/installation.key`);
  assert.deepEqual([mode! & 0o777, size], [0o600, 32]);
  assert.deepEqual((await openVault(place)).open("p", sealed), utf8("x"));
});

Deno.test("openVault: a key that others can read is refused, and so is none that can be one [W19]", async () => {
  await using folder = await scratch();
  const path = `${folder.path}/installation.key`;
  const catalog = settings();
  const open = () => openVault({ fs: openFileSystem(), random: systemRandom, folder: folder.path, catalog });
  await open();
  const right = await Deno.readFile(path);
  const refusals: readonly (readonly [what: RegExp, spoil: () => Promise<unknown>])[] = [
    [/others may read.*mode 640/, () => Deno.chmod(path, 0o640)],
    [/others may read.*mode 604/, () => Deno.chmod(path, 0o604)],
    [/damaged/, () => Deno.writeFile(path, right.slice(1))],
    [/damaged/, () => Deno.writeFile(path, new Uint8Array(32))],
    [/too long/, () => Deno.writeFile(path, new Uint8Array(33))],
    [/another key/, () => Deno.writeFile(path, systemRandom.bytes(32))],
    [/missing/, () => Deno.remove(path)],
    [/no plain file/, async () => {
      await Deno.remove(path);
      await Deno.mkdir(path, { mode: 0o700 });
    }],
    [/Cannot use/, async () => {
      await Deno.writeFile(`${folder.path}/elsewhere`, right, { mode: 0o600 });
      await Deno.remove(path, { recursive: true });
      await Deno.symlink(`${folder.path}/elsewhere`, path);
    }],
  ];
  for (const [what, spoil] of refusals) {
    await spoil();
    await assert.rejects(
      open(),
      (error) => isSgError(error, "SG0021") && what.test(error.message),
      String(what),
    );
    await Deno.remove(path, { recursive: true }).catch(() => {});
    await Deno.writeFile(path, right, { mode: 0o600 });
    await open();
  }
});

/** Opens the vault on a drive whose power fails at the `at`-th call; answers what it sealed, if it came so far. */
async function openUntil(fs: MemoryFileSystem, at: number, kept: Record<string, unknown>) {
  let calls = 0;
  using _ = fs.failWhen(() => ++calls >= at ? "EIO" : undefined);
  const place = { fs, random: new SeededRandom(at), folder: "/data", catalog: settings(kept) };
  try {
    return (await openVault(place)).seal("p", utf8("sealed before the power failed"));
  } catch (error) {
    assert.ok(isSgError(error, "SG0021"), String(error));
    return undefined;
  }
}

Deno.test("openVault: after a power cut at any call there is the old key, or none that anything was sealed with", async () => {
  let finished = 0;
  let cuts = 0;
  for (let at = 1; finished < 3; at++) {
    const fs = new MemoryFileSystem();
    const root = fs.openRoot("/");
    fs.makeFolder(root, utf8("data"), 0o700);
    fs.sync(root);
    const kept: Record<string, unknown> = {};
    const sealed = await openUntil(fs, at, kept);
    if (sealed) finished++;
    for (let cut = 0; cut < 8; cut++, cuts++) {
      const after = fs.crash(new SeededRandom(at * 10 + cut));
      const place = {
        fs: after,
        random: new SeededRandom(99),
        folder: "/data",
        catalog: settings({ ...kept }),
      };
      const opened = await openVault(place);
      if (sealed) assert.deepEqual(opened.open("p", sealed), utf8("sealed before the power failed"));
    }
  }
  assert.ok(cuts > 100, `only ${cuts} cuts`);
});
