// Copyright the SpareGrid authors. Apache-2.0.
import type { SettingState } from "../app/mod.ts";
import type { Command } from "./command.ts";
import { DATA_OPTION } from "./global_options.ts";
import { givenSettings, SETTING_OPTIONS } from "./setting_options.ts";
import { shownText } from "./shown_text.ts";
import { suggest } from "./suggest.ts";

/** Shows the settings. */
export const configCommand: Command = {
  name: "config",
  summary: "show the service's settings and where each came from",
  usage: ["[OPTION]…"],
  text:
    "Prints the settings that sparegrid serve would take with these options in this environment, and where each came from: " +
    "an option, a variable, sparegrid.toml in the data folder, or its default; the first that is set counts. Settings that " +
    "were changed while the service ran (a star: it can be) replace defaults when it starts.",
  examples: ["sparegrid config", "sparegrid config --data /srv/sparegrid --json"],
  options: [DATA_OPTION, ...SETTING_OPTIONS],
  target: "nothing",
  async run(args, context) {
    args.operandsBetween(0, 0, "nothing");
    const data = args.text("data");
    const { resolveSettings, dataFolderOf } = await context.app();
    const order = { ...(data === undefined ? {} : { data }), flags: givenSettings(args), suggest };
    const states = (await resolveSettings(order)).states();
    const { output } = context;
    if (output.mode.json) {
      for (const state of states) output.object({ message_type: "setting", ...state });
      return 0;
    }
    output.table(
      [{ title: "Setting" }, { title: "" }, { title: "Value" }, { title: "From" }],
      states.map((state) => [
        state.key,
        state.changeable ? "*" : "",
        shownText(valueText(state)),
        shownText(state.origin === "default" ? "" : state.place),
      ]),
    );
    output.info(`Data folder: ${shownText(dataFolderOf(order))}`);
    return 0;
  },
};

function valueText({ value }: SettingState): string {
  return Array.isArray(value) ? value.join(", ") : String(value);
}
