// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { equalBytes, utf8 } from "../../../mod/base/mod.ts";
import { openFileSystem } from "../../../mod/platform/mod.ts";
import { zipTree } from "../../../mod/restorer/mod.ts";
import { scratch } from "../../kit/scratch.ts";
import { content, stat, text } from "./sight.ts";
import { file, restoreNodes, sorted, ToyStore } from "./toy_store.ts";
import { common, run, save, signal } from "./archive_sample.ts";

Deno.test("zipTree writes what unzip extracts to the same files", async () => {
  await using dir = await scratch();
  const store = new ToyStore();
  const nodes = sorted(common(store));
  await save(
    `${dir.path}/x.zip`,
    zipTree(store, { nodes }, { signal, onProblem: ({ message }) => assert.fail(message) }),
  );
  await run("unzip", ["-q", "x.zip", "-d", "zip"], dir.path);
  const { out } = await run("python3", [
    "-c",
    "import zipfile;z=zipfile.ZipFile('x.zip');print(z.testzip(),len(z.namelist()))",
  ], dir.path);
  assert.equal(out.trim(), "None 12");
  const fs = openFileSystem();
  await restoreNodes(fs, store, nodes, `${dir.path}/direct`);
  for (const name of ["plain.txt", "empty", "big", "text", "r\u00e9sum\u00e9 \u65e5\u672c", "run.sh"]) {
    assert.ok(
      equalBytes(content(fs, `${dir.path}/zip/${name}`), content(fs, `${dir.path}/direct/${name}`)),
      name,
    );
    const [a, b] = [stat(fs, `${dir.path}/zip/${name}`), stat(fs, `${dir.path}/direct/${name}`)];
    assert.deepEqual(
      [a.permissions, a.mtime / 1_000_000_000n],
      [b.permissions, b.mtime / 1_000_000_000n],
      name,
    );
  }
  assert.equal(await Deno.readLink(`${dir.path}/zip/link`), "plain.txt");
  const long = "l".repeat(200);
  assert.equal(text(fs, `${dir.path}/zip/sub/${long}/${long}`), "long path");
});

Deno.test("zipTree goes over 65,535 entries with zip64", async () => {
  await using dir = await scratch();
  const store = new ToyStore();
  const one = file(store, "x", "");
  const last = file(store, "z", "same");
  const nodes = Array.from(
    { length: 66_000 },
    (_, i) => ({ ...one, name: utf8(String(i).padStart(6, "0")) }),
  );
  await save(
    `${dir.path}/x.zip`,
    zipTree(store, { nodes: [...nodes, last] }, { signal, onProblem: ({ message }) => assert.fail(message) }),
  );
  const { out } = await run("python3", [
    "-c",
    "import zipfile;z=zipfile.ZipFile('x.zip');print(len(z.namelist()),z.read('z'))",
  ], dir.path);
  assert.equal(out.trim(), "66001 b'same'");
});
