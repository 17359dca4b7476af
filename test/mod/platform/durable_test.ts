// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { equalBytes, type Random, utf8, utf8Text } from "../../../mod/base/mod.ts";
import { openFileSystem, writeDurably } from "../../../mod/platform/mod.ts";
import { type MemoryCall, MemoryFileSystem } from "../../kit/memory_file_system.ts";
import { scratch } from "../../kit/scratch.ts";
import { failsAsync, list, opened, read, write } from "../../suite/file_system.ts";

const NAME = utf8("config");
const TEMPORARY = utf8("config.tmp");
const CONTENT = new Uint8Array(20_000).map((_, i) => i % 251 + 1);

/** A small generator with a seed, so that a failure comes back. */
function seeded(seed: number): Random {
  let state = seed >>> 0 || 1;
  return {
    bytes(length) {
      return new Uint8Array(length).map(() => {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        return state >>> 24;
      });
    },
  };
}

function contentOf(fs: MemoryFileSystem, name: Uint8Array): Uint8Array | undefined {
  using root = opened(fs, fs.openRoot("/"));
  const there = list(fs, root.fd).some((entry) => equalBytes(entry.name, name));
  return there ? read(fs, root.fd, name) : undefined;
}

Deno.test("writeDurably leaves exactly the file, in memory and on the drive", async () => {
  await using folder = await scratch();
  for (const [fs, path] of [[new MemoryFileSystem(), "/"], [openFileSystem(), folder.path]] as const) {
    using root = opened(fs, fs.openRoot(path));
    await writeDurably(fs, root.fd, NAME, TEMPORARY, CONTENT);
    assert.deepEqual(list(fs, root.fd).map(({ name }) => utf8Text(name)), ["config"]);
    assert.ok(equalBytes(read(fs, root.fd, NAME), CONTENT));
    assert.equal(fs.stat(root.fd, NAME).permissions, 0o600);
  }
});

Deno.test("writeDurably survives a power cut once it has resolved", async () => {
  for (let seed = 1; seed <= 50; seed++) {
    const fs = new MemoryFileSystem();
    using root = opened(fs, fs.openRoot("/"));
    await writeDurably(fs, root.fd, NAME, TEMPORARY, CONTENT);
    const after = fs.crash(seeded(seed));
    assert.ok(equalBytes(contentOf(after, NAME) ?? utf8(""), CONTENT), `seed ${seed}`);
    assert.equal(contentOf(after, TEMPORARY), undefined, `seed ${seed}`);
  }
});

Deno.test("writeDurably leaves the old file or the new one when the power is cut at any call", async () => {
  const old = utf8("the old content");
  const seen = new Set<string>();
  for (let seed = 1; seed <= 20; seed++) {
    const fs = new MemoryFileSystem();
    using root = opened(fs, fs.openRoot("/"));
    await writeDurably(fs, root.fd, NAME, TEMPORARY, old);
    const images: MemoryFileSystem[] = [];
    {
      using _watch = fs.failWhen(() => {
        images.push(fs.crash(seeded(seed * 100 + images.length)));
        return undefined;
      });
      await writeDurably(fs, root.fd, NAME, TEMPORARY, CONTENT);
    }
    assert.ok(images.length >= 6);
    for (const image of images) {
      const content = contentOf(image, NAME);
      assert.ok(content !== undefined, "the name is never empty");
      const whole = equalBytes(content, old) ? "old" : equalBytes(content, CONTENT) ? "new" : "torn";
      assert.notEqual(whole, "torn");
      seen.add(whole);
    }
  }
  assert.deepEqual(seen, new Set(["old", "new"]), "both outcomes were tried");
});

Deno.test("writeDurably's order matters: without the file's sync a crash tears what the name shows", () => {
  let torn = 0;
  for (let seed = 1; seed <= 40; seed++) {
    const fs = new MemoryFileSystem();
    using root = opened(fs, fs.openRoot("/"));
    write(fs, root.fd, TEMPORARY, CONTENT);
    fs.rename(root.fd, TEMPORARY, root.fd, NAME);
    fs.sync(root.fd);
    if (!equalBytes(contentOf(fs.crash(seeded(seed)), NAME)!, CONTENT)) torn++;
  }
  assert.ok(torn > 10, `the double must be able to catch it: ${torn} of 40`);
});

for (const call of ["create", "writeAt", "sync", "statFd", "close", "rename"]) {
  Deno.test(`writeDurably removes the temporary file and passes the error on when ${call} fails`, async () => {
    for (const errno of ["ENOSPC", "EIO"]) {
      const fs = new MemoryFileSystem();
      using root = opened(fs, fs.openRoot("/"));
      const calls: string[] = [];
      using _watch = fs.failWhen((seen: MemoryCall) => {
        calls.push(seen.call);
        return undefined;
      });
      fs.failNext((seen) => seen.call === call, errno);
      await failsAsync(errno, writeDurably(fs, root.fd, NAME, TEMPORARY, CONTENT));
      assert.deepEqual(list(fs, root.fd), []);
      assert.ok(calls.filter((name) => name === "sync").length <= 1, "a failed sync is not tried again");
    }
  });
}

Deno.test("writeDurably reports a failed sync of the folder", async () => {
  const fs = new MemoryFileSystem();
  using root = opened(fs, fs.openRoot("/"));
  fs.failNext((seen) => seen.call === "sync" && seen.fd === root.fd, "EIO");
  await failsAsync("EIO", writeDurably(fs, root.fd, NAME, TEMPORARY, CONTENT));
});

Deno.test("writeDurably refuses a taken temporary name and leaves that file alone", async () => {
  const fs = new MemoryFileSystem();
  using root = opened(fs, fs.openRoot("/"));
  write(fs, root.fd, TEMPORARY, utf8("another's"));
  await failsAsync("EEXIST", writeDurably(fs, root.fd, NAME, TEMPORARY, CONTENT));
  assert.equal(utf8Text(read(fs, root.fd, TEMPORARY)), "another's");
});

Deno.test("MemoryFileSystem never makes durable what a failed sync lost", () => {
  const fs = new MemoryFileSystem();
  using root = opened(fs, fs.openRoot("/"));
  using file = opened(fs, fs.create(root.fd, NAME, 0o600));
  fs.sync(root.fd);
  fs.writeAt(file.fd, CONTENT, 0);
  fs.failNext(({ call }) => call === "sync", "EIO");
  assert.throws(() => fs.sync(file.fd));
  fs.sync(file.fd); // says yes, as Linux does
  let lost = 0;
  for (let seed = 1; seed <= 20; seed++) {
    if (!equalBytes(contentOf(fs.crash(seeded(seed)), NAME)!, CONTENT)) lost++;
  }
  assert.ok(lost > 10, `${lost} of 20`);
});
