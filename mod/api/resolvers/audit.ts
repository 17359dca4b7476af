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
      return connection(
        args,
        CURSORS,
        async ({ limit, after }) => (await needs.audit.page(filter, limit, after)).nodes,
        ({ sequence }) => sequence,
      );
    },
    verifyAudit: (_, _args, { needs, signal }) => needs.audit.verify(signal),
  },
  AuditEntry: {
    details: ({ details }) => JSON.parse(details),
  },
} satisfies Resolvers;
