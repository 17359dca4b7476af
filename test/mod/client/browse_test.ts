// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { concatBytes, utf8, utf8Text } from "../../../mod/base/mod.ts";
import { Browse, type CursorPage, SnapshotBook } from "../../../mod/client/mod.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import { encodeTree, fileMode, type Node } from "../../../mod/format/mod.ts";
import { ClientStage } from "../../kit/client_stage.ts";
import { type Draft, DraftSaver, initRepository, node } from "../../kit/repository.ts";

async function bench(stage: ClientStage) {
  const setId = await stage.set("home", { "a": "x" });
  const { destinationId } = (await stage.sets.get(setId)).destinations[0]!;
  const repository = await initRepository();
  const saver = new DraftSaver(repository);
  const book = new SnapshotBook(stage.catalog);
  const counts = { reads: 0 };
  const browse = new Browse({
    catalog: stage.catalog,
    read: (_place, _signal, work) => (counts.reads++, work(repository)),
  });
  const refresh = () => book.refresh({ setId, destinationId }, repository, stage.signal);
  const snapshot = async (draft: Draft) => {
    const id = await saver.snapshot(draft);
    await refresh();
    return id;
  };
  return { setId, repository, browse, snapshot, refresh, counts, saver };
}

/** All rows of a list, page by page. */
async function all<R>(page: (after: string | undefined) => Promise<CursorPage<R>>): Promise<R[]> {
  const rows: R[] = [];
  let after: string | undefined;
  for (;;) {
    const { rows: some, cursors, more } = await page(after);
    rows.push(...some);
    assert.equal(cursors.length, some.length);
    if (!more) return rows;
    after = cursors.at(-1)!;
  }
}

const after = (cursor: string | undefined) => cursor === undefined ? {} : { after: cursor };

Deno.test("Browse.entries: a folder of many entries comes page by page, each page read from what is kept", async () => {
  await using stage = await ClientStage.open();
  const { setId: set, browse, snapshot, counts } = await bench(stage);
  const names = Array.from({ length: 5_000 }, (_, i) => `file ${String(i).padStart(5, "0")}`);
  const id = await snapshot({
    big: Object.fromEntries(names.map((name) => [name, ""])),
    small: { "x": "y" },
  });
  const list = (path: string, limit: number) =>
    all((cursor) =>
      browse.entries({ set, snapshot: id, path: utf8(path) }, { limit, ...after(cursor) }, stage.signal)
    );
  assert.deepEqual((await list("/big", 777)).map(({ name }) => utf8Text(name)), names);
  assert.equal(counts.reads, 2); // the root and the folder
  assert.deepEqual((await list("/", 1)).map(({ path, kind }) => [utf8Text(path), kind]), [
    ["/big", "folder"],
    ["/small", "folder"],
  ]);
  const [entry] = await list("/small/", 5);
  assert.deepEqual([utf8Text(entry!.path), entry!.size, entry!.permissions, entry!.owner], [
    "/small/x",
    1,
    "-rw-r--r--",
    "1000",
  ]);
  // A cursor of a name that is not there any more goes on behind where it was.
  const page = await browse.entries(
    { set, snapshot: id, path: utf8("/big") },
    { limit: 1, after: utf8("file 00009x").toBase64() },
    stage.signal,
  );
  assert.deepEqual(page.rows.map(({ name }) => utf8Text(name)), ["file 00010"]);
});

