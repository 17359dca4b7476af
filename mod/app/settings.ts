// Copyright the SpareGrid authors. Apache-2.0.
import { SgError } from "../errors/mod.ts";
import { isPathKind } from "./setting_kinds.ts";
import {
  isSettingKey,
  SETTING_KEYS,
  type SettingKey,
  settingSpec,
  type SettingValue,
  settingVariable,
} from "./setting_table.ts";

/** Where a value came from; the first that is set counts. */
export type SettingOrigin = "flag" | "environment" | "file" | "catalog" | "default";

/** A setting as it is in force. */
export interface SettingState {
  readonly key: SettingKey;
  readonly value: unknown;
  readonly origin: SettingOrigin;
  /** The flag, variable or file that set it; the origin's name for the others. */
  readonly place: string;
  readonly description: string;
  readonly changeable: boolean;
}

/** What the sources say, before anything is checked. */
export interface SettingSources {
  /** Values of flags by key. */
  readonly flags?: Readonly<Record<string, string>>;
  /** All variables of the environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Content of sparegrid.toml, and its path. */
  readonly file?: { readonly path: string; readonly values: Readonly<Record<string, unknown>> };
  /** Folders that relative paths of flags and variables, and those of the file, start from. */
  readonly workingFolder: string;
  readonly dataFolder: string;
}

/** Variables that belong to the program but are no settings: a mistyped setting is told from them. */
const OTHER_VARIABLES = [
  ...["DATA", "ADDRESS", "TOKEN", "TOKEN_FILE", "FINGERPRINT", "REPOSITORY", "REPOSITORY_FILE", "PASSWORD"],
  ...["PASSWORD_FILE", "PASSWORD_COMMAND", "COMPRESSION", "CACHE_DIR", "CACERT", "NO_NATIVE"],
];

/** Finds the word that was meant; see `cli/suggest.ts`. */
export type Suggest = (word: string, words: readonly string[]) => string | undefined;

/** All settings, each with its value in force and where that came from. */
export class Settings {
  readonly #states: Map<SettingKey, SettingState>;
  readonly #listeners = new Set<(key: SettingKey) => void>();

  private constructor(states: Map<SettingKey, SettingState>) {
    this.#states = states;
  }

  /** Brings the sources together. SG1046 names the first key that is unknown or has a value it cannot have, and its place. */
  static resolve(sources: SettingSources, suggest: Suggest = () => undefined): Settings {
    const states = new Map(
      SETTING_KEYS.map((key) => [key, stateOf(key, "default", settingSpec(key).fallback)]),
    );
    const { file, environment = {}, flags = {} } = sources;
    for (const [key, data] of Object.entries(file?.values ?? {})) {
      const place = `in ${file!.path}`;
      const known = knownKey(key, place, suggest);
      const value = settingSpec(known).kind.fromData(data);
      states.set(
        known,
        stateOf(known, "file", fit(known, value, shown(data), place, sources.dataFolder), file!.path),
      );
    }
    refuseMistyped(environment, suggest);
    for (const key of SETTING_KEYS) {
      const variable = settingVariable(key);
      const text = environment[variable];
      if (text === undefined || text === "") continue;
      const value = settingSpec(key).kind.fromText(text);
      const place = `in the environment (${variable})`;
      states.set(
        key,
        stateOf(key, "environment", fit(key, value, text, place, sources.workingFolder), variable),
      );
    }
    for (const [key, text] of Object.entries(flags)) {
      const known = knownKey(key, "on the command line", suggest);
      const value = settingSpec(known).kind.fromText(text);
      states.set(
        known,
        stateOf(
          known,
          "flag",
          fit(known, value, text, "on the command line", sources.workingFolder),
          `--${key}`,
        ),
      );
    }
    return new Settings(states);
  }

  /** The value in force. */
  get<K extends SettingKey>(key: K): SettingValue<K> {
    return this.#states.get(key)!.value as SettingValue<K>;
  }

  /** True when anything but the default set it. */
  isSet(key: SettingKey): boolean {
    return this.#states.get(key)!.origin !== "default";
  }

