// Copyright the SpareGrid authors. Apache-2.0.
// A system whose zstd library cannot work: no memory (SG0601), or no contexts at all.
import assert from "node:assert/strict";
import { resticDone, sparegrid, sparegridDone } from "../kit/command_line.ts";
import { scratch } from "../kit/scratch.ts";
import { assertSameTree } from "../kit/tree_oracle.ts";

/** As much of libzstd as the program calls; -64 is ZSTD_error_memory_allocation. */
const LIBRARY = `
#include <stddef.h>
#include <stdlib.h>
unsigned ZSTD_versionNumber(void) { return 10505; }
void *ZSTD_createCCtx(void) { return CONTEXT; }
void *ZSTD_createDCtx(void) { return CONTEXT; }
static size_t work(void *context) { if (!context) abort(); return (size_t) -64; }
size_t ZSTD_compressCCtx(void *c, void *to, size_t room, const void *from, size_t size, int level) { return work(c); }
size_t ZSTD_decompressDCtx(void *c, void *to, size_t room, const void *from, size_t size) { return work(c); }
`;

/** Builds such a library into `folder`; gives the environment in which it is found before the system's. */
async function libraryIn(folder: string, context: string): Promise<Record<string, string>> {
  await Deno.mkdir(folder);
  await Deno.writeTextFile(`${folder}/zstd.c`, LIBRARY);
  const args = [
    "-shared",
    "-fPIC",
    `-DCONTEXT=${context}`,
    "-o",
    `${folder}/libzstd.so.1`,
    `${folder}/zstd.c`,
  ];
  const { success, stderr } = await new Deno.Command("cc", { args }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return { LD_LIBRARY_PATH: folder };
}

const ignore = Deno.build.os !== "linux";

Deno.test({
  name: "a backup whose compression gets no memory ends with SG0601 and loses nothing; the next one is done",
  ignore,
  fn: async () => {
    await using place = await scratch();
    const at = (name: string) => `${place.path}/${name}`;
    const env = await libraryIn(at("library"), "(void*)1");
    await Deno.mkdir(at("home"));
    await Deno.writeTextFile(at("home/letter"), "Dear reader, ".repeat(1000));
    const repository = ["-r", at("repo")];
    await sparegridDone([...repository, "init"]);
    const failed = await sparegrid([...repository, "backup", at("home")], { env });
    assert.equal(failed.code, 1);
    assert.match(failed.err, /it gets no memory \[SG0601\]\n {2}End other programs/);
    assert.equal((await sparegridDone([...repository, "snapshots", "--json"])).out.trim(), "");
    await sparegridDone([...repository, "backup", at("home")]);
    // Now there is something to decompress, too.
    const unread = await sparegrid([...repository, "restore", "latest", "--target", at("none")], { env });
    assert.equal(unread.code, 1);
    assert.match(unread.err, /\[SG0601\]/);
    await resticDone([...repository, "check", "--read-data"]);
    await sparegridDone([...repository, "restore", "latest", "--target", at("restored")]);
    await assertSameTree(at("restored") + at("home"), at("home"));
  },
});

Deno.test({
  name: "a library that gives no contexts to work with is left alone: the runtime's own compression does it",
  ignore,
  fn: async () => {
    await using place = await scratch();
    const at = (name: string) => `${place.path}/${name}`;
    const env = await libraryIn(at("library"), "NULL");
    await Deno.mkdir(at("home"));
    await Deno.writeTextFile(at("home/letter"), "Dear reader, ".repeat(1000));
    const repository = ["-r", at("repo")];
    await sparegridDone([...repository, "init"], { env });
    await sparegridDone([...repository, "backup", at("home")], { env });
    await sparegridDone([...repository, "restore", "latest", "--target", at("restored")], { env });
    await assertSameTree(at("restored") + at("home"), at("home"));
    await resticDone([...repository, "check", "--read-data"]);
  },
});
