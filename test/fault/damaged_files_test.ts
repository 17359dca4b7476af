// Copyright the SpareGrid authors. Apache-2.0.
// F12: files of a repository cut, zeroed, emptied, exchanged, doubled, lost. A check names them, a restore never gives a
// wrong byte, and what nothing happened to comes back.
import { DamageBench } from "../kit/damage_bench.ts";
import { type Damage, DamageEditor } from "../kit/damage_editor.ts";

const bench = await DamageBench.made();
const editor = new DamageEditor(bench.files, 1202);
const files = [...bench.files.keys()];
const typed = (type: string) => files.filter((file) => file.startsWith(`${type}/`));

/** Tries each damage on every snapshot. */
async function tryAll(damages: Iterable<Damage>): Promise<void> {
  for (const damage of damages) await bench.try(damage, bench.snapshots);
}

for (const type of ["config", "keys", "index", "snapshots", "data"]) {
  Deno.test(`a file of ${type} that ends at or beside any boundary is found and never restored`, async () => {
    await tryAll(cuts(type));
  });
}

function* cuts(type: string): Generator<Damage> {
  for (const file of typed(type)) {
    const size = bench.files.get(file)!.length;
    const ends = bench.regions.filter((region) => region.file === file).flatMap(({ from, to }) => [from, to]);
    const sizes = new Set([0, 1, ...ends.flatMap((end) => [end - 1, end, end + 1])]);
    for (const cut of [...sizes].sort((a, b) => a - b)) {
      if (cut >= 0 && cut < size) yield editor.cut(file, cut);
    }
  }
}

Deno.test("a block of zeros anywhere is found and never restored", async () => {
  for (const region of bench.regions) {
    for (let i = 0; i < 4; i++) await bench.try(editor.zero(region));
  }
});

Deno.test("a file with bytes behind its end is found, and all is restored that can be", async () => {
  await tryAll(files.flatMap((file) => [1, 4, 32, 5000].map((more) => editor.extend(file, more))));
});

Deno.test("two files that hold each other's bytes are found and never restored", async () => {
  await tryAll(files.flatMap((a, i) => files.slice(i + 1).map((b) => editor.exchange(a, b))));
});

Deno.test("a file that holds another one's bytes is found and never restored", async () => {
  await tryAll(files.flatMap((a) => files.filter((b) => b !== a).map((b) => editor.replace(a, b))));
});

Deno.test("a file that holds its bytes twice is found, and all is restored that can be", async () => {
  await tryAll(files.map((file) => editor.double(file)));
});

Deno.test("a copy of a file under a name that is not its own is found, and all is restored", async () => {
  await tryAll(files.filter((file) => file !== "config/").map((file) => editor.duplicate(file)));
});

Deno.test("a file that is gone is found, and all is restored that can be", async () => {
  await tryAll(files.map((file) => editor.remove(file)));
});

Deno.test("a part of a pack written over another part is found and never restored", async () => {
  const parts = bench.regions.filter(({ file }) => file.startsWith("data/"));
  for (let i = 0; i < parts.length; i++) {
    for (const step of [1, 3, 7, 20]) {
      const to = parts[(i + step) % parts.length]!;
      if (parts[i]!.to - parts[i]!.from >= 4) await bench.try(editor.misdirect(parts[i]!, to));
    }
  }
});

Deno.test("a sound blob in the place of another of its length is found and never restored for it", async () => {
  const whole = bench.blobs.map(({ pack, type, offset, length }) => (
    { file: `data/${pack}`, what: `${type} blob`, from: offset, to: offset + length }
  ));
  const pairs = whole.flatMap((a) =>
    whole.filter((b) => b !== a && b.to - b.from === a.to - a.from).map((b) => [a, b] as const)
  );
  if (pairs.length < 4) throw new Error("there are no two blobs of a length");
  await tryAll(pairs.map(([a, b]) => editor.misdirect(a, b)));
});

Deno.test("two faults at once in different files are both found and never restored", async () => {
  const pick = (i: number) => bench.regions[(i * 37) % bench.regions.length]!;
  for (let i = 0; i < 200; i++) {
    const [a, b] = [editor.flip(pick(i)), editor.flip(pick(i * i + 11))];
    await bench.try({ label: `${a.label}, ${b.label}`, edited: new Map([...a.edited, ...b.edited]) });
  }
});
