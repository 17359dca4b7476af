// Copyright the SpareGrid authors. Apache-2.0.
import { sayDone, serviceCommand } from "./service_command.ts";
import { shownText } from "./shown_text.ts";

interface Setting {
  readonly key: string;
  readonly value: unknown;
  readonly origin: string;
  readonly changeable: boolean;
}

/** Changes a setting of the running service. */
export const configSetCommand = serviceCommand({
  name: "config set",
  summary: "change a setting of the running service",
  usage: ["[OPTION]… KEY VALUE"],
  text:
    "Changes a setting while the service runs; it is kept. Settings that an option, a variable or sparegrid.toml sets cannot be " +
    "changed so. VALUE is JSON, or else a text, such as 20M for a size.",
  examples: ["sparegrid config set parallel-runs 4", "sparegrid config set server-bandwidth 20M"],
  options: [],
  operands: [2, 2, "the key and the value"],
  async act(service, args, context) {
    const [key, text] = args.operands as [string, string];
    const document = "mutation($key: String!, $value: JSON!) { updateSetting(key: $key, value: $value) " +
      "{ setting { key value origin description changeable } } }";
    const { updateSetting } = await service.ask<{ updateSetting: { setting: Setting } }>(document, {
      key,
      value: valueOf(text),
    });
    const { setting } = updateSetting;
    sayDone(context, `${shownText(setting.key)} is now ${shownText(JSON.stringify(setting.value))}`, {
      message_type: "setting",
      ...setting,
    });
  },
});

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
