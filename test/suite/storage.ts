// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { isSgError, type SgCode, SgError } from "../../mod/errors/mod.ts";
import type { FileHandle, FileType, Storage, StoredFile } from "../../mod/storage/mod.ts";

/** A fresh, empty, not yet created store, and what ends it. */
export interface StorageUnderTest extends AsyncDisposable {
  readonly storage: Storage;
}

/** A file with the name that its bytes ask for. */
export function stored(type: FileType, bytes: Uint8Array): FileHandle {
  return { type, name: createHash("sha256").update(bytes).digest("hex") };
}

/** `length` bytes that are not all alike. */
export function pattern(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let x = seed >>> 0;
  for (let i = 0; i < length; i++) {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    bytes[i] = x >>> 24;
  }
  return bytes;
}

/** Fails unless `act` rejects with an SgError of that code whose message begins as messages do. */
export async function rejectsWith(code: SgCode, act: Promise<unknown>): Promise<void> {
  await assert.rejects(act, (error: unknown) => {
    assert(isSgError(error), `${error} is no SgError`);
    assert.equal(error.code, code, error.message);
    return true;
  });
}

/** Everything a list yields, by name. */
export async function listed(storage: Storage, type: FileType, signal?: AbortSignal): Promise<StoredFile[]> {
  const files = await Array.fromAsync(storage.list(type, signal ? { signal } : {}));
  return files.sort((a, b) => a.name < b.name ? -1 : 1);
}

const CONFIG: FileHandle = { type: "config", name: "" };
const NOWHERE = "0123456789abcdef".repeat(4);

