// Copyright the SpareGrid authors. Apache-2.0.
// F27 at the storage's door: whatever a server serves under a name, no wrong byte is restored and no damage goes unsaid.
import assert from "node:assert/strict";
import { MemoryStorage, type StoredFile } from "../../mod/storage/mod.ts";
import { LyingStorage } from "../kit/lying_storage.ts";
import { noise } from "../kit/memory_tree.ts";
import { checkStory, filesOf, makeStory, restoreStory, WHOLE_STORY } from "./story.ts";

async function lyingStory() {
  const inner = new MemoryStorage();
  await makeStory(inner);
  const foreign = new MemoryStorage();
  await makeStory(foreign, 2);
  return { storage: new LyingStorage(inner), files: await filesOf(inner), foreign: await filesOf(foreign) };
}

Deno.test("runRestore and runCheck tell the truth, and restore all", async () => {
  const { storage } = await lyingStory();
  assert.deepEqual(await restoreStory(storage), { codes: [], restored: WHOLE_STORY });
  assert.deepEqual(await checkStory(storage), []);
});

Deno.test("runRestore gives no byte of another file, repository or time in place of the right one", async () => {
  const { storage, files, foreign } = await lyingStory();
  let cases = 0;
  for (const [handle, truth] of files) {
    const others = [...files, ...foreign].filter(([file, bytes]) =>
      file.type === handle.type && (file.name !== handle.name || bytes !== truth)
    );
    const made = [truth.slice(0, -1), new Uint8Array(truth.length), noise(truth.length), new Uint8Array()];
    // The same name, longer and shorter: the list says the size of what is served.
    const longer = new Uint8Array(truth.length + 1000);
    longer.set(truth);
    for (const told of [...others.map(([, bytes]) => bytes), ...made, longer]) {
      storage.lie = {
        content: ({ type, name }) => type === handle.type && name === handle.name ? told : undefined,
        list: (type, list) =>
          list.map((file) =>
            type === handle.type && file.name === handle.name ? { ...file, size: told.length } : file
          ),
      };
      const what = `${handle.type}/${handle.name.slice(0, 8)} as ${told.length} bytes, case ${++cases}`;
      const same = told.length === truth.length && told.every((byte, i) => byte === truth[i]);
      const { codes, restored } = await restoreStory(storage);
      assert.ok(restored === WHOLE_STORY || codes.length > 0 || handle.type === "snapshots", what);
      const found = await checkStory(storage);
      assert.ok(same || found.length > 0, `${what}: not found by check`);
    }
  }
  assert.ok(cases > 100, String(cases));
});

Deno.test("runRestore survives lists that lie: names missing, made up, repeated, sizes from 0 to 2^53", async () => {
  const { storage } = await lyingStory();
  const made = (count: number, size: number): StoredFile[] =>
    Array.from({ length: count }, (_, i) => ({ name: i.toString(16).padStart(64, "0"), size }));
  const sized = (size: number) => (list: readonly StoredFile[]) => list.map(({ name }) => ({ name, size }));
  const lies: [string, (list: readonly StoredFile[]) => readonly StoredFile[]][] = [
    ["nothing", () => []],
    ["one missing", (list) => list.slice(1)],
    ["the last missing", (list) => list.slice(0, -1)],
    ["made up", (list) => [...made(300, 100), ...list]],
    ["made up and huge", (list) => [...made(3, 2 ** 53 - 1), ...list]],
    ["repeated", (list) => [...list, ...list]],
    ["backwards", (list) => list.toReversed()],
    ...[0, 1, 31, 2 ** 26, 2 ** 31, 2 ** 32, 2 ** 53 - 1].map((size) =>
      [`sizes of ${size}`, sized(size)] as [string, ReturnType<typeof sized>]
    ),
  ];
  for (const type of ["keys", "snapshots", "index", "data", "locks"] as const) {
    for (const [what, list] of lies) {
      storage.lie = { list: (asked, files) => asked === type ? list(files) : files };
      const { codes, restored } = await restoreStory(storage);
      assert.ok(
        restored === WHOLE_STORY || codes.length > 0 || type === "snapshots",
        `${type} ${what}: ${codes}`,
      );
      await checkStory(storage);
    }
  }
});

Deno.test("runCheck asks for no more of a pack than the index lists, whatever size the server claims", async () => {
  const { storage, files } = await lyingStory();
  const [pack] = files.find(([{ type }]) => type === "data")!;
  storage.lie = {
    content: ({ name }) => name === pack.name ? new Uint8Array(600 * 2 ** 20) : undefined,
    list: (_, list) => list.map((file) => file.name === pack.name ? { ...file, size: 600 * 2 ** 20 } : file),
  };
  assert.ok((await checkStory(storage)).length > 0);
  assert.ok(storage.askedBytes < 2 ** 20, String(storage.askedBytes));
});
