// Copyright the SpareGrid authors. Apache-2.0.
import type { Command } from "./command.ts";
import { sharedGroups } from "./global_options.ts";
import type { OptionSpec } from "./option_spec.ts";

/** All options that a command takes. Its own letter wins: forget's -H is --keep-hourly. */
export function commandOptions({ options, target }: Pick<Command, "options" | "target">): OptionSpec[] {
  const own = new Set(options.flatMap(({ name, short }) => [name, `-${short}`]));
  const shared = sharedGroups(target).flatMap((group) => group.options).filter(({ name }) => !own.has(name));
  return [
    ...options,
    ...shared.map((option) =>
      option.short !== undefined && own.has(`-${option.short}`) ? { ...option, short: "" } : option
    ),
  ];
}
