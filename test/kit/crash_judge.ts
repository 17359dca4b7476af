// Copyright the SpareGrid authors. Apache-2.0.
// What must hold after a crash: I1 to I6 and I10 of the design, asked of restic, of the next run, and of plain bytes.
import { Buffer } from "node:buffer";
import { act } from "./crash_engine.ts";
import type { CrashLab, CrashRun, Ground } from "./crash_lab.ts";
import { type Account, differences, filesBelow, snapshotsOf, tellTree } from "./crash_place.ts";
import { restic } from "./command_line.ts";
import { PASSWORD } from "./repository.ts";

/** What crashed runs may leave in a repository for the next prune to sweep. */
const TEMPORARY = /-tmp-[0-9a-z]+$/i;
/** What a killed restore may leave in its target. */
const RESTORE_TEMPORARY = /\/\.sparegrid-restore-[^/]*$/;
/** The next prune comes two days later: nothing that a crash left may be too young to be swept. */
const LATER_MS = 48 * 3600 * 1000;

/**
 * Everything that is wrong with the place that a run left; nothing when all holds. The place is used up.
 */
export async function judge(
  lab: CrashLab,
  ground: Ground,
  { place, outcome, powerCut = false }: Pick<CrashRun, "place" | "outcome"> & { readonly powerCut?: boolean },
): Promise<string[]> {
  try {
    const { scenario } = ground;
    const wrong = [
      ...scenario.damaged ? [] : await brokenForRestic(place),
      ...snapshotsLost(ground, place, outcome?.snapshotId),
      ...!ground.restored ? [] : outcome
        // It said that all is there, so all is there.
        ? notRestored(ground, place)
        // A restore syncs once, at its end: before that a power cut may take content away.
        : powerCut
        ? []
        : halfRestored(ground, place),
    ];
    for (const action of scenario.next?.(ground, place) ?? [scenario.action(ground, place)]) {
      const { threads: _, defect: __, ...how } = scenario.how ?? {};
      const { problems } = await act({ ...how, place, action });
      wrong.push(...problems.map((problem) => `the next run: ${problem}`));
    }
    if (ground.restored) wrong.push(...notRestored(ground, place));
    if (ground.damagedPack) wrong.push(...copyLost(ground, place));
    wrong.push(...await notKept(lab, ground, place));
    if (scenario.damaged) wrong.push(...await brokenForRestic(place));
    return wrong;
  } catch (error) {
    return [`the next run failed: ${error instanceof Error ? error.stack ?? error.message : error}`];
  } finally {
    Deno.removeSync(place, { recursive: true });
  }
}

/** I3: what restic finds wrong. Packs in no index are no damage. */
async function brokenForRestic(place: string): Promise<string[]> {
  const args = ["-r", `${place}/repo`, "--no-lock", "check", "--read-data"];
  const env = { RESTIC_PASSWORD: PASSWORD, GOMAXPROCS: "1" };
  // For a pack that is missing it looks again and again, for a quarter of an hour.
  const { code, out, err } = await restic(args, { env, under: ["timeout", "20"] });
  return code === 0 && out.includes("no errors were found")
    ? []
    : [`restic check ends with ${code}: ${out}${err}`];
}

/** I1, before anything is done about it: snapshots that were promised and are not there. */
function snapshotsLost({ acked }: Ground, place: string, own: string | undefined): string[] {
  const there = new Set(snapshotsOf(place));
  return [...acked.keys(), ...own === undefined ? [] : [own]].filter((id) => !there.has(id)).map((id) =>
    `snapshot ${id} was reported as stored and is gone`
  );
}

/** F6: under its final name a file is as it was, or as it shall be. I7: nothing else was touched. */
function halfRestored({ place: before, restored }: Ground, place: string): string[] {
  const was = tellTree(`${before}/target`);
  const content = (line: string | undefined) => line?.split(" ").at(-1);
  return [...tellTree(`${place}/target`)].filter(([path, line]) =>
    !RESTORE_TEMPORARY.test(path) &&
    ![was.get(path), restored!.get(path)].some((allowed) => content(allowed) === content(line))
  ).map(([path, line]) => `the killed restore left ${path}: ${line}`);
}

function notRestored({ restored }: Ground, place: string): string[] {
  const there = new Map([...tellTree(`${place}/target`)].filter(([path]) => !RESTORE_TEMPORARY.test(path)));
  const canary = Deno.readTextFileSync(`${place}/canary/file`);
  return [
    ...differences(there, restored!).map((difference) => `the restore is done, and ${difference}`),
    ...canary === "untouched" ? [] : ["the restore wrote outside of its target"],
  ];
}

/** A damaged pack is gone only when a whole copy of it lies in the working folder. */
function copyLost({ damagedPack, place: before }: Ground, place: string): string[] {
  const { id, bytes } = damagedPack!;
  const same = (path: string) => Buffer.compare(Deno.readFileSync(path), bytes) === 0;
  const copies = filesBelow(place).filter((path) => path.includes(id) && !path.startsWith("/repo/"));
  const kept = filesBelow(before).some((path) => path.includes(id) && !path.startsWith("/repo/"));
  return kept || copies.some((path) => same(place + path))
    ? []
    : [`the damaged pack ${id} is gone without a copy`];
}

/** I1, I2, I6: after a prune every snapshot restores byte for byte, and nothing is left that nobody needs. */
async function notKept(lab: CrashLab, ground: Ground, place: string): Promise<string[]> {
  const wrong: string[] = [];
  await act({ place, action: { kind: "prune" }, aheadMs: LATER_MS });
  for (const file of filesBelow(`${place}/repo`)) {
    if (TEMPORARY.test(file) || file.startsWith("/locks/")) wrong.push(`a prune leaves ${file}`);
  }
  const target = lab.fresh("restored");
  const { problems } = await act({
    ...{ place, action: { kind: "examine", folder: ground.source, target }, aheadMs: LATER_MS },
  });
  wrong.push(...problems);
  const others: readonly Account[] = [tellTree(ground.source), ...ground.others];
  for (const id of snapshotsOf(place)) {
    const there = tellTree(`${target}/${id}`);
    const promised = ground.acked.get(id);
    const found = (promised ? [promised] : others).map((account) => differences(there, account));
    if (found.every((list) => list.length > 0)) wrong.push(`snapshot ${id}: ${found[0]!.join("; ")}`);
  }
  Deno.removeSync(target, { recursive: true });
  return [...wrong, ...snapshotsLost(ground, place, undefined)];
}
