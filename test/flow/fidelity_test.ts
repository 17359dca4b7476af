// Copyright the SpareGrid authors. Apache-2.0.
// Everything that backup programs lose (reliability.md F30 to F32), there and back, judged by GNU tar and by restic.
import { resticDone, sparegridDone } from "../kit/command_line.ts";
import { makeNastyTree } from "../kit/nasty_tree.ts";
import { scratch } from "../kit/scratch.ts";
import { assertSameTree } from "../kit/tree_oracle.ts";

Deno.test("backup and restore of the nasty tree (200,000 entries in a folder, 20 GiB of hole) lose nothing", async () => {
  await using folder = await scratch();
  const [source, repo, target] = ["source", "repo", "target"].map((name) => `${folder.path}/${name}`) as [
    string,
    string,
    string,
  ];
  await Deno.mkdir(source);
  makeNastyTree(source, { asRoot: Deno.uid() === 0 });
  await sparegridDone(["-r", repo, "init"]);
  await sparegridDone(["-r", repo, "backup", source]);
  await sparegridDone(["-r", repo, "restore", "latest", "--target", target, "--verify"]);
  await assertSameTree(target + source, source, { holes: true });
  await resticDone(["-r", repo, "check", "--read-data"]);
});

Deno.test("restic restores the nasty tree that SpareGrid stored, and SpareGrid the one that restic stored", async () => {
  await using folder = await scratch();
  const path = (name: string) => `${folder.path}/${name}`;
  const source = path("source");
  await Deno.mkdir(source);
  makeNastyTree(source, { asRoot: Deno.uid() === 0, sparseBytes: 2 ** 26, crowd: 500, forRestic: true });
  await sparegridDone(["-r", path("ours"), "init"]);
  await sparegridDone(["-r", path("ours"), "backup", source]);
  await resticDone(["-r", path("ours"), "restore", "latest", "--target", path("by-restic")]);
  await assertSameTree(path("by-restic") + source, source);
  await resticDone(["-r", path("theirs"), "init"]);
  await resticDone(["-r", path("theirs"), "backup", source]);
  await sparegridDone(["-r", path("theirs"), "restore", "latest", "--target", path("by-us")]);
  await assertSameTree(path("by-us") + source, source);
});