Deno.test("Browse: what is not there is refused; names of any bytes and hostile trees are shown as far as they can be read", async () => {
  await using stage = await ClientStage.open();
  const { setId: set, browse, repository, snapshot, refresh, saver } = await bench(stage);
  const id = await snapshot({ "f": "x" });
  const entries = (snapshot: string, path: Uint8Array) =>
    browse.entries({ set, snapshot, path }, { limit: 10 }, stage.signal);
  await assert.rejects(entries("00", utf8("/")), (error) => isSgError(error, "SG1036"));
  await assert.rejects(entries(id, utf8("/none")), (error) => isSgError(error, "SG1011"));
  await assert.rejects(entries(id, utf8("/f")), (error) => isSgError(error, "SG1011"));
  await assert.rejects(
    browse.entries({ set, snapshot: id, path: utf8("/") }, { limit: 1, after: "%" }, stage.signal),
    (error) => isSgError(error, "SG1040"),
  );
  const odd = new Uint8Array([0xff, 0x2a]);
  const link = node({
    name: odd,
    type: "symlink",
    linkTarget: new Uint8Array([0xfe]),
    mode: fileMode("symlink", 0o777),
  });
  const setuid = node({
    name: utf8("s"),
    type: "file",
    mode: fileMode("file", 0o4755),
    user: "ann",
    group: "staff",
  });
  // One entry that no reader can take, among thousands: by hand, for the encoder refuses it.
  const good: Node[] = Array.from(
    { length: 4_000 },
    (_, i) => node({ name: utf8(`n${1000 + i}`), type: "file" }),
  );
  const text = utf8Text(encodeTree([...good, setuid])).replace('"n1500"', '"n1500","type":"magic"').replace(
    '"name":"n1500","type":"magic","type":"file"',
    '"name":"n1500","type":"magic"',
  );
  const bad = await repository.saveTree(utf8(text));
  const root = await repository.saveTree(
    encodeTree([node({ name: utf8("bad"), type: "dir", subtree: bad }), link]),
  );
  await saver.endPack();
  const time = 1_800_000_000_000_000_000n;
  const forged = await repository.saveSnapshot({
    time,
    tree: root,
    paths: ["/"],
    hostname: "h",
    username: "u",
  });
  await refresh();
  const shown = await entries(forged, utf8("/"));
  assert.deepEqual([...shown.rows[1]!.name], [...odd]);
  assert.deepEqual([shown.rows[1]!.permissions, [...shown.rows[1]!.linkTarget!]], ["lrwxrwxrwx", [0xfe]]);
  const inside = await all((cursor) =>
    browse.entries(
      { set, snapshot: forged, path: utf8("/bad") },
      { limit: 500, ...after(cursor) },
      stage.signal,
    )
  );
  assert.equal(inside.length, 4_000);
  assert.deepEqual([inside.at(-1)!.permissions, inside.at(-1)!.owner, inside.at(-1)!.group], [
    "-rwsr-xr-x",
    "ann",
    "staff",
  ]);
});

Deno.test("Browse.diff: pages of any length tell the same, in order, and equal trees are not read", async () => {
  await using stage = await ClientStage.open();
  const { setId: set, browse, snapshot, counts } = await bench(stage);
  const same: Draft = { deep: { deeper: { "x": "y" } } };
  const from = await snapshot({
    ...{ a: "1", gone: { "b": "2", c: { "d": "3" } }, kind: "file", same, touched: { "e": "4", "f": "5" } },
  });
  const to = await snapshot({
    ...{ a: "11", kind: { "g": "6" }, new: { "h": "7" }, same, touched: { "e": "4", "f": "changed" } },
  });
  const page = (limit: number, path?: string) => (cursor: string | undefined) =>
    browse.diff(
      { set, from, to, ...(path ? { path: utf8(path) } : {}) },
      { limit, ...after(cursor) },
      stage.signal,
    );
  const told = async (limit: number, path?: string) =>
    (await all(page(limit, path))).map(({ change, path }) => `${change} ${utf8Text(path)}`);
  const expected = [
    ...["changed /a", "removed /gone", "removed /gone/b", "removed /gone/c", "removed /gone/c/d"],
    ...["type /kind", "added /kind/g", "added /new", "added /new/h", "changed /touched/f"],
  ];
  assert.deepEqual(await told(100), expected);
  // Two roots, gone and gone/c, kind, new, and both of touched.
  assert.equal(counts.reads, 8);
  for (const limit of [1, 2, 3, 7]) assert.deepEqual(await told(limit), expected, `pages of ${limit}`);
  assert.deepEqual(await told(1, "/gone"), expected.slice(2, 5));
  assert.deepEqual(await told(2, "/touched"), expected.slice(9));
  await assert.rejects(told(1, "/none"), (error) => isSgError(error, "SG1011"));
  const [first] = (await page(1)(undefined)).rows;
  assert.deepEqual([first!.sizeBefore, first!.sizeAfter], [1, 2]);
  await assert.rejects(
    page(1, "/gone")(concatBytes([utf8("/elsewhere")]).toBase64()),
    (error) => isSgError(error, "SG1040"),
  );
});
