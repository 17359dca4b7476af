// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { utf8 } from "../../../mod/base/mod.ts";
import { openFileSystem } from "../../../mod/platform/mod.ts";
import { checkFile } from "../../../mod/restorer/check_file.ts";
import { JobFolders } from "../../../mod/restorer/job_folders.ts";
import { ZeroBlobs } from "../../../mod/restorer/zero_blobs.ts";
import { scratch } from "../../kit/scratch.ts";
import { idOf } from "./toy_store.ts";

const PIECE = 1 << 20;
const zero = { id: idOf(new Uint8Array(PIECE)), length: PIECE };
const ones = new Uint8Array(4096).fill(1);
const island = { id: idOf(new Uint8Array([...new Uint8Array(PIECE - 4096), ...ones])), length: PIECE };

Deno.test("checkFile takes a hole for zeros without reading it, and for nothing else", async () => {
  await using dir = await scratch();
  const real = openFileSystem();
  const root = real.openRoot(dir.path);
  const name = utf8("f");
  const fd = real.create(root, name, 0o600);
  // Six pieces of nothing, but for the end of the third one.
  real.truncate(fd, 6 * PIECE);
  real.writeAt(fd, ones, 3 * PIECE - 4096);
  real.close(fd);
  let read = 0;
  const fs = new Proxy(real, {
    get(target, key) {
      if (key === "readAt") {
        return (from: number, into: Uint8Array, offset: number) => {
          read += into.length;
          return target.readAt(from, into, offset);
        };
      }
      const value = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  using folders = new JobFolders(fs, root, []);
  const check = (offset: number, blocks: { id: typeof zero.id; length: number }[]) => {
    read = 0;
    return checkFile(fs, folders, new ZeroBlobs(), { folder: 0, name, offset, blocks });
  };
  const whole = check(0, [zero, zero, island, zero, island, zero, zero]);
  assert.deepEqual([whole.size, [...whole.equal], whole.why], [6 * PIECE, [1, 1, 1, 1, 0, 1, 0], ""]);
  assert.equal(read, PIECE);
  assert.deepEqual([...check(2 * PIECE, [zero, zero]).equal], [0, 1]);
  assert.equal(read, PIECE);
  assert.deepEqual([...check(3 * PIECE, [zero, island]).equal], [1, 0]);
  assert.equal(read, 0);
  // The last byte before the island belongs to a hole, its piece does not.
  assert.deepEqual([...check(PIECE - 1, [zero, { ...zero, length: PIECE + 1 }]).equal], [1, 0]);
  real.close(root);
});
