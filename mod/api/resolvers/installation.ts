// Copyright the SpareGrid authors. Apache-2.0.
import type { Resolvers } from "../schema_types.ts";

/** This installation and its settings. */
export const installation = {
  Query: {
    installation: (_, _args, { needs }) => needs.installation.facts(),
    settings: (_, _args, { needs }) => needs.installation.settings(),
  },
  Mutation: {
    updateSetting: async (_, { key, value }, { needs }) => ({
      setting: await needs.installation.changeSetting(key, value),
    }),
  },
} satisfies Resolvers;
