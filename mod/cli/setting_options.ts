// Copyright the SpareGrid authors. Apache-2.0.
import { SETTING_KEYS, settingSpec } from "../app/mod.ts";
import type { Arguments } from "./arguments.ts";
import type { OptionSpec } from "./option_spec.ts";

/** One option for each setting. */
export const SETTING_OPTIONS: readonly OptionSpec[] = SETTING_KEYS.map((key) => {
  const { kind, fallback, description } = settingSpec(key);
  const value = kind.valueName;
  const shown = typeof fallback === "boolean" || fallback === "" || Array.isArray(fallback)
    ? ""
    : `; default ${String(fallback)}`;
  return { name: key, ...(value === undefined ? {} : { value }), help: description + shown };
});

/** The settings that were given as options, by key. */
export function givenSettings(args: Arguments): Record<string, string> {
  return Object.fromEntries(SETTING_KEYS.flatMap((key) => {
    const text = args.text(key);
    return text === undefined ? [] : [[key, text]];
  }));
}
