// Copyright the SpareGrid authors. Apache-2.0.
import { homedir } from "node:os";
import { SgError } from "../errors/mod.ts";
import { environment } from "./process.ts";

/** The folder for what this program keeps for the user (settings, catalog). Not made here. `SG1032` without a home. */
export function userDataFolder(): string {
  switch (Deno.build.os) {
    case "windows":
      return `${localAppData()}\\SpareGrid`;
    case "darwin":
      return `${homeFolder()}/Library/Application Support/SpareGrid`;
    default:
      return `${xdg("XDG_DATA_HOME") ?? `${homeFolder()}/.local/share`}/sparegrid`;
  }
}

/** The folder for what can be made again from elsewhere. Not made here. `SG1032` without a home. */
export function userCacheFolder(): string {
  switch (Deno.build.os) {
    case "windows":
      return `${localAppData()}\\SpareGrid\\Cache`;
    case "darwin":
      return `${homeFolder()}/Library/Caches/SpareGrid`;
    default:
      return `${xdg("XDG_CACHE_HOME") ?? `${homeFolder()}/.cache`}/sparegrid`;
  }
}

/** The XDG base directory specification says that relative paths are to be ignored. */
function xdg(name: string): string | undefined {
  const path = environment(name);
  return path?.startsWith("/") ? path : undefined;
}

function localAppData(): string {
  return environment("LOCALAPPDATA") ?? `${homeFolder()}\\AppData\\Local`;
}

function homeFolder(): string {
  const home = environment("HOME") ?? knownHome();
  if (!home) {
    throw new SgError("SG1032", "Cannot find the user's home folder: the environment does not name it");
  }
  return home;
}

function knownHome(): string | undefined {
  try {
    return homedir();
  } catch {
    return undefined; // the user has no entry
  }
}
