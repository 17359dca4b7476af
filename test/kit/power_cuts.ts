// Copyright the SpareGrid authors. Apache-2.0.
// Cuts the power at every file operation of one run: the run is stopped there and the drive's image copied.
import { type CrashLab, type Ground, outcomeOf } from "./crash_lab.ts";
import { judge } from "./crash_judge.ts";
import { type Loop, together } from "./crash_points.ts";
import { copyPlace } from "./crash_place.ts";
import { type FaultOrder, takeReport, untilStopped } from "./fault_shim.ts";
import { LoopDrive } from "./loop_drive.ts";
import { SeededRandom } from "./seeded_random.ts";

/** How power is cut. */
export interface CutOptions {
  /**
   * 0: what the run did not sync is lost, all of it. Another seed draws moments at which names, but no data, had made
   * it to the drive by themselves.
   */
  readonly seed: number;
  /** What the drive answers without doing it: a defect planted. */
  readonly lies?: FaultOrder["lies"];
}

/** A place as a power cut left it, to be judged when the run, whose lock is in it, has ended. */
interface Cut {
  readonly place: string;
  readonly point: string;
  readonly hit: string;
  /** What the run said before. */
  readonly out: string;
}

/** Cuts the power before every operation of a run, and after its end. */
export async function cutPower(
  lab: CrashLab,
  ground: Ground,
  { seed, lies }: CutOptions,
  { found, skip = () => false }: Loop,
): Promise<void> {
  const folder = lab.fresh("power");
  await Deno.mkdir(folder);
  const cuts: Cut[] = [];
  {
    await using drive = await LoopDrive.make(folder);
    const place = `${drive.path}/place`;
    copyPlace(ground.place, place);
    await drive.sync();
    const take = async (number: number, hit: string, out = "") => {
      const point = `${ground.scenario.name}: power cut ${seed} at ${number}`;
      if (skip(point)) return;
      const left = lab.fresh("cut");
      await drive.afterPowerCut(`${folder}/cut.img`, (path) => copyPlace(`${path}/place`, left));
      cuts.push({ place: left, point, hit, out });
    };
    await stopEverywhere(lab, ground, place, { drive, seed, lies: lies ?? [] }, take);
  }
  await Deno.remove(folder);
  await together(cuts, async ({ place, point, hit, out }) => {
    const outcome = outcomeOf(out);
    await found({
      point,
      hit,
      wrong: await judge(lab, ground, { place, powerCut: true, ...outcome && { outcome } }),
    });
  });
}

/** Runs the scenario on the drive; calls `take` whenever it is stopped, and when it has ended. */
async function stopEverywhere(
  lab: CrashLab,
  ground: Ground,
  place: string,
  { drive, seed, lies }: { drive: LoopDrive; seed: number; lies: NonNullable<FaultOrder["lies"]> },
  take: (number: number, hit: string, out?: string) => Promise<void>,
): Promise<void> {
  const random = new SeededRandom(seed);
  const trace = lab.fresh("trace");
  const order = { mode: "stop", at: 1, everAfter: true, trace, lies } as const;
  const { process, report } = lab.command(ground, place, order);
  const child = process.spawn();
  const output = child.output();
  for (let last = 0; await untilStopped(child, output);) {
    const line = (await Deno.readTextFile(trace)).trimEnd().split("\n").at(-1)!;
    const number = parseInt(line, 10);
    // Else it has not woken up yet from the last time.
    if (number > last) {
      if (seed !== 0 && random.bytes(1)[0]! < 64) await drive.syncNames();
      await take(number, line.replace(place, ""));
      last = number;
    }
    child.kill("SIGCONT");
  }
  const { code, stdout, stderr } = await output;
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)) as [string, string];
  if (code !== 0) throw new Error(`the run ended with ${code}: ${out}${err}`);
  const { operations } = await takeReport(report);
  await Deno.remove(trace);
  await take(operations + 1, "the end", out);
}
