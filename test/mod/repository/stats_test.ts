// Copyright the SpareGrid authors. Apache-2.0.
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { utf8 } from "../../../mod/base/mod.ts";
import { encodeTree } from "../../../mod/format/mod.ts";
import { rawSize, restoreSize } from "../../../mod/repository/mod.ts";
import { DraftSaver, initRepository, node } from "../../kit/repository.ts";

Deno.test("restoreSize counts entries as often as they occur, and hard links once", async () => {
  const repository = await initRepository();
  const saver = new DraftSaver(repository);
  const subtree = await saver.tree({ f: "12345" });
  const content = [await saver.data("1234567")];
  const linked = { type: "file", size: 7n, links: 2n, inode: 5n, deviceId: 1n, content } as const;
  const root = await repository.saveTree(encodeTree([
    node({ name: utf8("a"), type: "dir", subtree }),
    node({ name: utf8("b"), type: "dir", subtree }),
    node({ name: utf8("c"), ...linked }),
    node({ name: utf8("d"), ...linked }),
    node({ name: utf8("e"), type: "symlink", linkTarget: utf8("a") }),
  ]));
  await repository.flush();
  deepStrictEqual(await restoreSize(repository, root), { files: 4, folders: 2, others: 1, bytes: 5 + 5 + 7 });
});

Deno.test("rawSize adds up each blob once, as stored and as it was", async () => {
  const repository = await initRepository();
  const saver = new DraftSaver(repository);
  const text = "text ".repeat(1000);
  await saver.snapshot({ a: text, b: text, c: { d: "other" } });
  const roots = (await repository.listSnapshots()).map(({ snapshot }) => snapshot.tree);
  const size = await rawSize(repository, [...roots, ...roots]);
  strictEqual(size.blobs, 4);
  ok(size.uncompressedBytes > 5000 && size.bytes < 3000, JSON.stringify(size));
});
