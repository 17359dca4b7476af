// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { systemRandom, utf8Text } from "../../../mod/base/mod.ts";
import { isOsError } from "../../../mod/errors/mod.ts";
import { TEMPORARY_PREFIX } from "../../../mod/restorer/mod.ts";
import { createTemporary, TemporaryNames } from "../../../mod/restorer/temporary_names.ts";
import { MemoryFileSystem } from "../../kit/memory_file_system.ts";

Deno.test("TemporaryNames gives every name once, and others to others", () => {
  const names = new TemporaryNames(systemRandom);
  const seen = new Set(Array.from({ length: 12_345 }, () => utf8Text(names.next())));
  assert.equal(seen.size, 12_345);
  assert.ok([...seen].every((name) => name.startsWith(TEMPORARY_PREFIX) && name.length < 64));
  assert.ok([...seen].at(-1)!.endsWith("-00012344"));
  assert.ok(!seen.has(utf8Text(new TemporaryNames(systemRandom).next())));
});

Deno.test("createTemporary makes a private file, and passes by names that are taken", () => {
  const fs = new MemoryFileSystem();
  const root = fs.openRoot("/");
  const fixed = { bytes: (length: number) => new Uint8Array(length) };
  for (let i = 0; i < 5; i++) fs.close(createTemporary(fs, root, new TemporaryNames(fixed)).fd);
  const { name } = createTemporary(fs, root, new TemporaryNames(fixed));
  assert.ok(utf8Text(name).endsWith("-00000005"));
  assert.equal(fs.stat(root, name).permissions, 0o600);
  using _full = fs.failWhen(({ call }) => call === "create" ? "EEXIST" : undefined);
  assert.throws(() => createTemporary(fs, root, new TemporaryNames(fixed)), (e) => isOsError(e, "EEXIST"));
});
