// Copyright the SpareGrid authors. Apache-2.0.
import { SgError } from "../../mod/errors/mod.ts";

/** What one run of a program cost. */
export interface Cost {
  /** Seconds of wall clock. */
  readonly wall: number;
  /** Seconds of processor time, user and system. */
  readonly cpu: number;
  /** Peak memory of the process, MB (10^6). */
  readonly memory: number;
}

/** A program with its arguments and environment. */
export interface Program {
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Exit statuses that count as done; 0 alone where left out. */
  readonly accept?: readonly number[];
}

/** Runs a program once under GNU time. Throws SG1027 when it fails. */
export async function run(program: Program): Promise<Cost> {
  const report = await Deno.makeTempFile();
  try {
    const { code, stderr } = await new Deno.Command("/usr/bin/time", {
      args: ["-q", "-f", "%e %U %S %M", "-o", report, ...program.argv],
      env: program.env ?? {},
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).output();
    if (!(program.accept ?? [0]).includes(code)) {
      const said = new TextDecoder().decode(stderr).trim().slice(-500);
      throw new SgError("SG1027", `Cannot measure ${program.argv.join(" ")}: exit ${code}: ${said}`);
    }
    const [wall, user, system, kib] = (await Deno.readTextFile(report)).trim().split("\n").at(-1)!.split(" ")
      .map(Number);
    return { wall: wall!, cpu: user! + system!, memory: kib! * 1024 / 1e6 };
  } finally {
    await Deno.remove(report);
  }
}

/** The cost whose wall clock is in the middle; memory is the worst of all. */
export function median(costs: readonly Cost[]): Cost {
  const sorted = [...costs].sort((a, b) => a.wall - b.wall);
  const middle = sorted[Math.floor((sorted.length - 1) / 2)]!;
  return { ...middle, memory: Math.max(...costs.map((cost) => cost.memory)) };
}
