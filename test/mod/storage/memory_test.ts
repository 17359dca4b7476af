// Copyright the SpareGrid authors. Apache-2.0.
import { MemoryStorage } from "../../../mod/storage/mod.ts";
import { pattern, rejectsWith, stored, testStorage } from "../../suite/storage.ts";

testStorage(
  "MemoryStorage",
  () => Promise.resolve({ storage: new MemoryStorage(), async [Symbol.asyncDispose]() {} }),
);

Deno.test("MemoryStorage: what does not fit is SG0200, and fits after a removal", async () => {
  const storage = new MemoryStorage({ maxBytes: 100 });
  await storage.save(stored("data", pattern(60)), pattern(60));
  await rejectsWith("SG0200", storage.save(stored("data", pattern(41)), pattern(41)));
  await storage.remove(stored("data", pattern(60)));
  await storage.save(stored("data", pattern(41)), pattern(41));
});
