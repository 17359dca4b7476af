// Copyright the SpareGrid authors. Apache-2.0.
import { clientIn, found, given, pathBytes, pathFields } from "../given.ts";
import { connection, ownConnection, textCursors, timeCursors } from "../page.ts";
import type { Resolvers } from "../schema_types.ts";

const CURSORS = timeCursors("snapshots");

/** Snapshots and what is in them. */
export const snapshots = {
  Query: {
    snapshots: (_, args, context) => {
      const { snapshots } = clientIn(context);
      const destination = args.destination ?? undefined;
      return connection(
        args,
        CURSORS,
        (page) => snapshots.page(args.set, destination, page),
        ({ takenAt, id }) => [takenAt, id] as const,
        () => snapshots.count(args.set, destination),
      );
    },
    entries: (_, args, context) => {
      const { set, snapshot } = args;
      const order = { set, snapshot, path: pathBytes(args.path) };
      return ownConnection(
        args,
        textCursors("entries"),
        (page) => clientIn(context).browse.entries(order, page, context.signal),
      );
    },
    fileHistory: (_, args, context) => {
      const order = { set: args.set, path: pathBytes(args.path) };
      return ownConnection(
        args,
        textCursors("fileHistory"),
        (page) => clientIn(context).search.history(order, page, context.signal),
      );
    },
    search: (_, args, context) => {
      const { pattern, ignoreCase, set } = given(args);
      const order = { pattern, ignoreCase, ...(set === undefined ? {} : { set }) };
      return ownConnection(
        args,
        textCursors("search"),
        (page) => clientIn(context).search.search(order, page, context.signal),
      );
    },
    diff: (_, args, context) => {
      const { set, from, to, path } = args;
      const order = { set, from, to, ...(path ? { path: pathBytes(path) } : {}) };
      return ownConnection(
        args,
        textCursors("diff"),
        (page) => clientIn(context).browse.diff(order, page, context.signal),
      );
    },
  },
  Mutation: {
    refreshSnapshots: async (_, { set }, context) => {
      await clientIn(context).refresh(set, context.signal);
      return { set: found(await context.load.set(set)) };
    },
  },
  Snapshot: {
    set: async ({ setId }, _args, { load }) => found(await load.set(setId)),
    destination: async ({ destinationId }, _args, { load }) => found(await load.destination(destinationId)),
  },
  Entry: {
    name: ({ name }) => pathFields(name).text,
    path: ({ path }) => pathFields(path).text,
    pathBase64: ({ path }) => pathFields(path).base64,
    linkTarget: ({ linkTarget }) => linkTarget ? pathFields(linkTarget).text : null,
  },
  FileVersion: {
    set: async ({ setId }, _args, { load }) => found(await load.set(setId)),
    path: ({ path }) => pathFields(path).text,
    pathBase64: ({ path }) => pathFields(path).base64,
  },
  Difference: {
    path: ({ path }) => pathFields(path).text,
    pathBase64: ({ path }) => pathFields(path).base64,
  },
} satisfies Resolvers;
