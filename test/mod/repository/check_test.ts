// Copyright the SpareGrid authors. Apache-2.0.
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { type BlobId, systemRandom, toHex, utf8 } from "../../../mod/base/mod.ts";
import { sha256 } from "../../../mod/crypto/mod.ts";
import { encodeTree } from "../../../mod/format/mod.ts";
import { type CheckOptions, checkRepository, Repository } from "../../../mod/repository/mod.ts";
import { MemoryStorage, type Storage } from "../../../mod/storage/mod.ts";
import { DamagedStorage, namesOf } from "../../kit/damaged_storage.ts";
import {
  CHEAP_KDF,
  DraftSaver,
  initRepository,
  node,
  PASSWORD,
  reopen,
  testPorts,
} from "../../kit/repository.ts";

async function check(storage: Storage, options: CheckOptions = {}) {
  return await checkRepository(await Repository.open(storage, testPorts(), { password: PASSWORD }), options);
}

async function filled(): Promise<DamagedStorage> {
  const storage = new DamagedStorage(new MemoryStorage());
  const saver = new DraftSaver(await initRepository(storage, { packBytesTarget: 30_000 }));
  await saver.snapshot({ a: [systemRandom.bytes(20_000), systemRandom.bytes(20_000)], b: { c: { d: "e" } } });
  await saver.snapshot({ a: systemRandom.bytes(20_000), b: { c: { d: "f" } } });
  return storage;
}

Deno.test("checkRepository finds nothing in a sound repository and counts what it saw", async () => {
  const storage = await filled();
  const phases = new Set<string>();
  const report = await check(storage, {
    readData: "all",
    headers: true,
    onProgress: (p) => phases.add(p.phase),
  });
  deepStrictEqual(report.findings, []);
  strictEqual(report.snapshots, 2);
  strictEqual(report.trees, 6);
  strictEqual(report.packsRead, report.packs);
  deepStrictEqual([...phases], ["index", "packs", "trees", "data"]);
});

Deno.test("checkRepository finds every single flipped byte, in every kind of file", async () => {
  const storage = await filled();
  for (const type of ["data", "index", "snapshots"] as const) {
    for (const name of await namesOf(storage, type)) {
      const { size } = await storage.stat({ type, name });
      for (const offset of [0, 15, 16, Math.floor(size / 2), size - 17, size - 3, size - 1]) {
        const damaged = new DamagedStorage(storage);
        damaged.flip({ type, name }, offset);
        const report = await check(damaged, { readData: "all" });
        ok(report.errors > 0, `${type} ${offset}`);
        ok(report.findings.some(({ object, message }) => object.includes(name) || message.includes(name)));
      }
    }
  }
});

Deno.test("checkRepository finds a damaged key beside the one that opened the repository", async () => {
  const storage = new DamagedStorage(await filled());
  const other = await (await reopen(storage)).addKey({ password: "other", kdf: CHEAP_KDF });
  deepStrictEqual((await check(storage)).findings, []);
  storage.flip({ type: "keys", name: other }, 40);
  const { findings, errors } = await check(storage);
  deepStrictEqual([errors, findings[0]?.object, findings[0]?.code], [1, `keys/${other}`, "SG1005"]);
  ok(findings[0]!.message.includes(`keys/${other}`));
});

Deno.test("checkRepository takes no pack for a leftover while an index is damaged", async () => {
  const storage = await filled();
  const [index] = await namesOf(storage, "index");
  storage.flip({ type: "index", name: index! }, 40);
  const hints = (await check(storage)).findings.filter(({ severity }) => severity === "hint");
  ok(hints.length > 0);
  for (const { message } of hints) {
    ok(/no index that can be read: sparegrid repair index/.test(message), message);
  }
});

Deno.test("checkRepository finds missing and cut files without reading data", async () => {
  const storage = await filled();
  const packs = await namesOf(storage, "data");
  for (const name of packs) {
    const cut = new DamagedStorage(storage);
    cut.cut({ type: "data", name }, 100);
    ok((await check(cut)).findings.some(({ object }) => object === `pack ${name}`));
  }
  await storage.remove({ type: "data", name: packs[0]! });
  const report = await check(storage);
  ok(report.findings.some(({ object, code }) => object === `pack ${packs[0]}` && code === "SG1006"));
});

Deno.test("checkRepository finds blobs that no index lists", async () => {
  const storage = await filled();
  const [index] = await namesOf(storage, "index");
  await storage.remove({ type: "index", name: index! });
  const report = await check(storage);
  ok(report.findings.some(({ code, severity }) => code === "SG1028" && severity === "error"));
  ok(report.findings.some(({ severity }) => severity === "hint"), "the packs are unlisted");
});

Deno.test("checkRepository finds trees that name what is not there, and files without content", async () => {
  const storage = new MemoryStorage();
  const repository = await initRepository(storage);
  const missing = "c".repeat(64) as BlobId;
  const tree = await repository.saveTree(encodeTree([
    node({ name: utf8("a"), type: "file", size: 5n, content: [missing] }),
    node({ name: utf8("b"), type: "dir", subtree: missing }),
    node({ name: utf8("c"), type: "dir" }),
    node({ name: utf8("d"), type: "file", content: null }),
  ]));
  await repository.saveSnapshot({ time: 1n, tree, paths: ["/"] });
  const messages = (await check(storage)).findings.map(({ message }) => message).join("\n");
  for (const part of ['"a"', `tree blob ${missing}`, '"c"', '"d"']) ok(messages.includes(part), part);
});

Deno.test("checkRepository reads the portion of the data that is asked for", async () => {
  const storage = await filled();
  const packs = (await namesOf(storage, "data")).length;
  const read = async (options: CheckOptions) => (await check(storage, options)).packsRead;
  strictEqual(await read({}), 0);
  strictEqual(await read({ readData: { percent: 1 } }), 1);
  strictEqual(await read({ readData: { percent: 100 } }), packs);
  let parts = 0;
  for (let part = 1; part <= 3; part++) parts += await read({ readData: { part, of: 3 } });
  strictEqual(parts, packs);
  ok(await read({ readData: { bytes: 1 } }) <= 1);
});

Deno.test("checkRepository lets another verify, and stops when it is told to", async () => {
  const storage = await filled();
  const asked: string[] = [];
  const report = await check(storage, {
    readData: "all",
    verify: (id, bytes, expected) => {
      strictEqual(toHex(sha256(bytes)), id);
      ok(expected.length > 0);
      asked.push(id);
      return Promise.resolve([`pack ${id}: said so`]);
    },
  });
  strictEqual(report.errors, asked.length);
  await rejects(check(storage, { signal: AbortSignal.abort(new Error("stop")) }), /stop|interrupted/i);
});

Deno.test("checkRepository looks at the filtered snapshots only", async () => {
  const storage = await filled();
  const repository = await reopen(storage);
  await new DraftSaver(repository).snapshot({ z: "z" }, { hostname: "other" });
  const report = await check(storage, { filter: { hosts: ["other"] }, readData: "all" });
  deepStrictEqual([report.snapshots, report.trees, report.packsRead], [1, 1, 2]);
});
