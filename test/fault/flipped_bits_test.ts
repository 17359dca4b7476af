// Copyright the SpareGrid authors. Apache-2.0.
// F12: one bit is wrong, in every kind of region of every kind of file; of config, keys and lengths, every bit. A check names
// the file, a restore never gives a wrong byte, and all that does not need the bit comes back.
import { DamageBench } from "../kit/damage_bench.ts";
import { DamageEditor } from "../kit/damage_editor.ts";

const bench = await DamageBench.made();

/** Flips in each kind of region, spread over all regions of the kind. */
const PER_KIND = 150;

for (const [file, { length }] of bench.files) {
  if (!/^(config|keys)\//.test(file)) continue;
  Deno.test(`any flipped bit in a file of ${file.split("/")[0]} keeps the repository shut`, async () => {
    const editor = new DamageEditor(bench.files, 1204);
    const whole = { file, what: "any part", from: 0, to: length };
    for (let bit = 0; bit < 8 * length; bit++) await bench.try(editor.flipBit(whole, bit));
  });
}

const others = bench.regions.filter(({ file }) => !/^(config|keys)\//.test(file));
for (const what of new Set(others.map((region) => region.what))) {
  Deno.test(`a flipped bit in ${what} is found and never restored`, async () => {
    const editor = new DamageEditor(bench.files, 1205);
    const regions = others.filter((region) => region.what === what);
    if (what.endsWith("length")) {
      for (const region of regions) {
        for (let bit = 0; bit < 32; bit++) await bench.try(editor.flipBit(region, bit));
      }
    } else for (let i = 0; i < PER_KIND; i++) await bench.try(editor.flip(regions[i % regions.length]!));
  });
}
