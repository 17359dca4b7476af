// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { makeNastyTree } from "./nasty_tree.ts";

/** Fills an empty folder with a nasty tree of all that restic 0.14 can store and restore, some 20 MB. */
export async function makeResticTree(folder: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  makeNastyTree(folder, { asRoot: Deno.uid() === 0, forRestic: true, sparseBytes: 2 ** 20, crowd: 50 });
  // Holes: `restore --sparse` came with restic 0.15.
  const { success } = await new Deno.Command("rm", { args: ["-rf", "sparse"], cwd: folder }).output();
  assert.ok(success);
}

/** Changes such a tree in every way that a backup has to notice. */
export async function changeTree(folder: string): Promise<void> {
  const script = [
    "printf more >> sizes/s4096", // grows
    "printf EDIT | dd of=sizes/s9000001 bs=1 seek=5000000 conv=notrunc status=none", // the same length
    "truncate -s 100000 sizes/s1048576",
    "mv sizes/s524288 sizes/renamed",
    "mv modes/d2775 modes/moved-folder",
    "mv crowd/entry-1 names/moved",
    "rm -r crowd/entry-2 crowd/entry-3 modes/d711",
    "rm crowd/entry-4; mkdir crowd/entry-4; printf in > crowd/entry-4/file", // a file becomes a folder
    "rm -r 'kinds/empty folder'; printf file > 'kinds/empty folder'", // a folder becomes a file
    "rm crowd/entry-5; ln -s entry-6 crowd/entry-5", // a file becomes a link
    "rm links/long; printf text > links/long", // a link becomes a file
    "ln -sfn elsewhere links/up", // another target
    "rm links/two; printf 'its own now' > links/two", // a hard link parts from its group
    "ln sizes/s4095 crowd/linked", // a file gets a second name
    "chmod 0604 modes/f444; chmod 1770 modes/d555",
    "touch -d '2001-02-03 04:05:06.123456789' crowd/entry-7", // only the time
    "setfattr -n user.new -v value crowd/entry-8; setfattr -x user.large attributes/user",
    "mkdir -p new/folder/below; printf new > new/folder/below/file; : > new/empty",
  ];
  const { success, stderr } = await new Deno.Command("bash", {
    args: ["-ec", script.join("\n")],
    cwd: folder,
    stderr: "piped",
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
}

/**
 * Fills a folder with a few files of text and noise, for scenarios that are not about what a tree can hold. With another
 * seed it changes nearly all of them.
 */
export async function makeSmallTree(folder: string, seed: number, noiseBytes = 1_200_000): Promise<void> {
  await Deno.mkdir(`${folder}/deep/er`, { recursive: true });
  await Deno.writeFile(`${folder}/noise`, noise(seed, noiseBytes));
  await Deno.writeFile(`${folder}/deep/noise too`, noise(seed + 1, 70_000));
  await Deno.writeTextFile(
    `${folder}/deep/text`,
    `${seed} All work and no play makes a dull back-up. `.repeat(20_000),
  );
  await Deno.writeTextFile(`${folder}/deep/er/small`, `small ${seed}`);
  await Deno.writeTextFile(`${folder}/same`, "the same in every such tree");
  await Deno.writeTextFile(`${folder}/empty`, "");
  await Deno.symlink(`deep/text ${seed}`, `${folder}/link ${seed}`);
}

/** Bytes that do not compress and look the same in every run. */
export function noise(seed: number, length: number): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(Math.ceil(length / 4));
  let x = Math.imul(seed + 1, 0x9e3779b1) | 1;
  for (let i = 0; i < words.length; i++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    words[i] = x;
  }
  return new Uint8Array(words.buffer, 0, length);
}
