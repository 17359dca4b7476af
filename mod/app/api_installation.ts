// Copyright the SpareGrid authors. Apache-2.0.
import type { InstallationNeeds, InstallationRecord, SettingRecord } from "../api/mod.ts";
import type { Installation } from "./installation.ts";
import type { SettingState } from "./settings.ts";

/** What the service knows of itself besides its installation. */
export type ServiceFacts = Pick<InstallationRecord, "version" | "roles" | "startedAt" | "ports" | "notices">;

/** The installation in the words of the API; `facts` tells what changes while it runs. */
export function apiInstallation(installation: Installation, facts: () => ServiceFacts): InstallationNeeds {
  const { identity, certificate, settings } = installation;
  return {
    facts: () =>
      Promise.resolve({ gridId: identity.gridId, fingerprint: certificate.fingerprint, ...facts() }),
    settings: () => Promise.resolve(settings.states().map(recordOf)),
    changeSetting: async (key, value) => recordOf(await installation.changeSetting(key, value)),
  };
}

function recordOf({ key, value, origin, description, changeable }: SettingState): SettingRecord {
  return { key, value, origin: origin.toUpperCase() as SettingRecord["origin"], description, changeable };
}
