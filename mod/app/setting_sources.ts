// Copyright the SpareGrid authors. Apache-2.0.
import { utf8Text } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import { allEnvironment, userDataFolder, workingFolder } from "../platform/mod.ts";
import { Settings, type Suggest } from "./settings.ts";
import { readSettingsFile, settingsFile } from "./settings_file.ts";

/** What decides where an installation is and how it is set. */
export interface InstallationOrder {
  /** The data folder; left out: SPAREGRID_DATA, else the user's. */
  readonly data?: string;
  /** Values of settings given as flags. */
  readonly flags?: Readonly<Record<string, string>>;
  /** All variables; the process's own where left out. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly suggest?: Suggest;
}

/** The data folder that an order names, absolute. */
export function dataFolderOf({ data, environment = allEnvironment() }: InstallationOrder): string {
  const named = data ?? (environment["SPAREGRID_DATA"] || undefined);
  if (named === undefined) return userDataFolder();
  if (named === "") throw new SgError("SG1046", "Cannot use --data: it is empty");
  const path = named.startsWith("/") || /^[A-Za-z]:[\\/]/.test(named) ? named : `${here()}/${named}`;
  return path.length > 1 ? path.replace(/\/+$/, "") : path;
}

/** The settings that are in force for an order, but those that were changed while the service ran. SG1046. */
export async function resolveSettings(order: InstallationOrder): Promise<Settings> {
  const dataFolder = dataFolderOf(order);
  const file = await readSettingsFile(settingsFile(dataFolder));
  return Settings.resolve(
    {
      flags: order.flags ?? {},
      environment: order.environment ?? allEnvironment(),
      ...(file === undefined ? {} : { file }),
      workingFolder: here(),
      dataFolder,
    },
    order.suggest,
  );
}

function here(): string {
  return utf8Text(workingFolder());
}
