// Copyright the SpareGrid authors. Apache-2.0.
import { isSgError, type SgCode } from "../../mod/errors/mod.ts";
import { Dice } from "../kit/mutator.ts";

/**
 * SPAREGRID_FUZZ_SEED: another seed. SPAREGRID_FUZZ_TIMES: so many times the usual number of cases. SPAREGRID_FUZZ_CASE:
 * `target:number`, one case alone.
 */
const SEED = Deno.env.get("SPAREGRID_FUZZ_SEED") ?? "1";
const TIMES = Number(Deno.env.get("SPAREGRID_FUZZ_TIMES") ?? "1");
const ONLY = Deno.env.get("SPAREGRID_FUZZ_CASE")?.split(":");

/** Codes that blame us or the machine: bad input must never end in them. */
const NEVER: readonly SgCode[] = ["SG1023"];

/** A case that takes longer than this, milliseconds, is a hang; usual ones take less than one. */
const ANSWER_MS_MAX = 10_000;

/** Something that is fed with bytes nobody vouches for. */
export interface Target {
  /** Names the corpus folder as well. */
  readonly name: string;
  /** What it shall hold to, as the test's sentence. */
  readonly says: string;
  readonly cases: number;
  /** The bytes of a case. */
  readonly input: (dice: Dice) => Uint8Array<ArrayBuffer>;
  /** Throws an `SgError` where it refuses; anything else is a defect. */
  readonly feed: (bytes: Uint8Array<ArrayBuffer>) => void | Promise<void>;
  readonly never?: readonly SgCode[];
}

/** Registers a target's test: what once failed first, then the cases. */
export function fuzz(target: Target): void {
  Deno.test(target.says, async () => {
    for (const [file, bytes] of corpusOf(target.name)) {
      await feed(target, bytes, `corpus file ${file}`, `deno test -A --no-check test/fuzz`);
    }
    const [only, number] = ONLY ?? [];
    if (only !== undefined && only !== target.name) return;
    const first = number === undefined ? 0 : Number(number);
    const end = number === undefined ? Math.ceil(target.cases * TIMES) : first + 1;
    for (let n = first; n < end; n++) {
      const bytes = target.input(new Dice(SEED, target.name, n));
      const again = `SPAREGRID_FUZZ_SEED=${SEED} SPAREGRID_FUZZ_CASE=${target.name}:${n}`;
      await feed(target, bytes, `seed ${SEED}, case ${n}`, `${again} deno test -A --no-check test/fuzz`);
    }
  });
}

async function feed(
  target: Target,
  bytes: Uint8Array<ArrayBuffer>,
  what: string,
  again: string,
): Promise<void> {
  let failure: unknown;
  const before = performance.now();
  try {
    // Most targets answer at once; waiting for each would cost more than the work.
    const answer = target.feed(bytes);
    if (answer) await inTime(answer);
  } catch (error) {
    if (!isSgError(error) || (target.never ?? NEVER).includes(error.code)) failure = error;
  }
  if (performance.now() - before > ANSWER_MS_MAX) failure ??= new Error("it took too long");
  if (failure === undefined) return;
  const start = bytes.subarray(0, 300);
  throw new Error(
    `${target.name}, ${what}\nagain: ${again}\ninput (${bytes.length} bytes): ${
      JSON.stringify(new TextDecoder().decode(start))
    }\nhex: ${start.toHex()}`,
    { cause: failure },
  );
}

/** Rejects when the answer does not come in time. */
async function inTime(answer: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("there is no answer")), ANSWER_MS_MAX);
  });
  try {
    await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Inputs that once made a target fail; each file is one. */
function corpusOf(name: string): [string, Uint8Array<ArrayBuffer>][] {
  const folder = new URL(`corpus/${name}/`, import.meta.url).pathname;
  let files: string[];
  try {
    files = [...Deno.readDirSync(folder)].map((entry) => entry.name).sort();
  } catch {
    return [];
  }
  return files.map((file) => [file, Deno.readFileSync(folder + file)]);
}
