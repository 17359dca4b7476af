// Copyright the SpareGrid authors. Apache-2.0.
import { nowMs } from "../../base/mod.ts";
import { SgError } from "../../errors/mod.ts";
import type { Resolvers } from "../schema_types.ts";

/** What happened in a span of time. */
export const report = {
  Query: {
    report: async (_, args, { needs, clock }) => {
      const { since } = args;
      const until = args.until ?? nowMs(clock);
      if (since >= until) {
        throw new SgError("SG1040", "Cannot make the report: `since` must lie before `until`");
      }
      return { since, until, lines: await needs.runs.report(since, until) };
    },
  },
  ReportLine: {
    set: async ({ setId }, _args, { load }) => setId ? await load.set(setId) ?? null : null,
  },
} satisfies Resolvers;