  /** All settings, in the table's order. */
  states(): readonly SettingState[] {
    return [...this.#states.values()];
  }

  /** Takes the values that were changed while an earlier process ran; what flag, variable or file set stays. */
  adopt(kept: Readonly<Record<string, unknown>>): void {
    for (const [key, data] of Object.entries(kept)) {
      if (!isSettingKey(key) || !settingSpec(key).changeable) continue; // of another version of this program
      const value = settingSpec(key).kind.fromData(data);
      if (value !== undefined && this.#states.get(key)!.origin === "default") {
        this.#states.set(key, stateOf(key, "catalog", value));
      }
    }
  }

  /**
   * Changes a setting while the service runs; `keep` makes the new value durable before it is in force. SG1036 for an unknown
   * key, SG1038 where it cannot be changed now, SG1040 for a value that it cannot have.
   */
  async change(key: string, data: unknown, keep: (value: unknown) => Promise<void>): Promise<SettingState> {
    if (!isSettingKey(key)) {
      throw new SgError("SG1036", `Cannot change the setting ${key}: there is none of this name`);
    }
    const spec = settingSpec(key);
    const before = this.#states.get(key)!;
    if (!spec.changeable) {
      throw new SgError("SG1038", `Cannot change ${key} while the service runs`, {
        remedy: `Set it in sparegrid.toml, then start the service again.`,
      });
    }
    if (before.origin !== "default" && before.origin !== "catalog") {
      throw new SgError("SG1038", `Cannot change ${key}: it is set by ${before.place}`, {
        remedy: "Take it out there and start the service again; then it can be changed while it runs.",
      });
    }
    const value = spec.kind.fromData(data);
    if (value === undefined) {
      throw new SgError("SG1040", `Cannot set ${key} to ${shown(data)}: it must be ${spec.kind.wanted}`);
    }
    await keep(value);
    const after = stateOf(key, "catalog", value);
    this.#states.set(key, after);
    for (const listener of this.#listeners) listener(key);
    return after;
  }

  /** Calls `listener` with the key of each setting that was changed, until disposed. */
  onChange(listener: (key: SettingKey) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }
}

function stateOf(
  key: SettingKey,
  origin: SettingOrigin,
  value: unknown,
  place: string = origin,
): SettingState {
  const { description, changeable } = settingSpec(key);
  return { key, value, origin, place, description, changeable };
}

function knownKey(key: string, place: string, suggest: Suggest): SettingKey {
  if (isSettingKey(key)) return key;
  const near = suggest(key, SETTING_KEYS);
  throw new SgError(
    "SG1046",
    `Cannot use the setting ${key} ${place}: there is none of this name` +
      (near === undefined ? "" : `; did you mean ${near}?`),
    { context: { key } },
  );
}

function fit(key: SettingKey, value: unknown, text: string, place: string, folder: string): unknown {
  const { kind } = settingSpec(key);
  if (value === undefined) {
    throw new SgError("SG1046", `Cannot use ${key} = ${text || '""'} ${place}: it must be ${kind.wanted}`, {
      context: { key },
    });
  }
  if (!isPathKind(kind) || (value as string).startsWith("/") || /^[A-Za-z]:[\\/]/.test(value as string)) {
    return value;
  }
  return `${folder}/${value as string}`;
}

/**
 * A variable that is nearly the name of a setting is a mistake; all others are somebody else's: systems that start services put
 * variables like SPAREGRID_PORT_6061_TCP_ADDR there by themselves.
 */
function refuseMistyped(environment: Readonly<Record<string, string>>, suggest: Suggest): void {
  const names = [...SETTING_KEYS.map(settingVariable), ...OTHER_VARIABLES.map((name) => `SPAREGRID_${name}`)];
  for (const name of Object.keys(environment)) {
    if (!name.startsWith("SPAREGRID_") || names.includes(name)) continue;
    // The common beginning says nothing: only the rest is compared.
    const rest = name.slice(10);
    const near = suggest(rest, names.map((known) => known.slice(10)));
    if (near === undefined || near.startsWith(rest) || rest.startsWith(near)) continue;
    throw new SgError(
      "SG1046",
      `Cannot use the variable ${name} in the environment: there is no such setting; did you mean SPAREGRID_${near}?`,
      { context: { key: name } },
    );
  }
}

/** A value as the message shows it, short. */
function shown(data: unknown): string {
  const text = typeof data === "string" ? data : JSON.stringify(data) ?? String(data);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