/** What every storage, and every stack of decorators over one, has to keep. */
const OBLIGATIONS: Record<string, (storage: Storage) => Promise<void>> = {
  async "save then load gives the same bytes, for every type and size"(storage) {
    for (const type of ["data", "keys", "locks", "snapshots", "index"] as const) {
      for (const length of [1, 100, 70_000]) {
        const bytes = pattern(length, length);
        await storage.save(stored(type, bytes), bytes);
        assert.deepEqual(await storage.load(stored(type, bytes)), bytes);
      }
    }
    await storage.save(CONFIG, pattern(155));
    assert.deepEqual(await storage.load(CONFIG), pattern(155));
  },
  async "a save or a removal that its guard forbids is not done"(storage) {
    const bytes = pattern(100);
    const file = stored("index", bytes);
    const guard = () => {
      throw new SgError("SG1018", "the lock is old");
    };
    await rejectsWith("SG1018", storage.save(file, bytes, { guard }));
    assert.deepEqual(await listed(storage, "index"), []);
    await storage.save(file, bytes, { guard: () => {} });
    await rejectsWith("SG1018", storage.remove(file, { guard }));
    assert.deepEqual(await storage.load(file), bytes);
    await storage.remove(file, { guard: () => {} });
  },
  async "an empty file can be stored"(storage) {
    const empty = new Uint8Array(0);
    const file = stored("data", empty);
    await storage.save(file, empty);
    assert.equal((await storage.load(file)).length, 0);
    assert.equal((await storage.stat(file)).size, 0);
  },
  async "a file of several megabytes comes back whole and in parts"(storage) {
    const bytes = pattern(3_000_001);
    const file = stored("data", bytes);
    await storage.save(file, bytes);
    assert.deepEqual(await storage.load(file), bytes);
    const part = await storage.load(file, { offset: 1_000_000, length: 1_500_000 });
    assert.deepEqual(part, bytes.slice(1_000_000, 2_500_000));
  },
  async "the caller's buffer is its own again after save"(storage) {
    const bytes = pattern(5000);
    const file = stored("data", bytes);
    const mine = bytes.slice();
    await storage.save(file, mine);
    mine.fill(0);
    assert.deepEqual(await storage.load(file), bytes);
  },
  async "what load gives is the caller's own"(storage) {
    const bytes = pattern(500);
    const file = stored("index", bytes);
    await storage.save(file, bytes);
    (await storage.load(file)).fill(0);
    assert.deepEqual(await storage.load(file), bytes);
  },
  async "load gives exactly the range asked for"(storage) {
    const bytes = pattern(1000);
    const file = stored("data", bytes);
    await storage.save(file, bytes);
    for (
      const [offset, length] of [[0, 1], [0, 1000], [999, 1], [10, 300], [0, 0], [1000, 0], [400, 0]] as const
    ) {
      assert.deepEqual(await storage.load(file, { offset, length }), bytes.slice(offset, offset + length));
    }
    assert.deepEqual(await storage.load(file, { offset: 990 }), bytes.slice(990));
    assert.deepEqual(await storage.load(file, { length: 7, keep: true }), bytes.slice(0, 7));
    assert.deepEqual(await storage.load(file, { length: 7, keep: true }), bytes.slice(0, 7));
  },
  async "a range past the end is SG1005, never a short answer"(storage) {
    const bytes = pattern(1000);
    const file = stored("data", bytes);
    await storage.save(file, bytes);
    await rejectsWith("SG1005", storage.load(file, { offset: 999, length: 2 }));
    await rejectsWith("SG1005", storage.load(file, { offset: 1001, length: 1 }));
    await rejectsWith("SG1005", storage.load(file, { offset: 1001, length: 0 }));
    await rejectsWith("SG1005", storage.load(file, { offset: 1001 }));
    await rejectsWith("SG1005", storage.load(file, { offset: 0, length: 5000 }));
  },
  async "a missing file is SG1006"(storage) {
    for (const file of [{ type: "data", name: NOWHERE }, { type: "locks", name: NOWHERE }, CONFIG] as const) {
      await rejectsWith("SG1006", storage.load(file));
      await rejectsWith("SG1006", storage.load(file, { offset: 1, length: 1 }));
      await rejectsWith("SG1006", storage.stat(file));
      // A server may let nobody remove a config, there or not.
      const refused = storage.remove(file).catch((error) => {
        if (file === CONFIG && isSgError(error, "SG1045")) throw new SgError("SG1006", error.message);
        throw error;
      });
      await rejectsWith("SG1006", refused);
    }
  },
  async "a name that is no ID is refused everywhere"(storage) {
    const names = ["", "..", "../config", NOWHERE.toUpperCase(), NOWHERE.slice(1), `${NOWHERE}0`, "a/b"];
    for (const name of names) {
      const file = { type: "data", name } as const;
      await rejectsWith("SG1023", storage.save(file, pattern(1)));
      await rejectsWith("SG1023", storage.load(file));
      await rejectsWith("SG1023", storage.stat(file));
      await rejectsWith("SG1023", storage.remove(file));
    }
    await rejectsWith("SG1023", storage.load({ type: "config", name: NOWHERE }));
  },
  async "a range that is no whole number of bytes is refused"(storage) {
    const file = { type: "data", name: NOWHERE } as const;
    for (const offset of [-1, 0.5, NaN, Infinity]) {
      await rejectsWith("SG1023", storage.load(file, { offset }));
    }
    await rejectsWith("SG1023", storage.load(file, { length: -1 }));
  },
  async "stat tells name and size"(storage) {
    const bytes = pattern(777);
    const file = stored("snapshots", bytes);
    await storage.save(file, bytes);
    assert.deepEqual(await storage.stat(file), { name: file.name, size: 777 });
  },
  async "saving a name again succeeds and leaves what is there"(storage) {
    const bytes = pattern(300);
    const file = stored("data", bytes);
    await storage.save(file, bytes);
    await storage.save(file, bytes);
    assert.deepEqual(await storage.load(file), bytes);
    assert.deepEqual(await listed(storage, "data"), [{ name: file.name, size: 300 }]);
  },
  async "a second config is SG1004 and leaves the first"(storage) {
    await storage.save(CONFIG, pattern(155, 1));
    await rejectsWith("SG1004", storage.save(CONFIG, pattern(155, 2)));
    assert.deepEqual(await storage.load(CONFIG), pattern(155, 1));
    await rejectsWith("SG1004", storage.create());
  },
  async "create can be repeated before there is a config"(storage) {
    await storage.create();
    assert.deepEqual(await listed(storage, "data"), []);
  },
  async "list shows names and sizes of one type"(storage) {
    const files: StoredFile[] = [];
    for (let i = 1; i <= 30; i++) {
      const bytes = pattern(i * 10, i);
      const file = stored("data", bytes);
      await storage.save(file, bytes);
      files.push({ name: file.name, size: bytes.length });
    }
    await storage.save(stored("index", pattern(5)), pattern(5));
    await storage.save(CONFIG, pattern(155));
    assert.deepEqual(await listed(storage, "data"), files.sort((a, b) => a.name < b.name ? -1 : 1));
    assert.equal((await listed(storage, "index")).length, 1);
    assert.deepEqual(await listed(storage, "snapshots"), []);
    assert.deepEqual(await listed(storage, "config"), [{ name: "", size: 155 }]);
  },
  async "a list can be left early"(storage) {
    for (let i = 1; i <= 5; i++) await storage.save(stored("index", pattern(i)), pattern(i));
    for await (const file of storage.list("index")) {
      assert(file.size > 0);
      break;
    }
    assert.equal((await listed(storage, "index")).length, 5);
  },
  async "remove takes a file away, and it can be saved again"(storage) {
    for (const type of ["data", "keys", "locks", "snapshots", "index"] as const) {
      const bytes = pattern(64);
      const file = stored(type, bytes);
      await storage.save(file, bytes);
      await storage.remove(file);
      await rejectsWith("SG1006", storage.load(file));
      await rejectsWith("SG1006", storage.remove(file));
      assert.deepEqual(await listed(storage, type), []);
      await storage.save(file, bytes);
      assert.deepEqual(await storage.load(file), bytes);
    }
  },
  async "many calls at a time do not mix up"(storage) {
    const all = Array.from({ length: 24 }, (_, i) => pattern(20_000 + i, i));
    await Promise.all(all.map((bytes) => storage.save(stored("data", bytes), bytes)));
    const back = await Promise.all(all.map((bytes) => storage.load(stored("data", bytes))));
    assert.deepEqual(back, all);
  },
  async "an aborted signal ends every call with SG1016, and a reason of ours as it is"(storage) {
    const bytes = pattern(10);
    const file = stored("data", bytes);
    const signal = AbortSignal.abort();
    await rejectsWith("SG1016", storage.create({ signal }));
    await rejectsWith("SG1016", storage.save(file, bytes, { signal }));
    await rejectsWith("SG1016", storage.load(file, { signal }));
    await rejectsWith("SG1016", storage.stat(file, { signal }));
    await rejectsWith("SG1016", storage.remove(file, { signal }));
    await rejectsWith("SG1016", listed(storage, "data", signal));
    await rejectsWith("SG1006", storage.load(file));
  },
  async "after close every call fails, and closing again does not"(storage) {
    const bytes = pattern(10);
    await storage.save(stored("data", bytes), bytes);
    await storage.close();
    await storage.close();
    await rejectsWith("SG1015", storage.stat(stored("data", bytes)));
    await rejectsWith("SG1015", storage.save(stored("index", bytes), bytes));
    await rejectsWith("SG1015", listed(storage, "data"));
  },
};

/** Registers the contract's tests for the storage that `make` gives; `name` begins their names. */
export function testStorage(name: string, make: () => Promise<StorageUnderTest>): void {
  for (const [obligation, prove] of Object.entries(OBLIGATIONS)) {
    Deno.test(`${name}: ${obligation}`, async () => {
      await using subject = await make();
      try {
        await subject.storage.create();
        await prove(subject.storage);
      } finally {
        await subject.storage.close();
      }
    });
  }
}
