// Copyright the SpareGrid authors. Apache-2.0.
import type { Arguments } from "./arguments.ts";
import type { Command, Context } from "./command.ts";
import { Service } from "./service.ts";

/** A command that asks a running service: the way to it is opened before, and closed behind it. */
export interface ServiceCommandSpec extends Omit<Command, "run" | "target"> {
  /** How many operands it takes, and what they are called when one is missing. */
  readonly operands?: readonly [min: number, max: number, what: string];
  /** Does the work; answers the exit status, 0 where left out. */
  readonly act: (service: Service, args: Arguments, context: Context) => Promise<number | void>;
}

/** The command of a spec. */
export function serviceCommand({ operands = [0, 0, "nothing"], act, ...rest }: ServiceCommandSpec): Command {
  return {
    ...rest,
    target: "service",
    async run(args, context) {
      args.operandsBetween(...operands);
      using service = await Service.open(args, context);
      return await act(service, args, context) ?? 0;
    },
  };
}

/** Says what was done: a sentence for people, an object with `--json`. */
export function sayDone(
  { output }: Context,
  sentence: string,
  object: Readonly<Record<string, unknown>>,
): void {
  if (output.mode.json) output.object(object);
  else output.info(sentence);
}
