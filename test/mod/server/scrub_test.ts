// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import type { ScrubOrder } from "../../../mod/server/mod.ts";
import { ServerStage, someBytes } from "../../kit/server_stage.ts";

const order = (stage: ServerStage, changes: Partial<ScrubOrder> = {}): ScrubOrder => ({
  bytesPerSecond: () => 0,
  verifiedBefore: Number(stage.rooms.clock.now() / 1_000_000n),
  signal: new AbortController().signal,
  ...changes,
});

Deno.test("Scrub: reads all files, remembers when, and begins with those that were verified longest ago", async () => {
  await using stage = await ServerStage.open();
  await stage.repository();
  await stage.repository("other", "work");
  await stage.ask("pc", "POST", "home/config", { body: someBytes(155) });
  for (let i = 1; i <= 250; i++) await stage.store("pc", "home", "data", someBytes(100, i));
  await stage.store("other", "work", "keys", someBytes(400, 999));
  assert.equal((await stage.stores.repositories("pc"))[0]!.verifiedAt, null);
  stage.rooms.pass(1_000);
  const seen: number[] = [];
  const first = await stage.stores.scrub(order(stage, { onProgress: ({ files }) => seen.push(files) }));
  assert.deepEqual(first, { files: 252, bytes: 155 + 25_000 + 400, damaged: [] });
  assert.deepEqual(seen, Array.from({ length: 252 }, (_, i) => i + 1));
  const verifiedAt = (await stage.stores.repositories("pc"))[0]!.verifiedAt;
  assert.equal(verifiedAt, Number(stage.rooms.clock.now() / 1_000_000n));
  // What was verified is not due again; what came since is.
  assert.equal((await stage.stores.scrub(order(stage))).files, 0);
  stage.rooms.pass(1_000);
  await stage.store("pc", "home", "data", someBytes(100, 500));
  assert.equal((await stage.stores.scrub(order(stage, { verifiedBefore: verifiedAt! }))).files, 1);
  assert.equal((await stage.stores.scrub(order(stage, { only: { account: "other" } }))).files, 1);
});

Deno.test("Scrub: reports what is damaged, missing or cut short, once and for all, and what was mended", async () => {
  await using stage = await ServerStage.open();
  await stage.repository();
  const names = await Promise.all(
    [1, 2, 3, 4].map((seed) => stage.store("pc", "home", "data", someBytes(300_000, seed))),
  );
  const path = (name: string) => `${stage.folder}/store/pc/home/data/${name.slice(0, 2)}/${name}`;
  const [flipped, missing, cut, whole] = names as [string, string, string, string];
  await Deno.chmod(path(flipped), 0o600);
  await Deno.chmod(path(cut), 0o600);
  using file = await Deno.open(path(flipped), { write: true });
  await file.seek(299_999, Deno.SeekMode.Start);
  await file.write(Uint8Array.of(0, 1));
  await Deno.truncate(path(flipped), 300_000);
  await Deno.remove(path(missing));
  await Deno.truncate(path(cut), 1_000);
  stage.rooms.pass(1_000);
  const { damaged } = await stage.stores.scrub(order(stage));
  assert.deepEqual(Object.fromEntries(damaged.map(({ file, damage }) => [file, damage])), {
    [`data/${flipped}`]: "its content does not hash to its name",
    [`data/${missing}`]: "missing",
    [`data/${cut}`]: "it holds 1000 bytes in place of 300000",
  });
  const expected = [flipped, missing, cut].map((name) => `data/${name}`).sort();
  assert.deepEqual((await stage.stores.repositories("pc"))[0]!.damaged, expected);
  assert.equal(stage.stores.storage().damagedFiles, 3);
  assert.equal(stage.log.lines.filter(({ message }) => message === "a stored file is damaged").length, 3);
  await stage.stop();
  await stage.start();
  assert.ok((await stage.stores.repositories("pc"))[0]!.damaged.includes(`data/${flipped}`));
  await stage.store("pc", "home", "data", someBytes(300_000, 1));
  stage.rooms.pass(1_000);
  const again = await stage.stores.scrub(order(stage));
  assert.ok(!again.damaged.some(({ file }) => file === `data/${flipped}` || file === `data/${whole}`));
});

Deno.test("Scrub: a file that is removed meanwhile is no damage", async () => {
  await using stage = await ServerStage.open();
  await stage.repository();
  const names = await Promise.all(
    [1, 2, 3].map((seed) => stage.store("pc", "home", "data", someBytes(100, seed))),
  );
  stage.rooms.pass(1_000);
  let removals: Promise<unknown>[] | undefined;
  const report = await stage.stores.scrub(order(stage, {
    bytesPerSecond: () => {
      removals ??= names.slice(1).map((name) => stage.ask("pc", "DELETE", `home/data/${name}`));
      return 0;
    },
  }));
  assert.deepEqual(report.damaged, []);
  assert.equal((await Promise.all(removals!)).length, 2);
});

Deno.test("Scrub: keeps its pace, and what was verified before a stop is remembered", async () => {
  await using stage = await ServerStage.open();
  await stage.repository();
  for (let seed = 1; seed <= 10; seed++) await stage.store("pc", "home", "data", someBytes(1_000_000, seed));
  stage.rooms.pass(1_000);
  const before = stage.rooms.clock.ms;
  const stop = new AbortController();
  const half = stage.stores.scrub(order(stage, {
    ...{ bytesPerSecond: () => 1_000_000, signal: stop.signal },
    onProgress: ({ files }) => files === 5 && stop.abort(new Error("stopped")),
  }));
  await assert.rejects(half, /stopped/);
  const seconds = (stage.rooms.clock.ms - before) / 1000;
  assert.ok(seconds > 4 && seconds < 6, `5 MB at 1 MB/s took ${seconds} s`);
  const rest = await stage.stores.scrub(
    order(stage, { verifiedBefore: Number(stage.rooms.clock.now() / 1_000_000n) - 60_000 }),
  );
  assert.equal(rest.files, 5);
});
