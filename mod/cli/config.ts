// Copyright the SpareGrid authors. Apache-2.0.
import type { SettingState } from "../app/mod.ts";
import { isSgError } from "../errors/mod.ts";
import type { Command, Context } from "./command.ts";
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
    "an option, a variable, sparegrid.toml in the data folder, or its default; the first that is set counts. Settings with a " +
    "star can be changed while the service runs; what was changed so is shown while it runs, and replaces the default.",
  examples: ["sparegrid config", "sparegrid config --data /srv/sparegrid --json"],
  options: [DATA_OPTION, ...SETTING_OPTIONS],
  target: "nothing",
  async run(args, context) {
    args.operandsBetween(0, 0, "nothing");
    const data = args.text("data");
    const { resolveSettings, dataFolderOf } = await context.app();
    const order = { ...(data === undefined ? {} : { data }), flags: givenSettings(args), suggest };
    const settings = await resolveSettings(order);
    settings.adopt(await changedValues(data, context));
    const states = settings.states();
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

/** Values that were changed while the service of the data folder runs; none where it does not run or does not let us ask. */
async function changedValues(data: string | undefined, context: Context): Promise<Record<string, unknown>> {
  interface Answer {
    readonly settings: readonly { readonly key: string; readonly value: unknown; readonly origin: string }[];
  }
  try {
    const { openApi } = await context.app();
    using client = await openApi({ ...(data === undefined ? {} : { data }), here: true });
    const { settings } = await client.ask<Answer>("{ settings { key value origin } }", {}, context.signal);
    return Object.fromEntries(
      settings.filter(({ origin }) => origin === "CATALOG").map(({ key, value }) => [key, value]),
    );
  } catch (error) {
    if (isSgError(error)) return {};
    throw error;
  }
}

function valueText({ value }: SettingState): string {
  return Array.isArray(value) ? value.join(", ") : String(value);
}
