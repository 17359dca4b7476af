// Copyright the SpareGrid authors. Apache-2.0.
// Measures the search over a catalog of generated file versions: `deno run -A --no-check test/bench/search.ts [VERSIONS] [SNAPSHOTS]`.
import { randomBelow, systemClock } from "../../mod/base/mod.ts";
import { openCatalog } from "../../mod/catalog/mod.ts";
import type { NewVersion } from "../../mod/catalog/mod.ts";
import { Search } from "../../mod/client/mod.ts";
import { openFileSystem } from "../../mod/platform/mod.ts";
import { scratch } from "../kit/scratch.ts";
import { SeededRandom } from "../kit/seeded_random.ts";

const versions = Number(Deno.args[0] ?? 1_000_000), snapshots = Number(Deno.args[1] ?? 1_000);
const random = new SeededRandom(1);
const pick = <T>(list: readonly T[]): T => list[randomBelow(random, list.length)]!;
const WORDS =
  "report invoice photo draft index main util test model view config data log backup music letter plan note image scan"
    .split(" ");
const ENDINGS = [".txt", ".c", ".h", ".ts", ".jpg", ".odt", ".log", ".json", ".TXT", ""];

await using place = await scratch("sparegrid-search-");
await using catalog = await openCatalog({ fs: openFileSystem(), clock: systemClock, folder: place.path });
await catalog.destinations.insert({
  ...{ id: "d", name: "d", kind: "folder", place: "/d", account: null, secret: null } as const,
  ...{ fingerprint: null, uploadBytesPerSecond: null, createdAt: 1 },
});
await catalog.sets.insert({
  ...{
    id: "s",
    slug: "s",
    name: "s",
    order: "{}",
    password: new Uint8Array(),
    passwordOrigin: "own",
  } as const,
  ...{ createdAt: 1, changedAt: 1, pausedAt: null, deletingAt: null },
}, [{ destinationId: "d", repository: "s" }]);
const id = (number: number) => String(number).padStart(64, "0");
await catalog.snapshots.sync(
  "s",
  "d",
  Array.from({ length: snapshots }, (_, i) => ({
    ...{ id: id(i), takenAt: i, hostname: "h", paths: "[]", tags: "[]", tree: id(i), summary: null },
  })),
  [],
);

/** A tenth of the versions are there from the first snapshot on; the rest are changes, the same in each. */
const began = performance.now();
const first = Math.floor(versions / 10), each = Math.ceil((versions - first) / (snapshots - 1));
const folders = Math.max(10, Math.floor(first / 15));
const names: string[] = [];
const files: { folder: number; name: string; version: number }[] = [];
let made = 0;
const { id: lineId } = await catalog.searchLines.begin({
  setId: "s",
  destinationId: "d",
  hostname: "h",
  paths: "[]",
});
for (let snapshot = 0; snapshot < snapshots; snapshot++) {
  const added: NewVersion[] = [], ended: number[] = [], fresh = new Set<string>();
  const add = (folder: number, name: string) => {
    fresh.add(name);
    added.push([folder, name, 0, randomBelow(random, 1e6), snapshot, randomBelow(random, 2 ** 31)]);
    return ++made;
  };
  const newFile = () => {
    const name = randomBelow(random, 4) === 0 && names.length > 0
      ? pick(names)
      : `${pick(WORDS)}${randomBelow(random, 3) ? `_${pick(WORDS)}` : ""}${randomBelow(random, 1e6)}${
        pick(ENDINGS)
      }`;
    names.push(name);
    const folder = 2 + randomBelow(random, folders);
    files.push({ folder, name, version: add(folder, name) });
  };
  if (snapshot === 0) { for (let i = 0; i < first; i++) newFile(); }
  else {
    for (let i = 0; i < each && made < versions; i++) {
      if (randomBelow(random, 3) === 0) {
        newFile();
        continue;
      }
      const file = pick(files);
      if (!ended.includes(file.version) && file.version <= made - added.length) {
        ended.push(file.version);
        file.version = add(file.folder, file.name);
      }
    }
  }
  const tree = snapshot > 0 ? [] : Array.from({ length: folders }, (_, i) => {
    return [i + 2, 1, `folder${i}`, `/folder${i}`] as const;
  });
  await catalog.searchLines.apply({
    ...{ lineId, ended, added, gone: [], trees: [] },
    folders: snapshot > 0 ? [] : [[1, 0, "", ""], ...tree],
    names: [...fresh, ...tree.map(([, , name]) => name)].map((name) => [name, name.toLowerCase()] as const),
  });
  await catalog.searchLines.finish(lineId, id(snapshot), id(snapshot), snapshot);
}
const size = await catalog.search.size();
console.log(`filled in ${((performance.now() - began) / 1000).toFixed(1)} s:`, size);
for (
  const { name, size } of [...Deno.readDirSync(place.path)].map(({ name }) => ({
    name,
    ...Deno.statSync(`${place.path}/${name}`),
  }))
) {
  console.log(name, Math.round(size / 1e6), "MB");
}

const search = new Search(catalog);
const { signal } = new AbortController();
const KINDS: Record<string, () => string> = {
  "name": () => pick(names),
  "prefix*": () => `${pick(WORDS)}_${pick(WORDS)}*`,
  "*.ending": () => `*${pick(ENDINGS.slice(0, 9))}`,
  "*part*": () => `*${pick(names).slice(2, 8)}*`,
  "*nothing*": () => `*${pick(WORDS)}${pick(WORDS)}x*`,
  "?[a-m]*9": () => `?[${pick(["a-m", "n-z", "!a"])}]*${randomBelow(random, 10)}`,
  "too short": () => `*${randomBelow(random, 10)}${randomBelow(random, 10)}`,
  "folder": () => `folder${randomBelow(random, folders)}`,
  "*": () => "*",
};
const all: number[] = [];
for (const [kind, pattern] of Object.entries(KINDS)) {
  const times: number[] = [];
  for (let round = 0; round < 60; round++) {
    const order = {
      pattern: pattern(),
      ignoreCase: round % 2 === 1,
      ...(round % 3 === 0 ? { set: "s" } : {}),
    };
    let after: string | undefined;
    for (let page = 0; page < 2; page++) {
      const start = performance.now();
      const found = await search.search(order, { limit: 50, ...(after ? { after } : {}) }, signal);
      times.push(performance.now() - start);
      if (!found.more) break;
      after = found.cursors.at(-1);
    }
  }
  all.push(...times);
  times.sort((a, b) => a - b);
  const at = (part: number) => times[Math.min(times.length - 1, Math.floor(times.length * part))]!.toFixed(1);
  console.log(kind.padEnd(12), "p50", at(0.5), "p95", at(0.95), "max", at(1), "ms");
}
all.sort((a, b) => a - b);
console.log("all", "p95", all[Math.floor(all.length * 0.95)]!.toFixed(1), "ms of", all.length);
