// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import fc from "fast-check";
import { equalBytes, utf8 } from "../../../mod/base/mod.ts";
import { writeSparse } from "../../../mod/restorer/sparse.ts";
import { MemoryFileSystem } from "../../kit/memory_file_system.ts";

Deno.test("writeSparse leaves the content that plain writing leaves, and writes no page of zeros", () => {
  const run = fc.record({ zero: fc.boolean(), length: fc.nat({ max: 10_000 }) });
  fc.assert(
    fc.property(fc.array(run, { maxLength: 5 }), fc.nat({ max: 9_000 }), (runs, offset) => {
      const content = new Uint8Array(runs.reduce((sum, { length }) => sum + length, 0));
      let at = 0;
      for (const { zero, length } of runs) content.fill(zero ? 0 : 7, at, at += length);
      const fs = new MemoryFileSystem();
      const root = fs.openRoot("/");
      const fd = fs.create(root, utf8("f"), 0o600);
      using _rule = fs.failWhen(({ call }) => call === "sync" ? "EIO" : undefined);
      const written: Uint8Array[] = [];
      const spy = new Proxy(fs, {
        get(target, key) {
          if (key === "writeAt") {
            return (to: number, bytes: Uint8Array, place: number) => {
              written.push(bytes);
              target.writeAt(to, bytes, place);
            };
          }
          const value = Reflect.get(target, key, target);
          return typeof value === "function" ? value.bind(target) : value;
        },
      });
      const hole = writeSparse(spy, fd, content, offset);
      if (hole > 0) fs.truncate(fd, offset + content.length);
      const back = new Uint8Array(content.length);
      fs.readAt(fd, back, offset);
      assert.ok(equalBytes(back, content));
      if (content.length > 0) assert.equal(fs.statFd(fd).size, offset + content.length);
      assert.ok(content.subarray(content.length - hole).every((byte) => byte === 0));
      assert.equal(hole === content.length, written.length === 0);
      // A zero run of two pages holds one whole page wherever it starts.
      const zeros = runs.length === 1 && runs[0]!.zero ? runs[0]!.length : 0;
      if (zeros >= 8192) assert.ok(written.every((bytes) => bytes.length < 4096));
    }),
    { numRuns: 60 },
  );
});
