// Copyright the SpareGrid authors. Apache-2.0.
import configuration from "../../deno.json" with { type: "json" };
import type { Command } from "./command.ts";

/** Says which version this is. */
export const versionCommand: Command = {
  name: "version",
  summary: "say which version this is",
  usage: ["[OPTION]…"],
  text: "Prints the version of SpareGrid, and of what it runs on.",
  options: [],
  run(args, { output }) {
    args.operandsBetween(0, 0, "nothing");
    const { version } = configuration;
    if (output.mode.json) {
      output.object({
        message_type: "version",
        version,
        deno: Deno.version.deno,
        os: Deno.build.os,
        arch: Deno.build.arch,
      });
    } else {
      output.result(`sparegrid ${version} (deno ${Deno.version.deno}, ${Deno.build.os} ${Deno.build.arch})`);
    }
    return Promise.resolve(0);
  },
};
