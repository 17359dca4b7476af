// Copyright the SpareGrid authors. Apache-2.0.
import { given } from "../given.ts";
import { connection, numberCursors } from "../page.ts";
import type { Resolvers } from "../schema_types.ts";

const CURSORS = numberCursors("audit");

/** The audit log. */
export const audit = {
  Query: {
    audit: (_, args, { needs }) => {
      const filter = given(args.filter ?? {});
      return connection(args, CURSORS, (page) => needs.audit.page(filter, page), ({ sequence }) => sequence);
    },
    verifyAudit: (_, _args, { needs, signal }) => needs.audit.verify(signal),
  },
} satisfies Resolvers;
