// Copyright the SpareGrid authors. Apache-2.0.
import type { ServiceStart } from "../app/mod.ts";
import type { Command, Context } from "./command.ts";
import { DATA_OPTION } from "./global_options.ts";
import { givenSettings, SETTING_OPTIONS } from "./setting_options.ts";
import { shownText } from "./shown_text.ts";
import { suggest } from "./suggest.ts";
import { OutputClosed } from "./terminal.ts";

/** Runs the service. */
export const serveCommand: Command = {
  name: "serve",
  summary: "run the service: back up this machine, keep backups of others",
  usage: ["[OPTION]…"],
  text:
    "Runs SpareGrid's service until it is stopped by Ctrl-C or SIGTERM. With --client it backs up this machine, with " +
    "--server it keeps the backups of clients; with neither, or both, it does both.\n\nThe first start makes the data " +
    "folder, the Grid ID (--grid-id; asked for on a terminal), a certificate, and prints the address of the console with a " +
    "code that makes the first administrator.\n\nEach option is a setting. One that is not given here is taken from the " +
    "environment (SPAREGRID_BACKUP_PORT for --backup-port), then from sparegrid.toml in the data folder (backup-port = " +
    "32004). See: sparegrid config",
  examples: ["sparegrid serve", "sparegrid serve --server --data /srv/sparegrid --grid-id vault"],
  options: [DATA_OPTION, ...SETTING_OPTIONS],
  target: "nothing",
  async run(args, context) {
    args.operandsBetween(0, 0, "nothing");
    const { terminal, output, signal } = context;
    const flags = givenSettings(args);
    if (output.mode.json && flags["log-format"] === undefined) flags["log-format"] = "json";
    if (output.mode.verbose > 0 && flags["log-level"] === undefined) flags["log-level"] = "debug";
    const data = args.text("data");
    const { runService } = await context.app();
    await runService(
      {
        ...(data === undefined ? {} : { data }),
        flags,
        suggest,
        forPeople: terminal.stderrIsTerminal,
        ...(terminal.stdinIsTerminal && terminal.stderrIsTerminal
          ? { askGridId: (proposal: string) => askGridId(proposal, context) }
          : {}),
      },
      signal,
      (start) => {
        try {
          sayStart(start, context);
          output.flush();
        } catch (error) {
          // Nobody reads it: a service runs on without.
          if (!(error instanceof OutputClosed)) throw error;
        }
      },
    );
    return 0;
  },
};

function askGridId(proposal: string, { terminal, signal }: Context): Promise<string> {
  return terminal.readLine(`Name of this installation in the grid [${proposal}]: `, signal);
}

function sayStart(start: ServiceStart, { output }: Context): void {
  if (output.mode.json) {
    output.object({ message_type: "started", ...start });
    return;
  }
  output.result(`SpareGrid ${start.version} runs as ${start.gridId}: ${start.roles.join(" and ")}`);
  output.result(`Data folder: ${shownText(start.dataFolder)}`);
  const ports = Object.entries(start.ports).map(([name, port]) => `${name} ${port}`);
  if (ports.length > 0) output.result(`Ports: ${ports.join(", ")}`);
  output.result(`Fingerprint of its certificate: ${start.fingerprint}`);
  if (start.console !== undefined) output.result(`Console: ${start.console}`);
  if (start.setUpCode !== undefined) {
    output.result(`Code for the first administrator, good once: ${start.setUpCode}`);
  }
  for (const notice of start.notices) output.warn(notice);
}
