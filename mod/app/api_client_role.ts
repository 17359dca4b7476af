// Copyright the SpareGrid authors. Apache-2.0.
import type { ClientNeeds } from "../api/mod.ts";
import { utf8Text } from "../base/mod.ts";
import type { Client } from "../client/mod.ts";
import { type Ports, previewBackup } from "../job/mod.ts";

/** The client role as the API takes it. */
export function apiClientRole(client: Client, ports: Pick<Ports, "fs" | "clock">): ClientNeeds {
  return {
    ...client,
    preview: async (paths, { largerThan, ...rules }, signal) => {
      const excludes = { ...rules, ...(typeof largerThan === "number" ? { largerThan } : {}) };
      const { excluded, ...sums } = await previewBackup(ports, { paths, excludes }, signal);
      return { ...sums, excluded: excluded.map(({ path, bytes }) => ({ path: utf8Text(path), bytes })) };
    },
  };
}
