// Copyright the SpareGrid authors. Apache-2.0.
import { SgError } from "../../errors/mod.ts";
import { NO_EXCLUDES, type SetExcludes, type SetOptions } from "../../client/mod.ts";
import { actorOf } from "../audit_trail.ts";
import { clientIn, found, given } from "../given.ts";
import { connection, textCursors } from "../page.ts";
import type { ExcludesInput, Resolvers, SetDestinationInput, SetOptionsInput } from "../schema_types.ts";

const CURSORS = textCursors("sets");

/** Backup sets. */
export const sets = {
  Query: {
    sets: (_, args, context) => {
      const { sets } = clientIn(context);
      return connection(args, CURSORS, (page) => sets.page(page), ({ name }) => name, () => sets.count());
    },
    set: async (_, { id, name }, context) => {
      if (typeof id === "string" === (typeof name === "string")) {
        throw new SgError("SG1040", "Cannot find the set: give its id or its name");
      }
      if (typeof id === "string") return await context.load.set(id) ?? null;
      return await clientIn(context).sets.byName(name!) ?? null;
    },
    previewSet: (_, { input: { sources, excludes } }, context) =>
      clientIn(context).preview(sources, excludesOf(excludes), context.signal),
  },
  Mutation: {
    createSet: async (_, { input }, context) => {
      const { name, sources, password, options } = given(input);
      return {
        set: await clientIn(context).sets.create({
          name,
          sources,
          excludes: excludesOf(input.excludes),
          ...(options === undefined ? {} : { options: optionsOf(options) }),
          destinations: input.destinations.map(destinationOf),
          ...(password === undefined ? {} : { password }),
        }),
      };
    },
    updateSet: async (_, { input }, context) => {
      const { excludes, options, destinations, ...rest } = given(input);
      return {
        set: await clientIn(context).sets.update({
          ...rest,
          ...(excludes === undefined ? {} : { excludes: excludesOf(excludes) }),
          ...(options === undefined ? {} : { options: optionsOf(options) }),
          ...(destinations === undefined ? {} : { destinations: destinations.map(destinationOf) }),
        }),
      };
    },
    deleteSet: async (_, { input: { id, withBackups } }, context) => {
      await clientIn(context).runs.removeSet(id, withBackups, actorOf(context));
      return { done: true };
    },
    recoverySheet: async (_, { set }, context) => ({ text: await clientIn(context).sets.recoverySheet(set) }),
  },
  BackupSet: {
    lastRun: async ({ id }, { kind }, { load }) => await load.lastRun(id, kind ?? undefined) ?? null,
    snapshotCount: async ({ id }, _args, { load }) => (await load.snapshots(id))?.count ?? 0,
    lastSnapshot: async ({ id }, _args, { load }) => (await load.snapshots(id))?.last ?? null,
  },
  SetDestination: {
    destination: async ({ destinationId }, _args, { load }) => found(await load.destination(destinationId)),
  },
} satisfies Resolvers;

function excludesOf(input: ExcludesInput | null | undefined): SetExcludes {
  return input ? given(input) : NO_EXCLUDES;
}

function optionsOf(input: SetOptionsInput): SetOptions {
  const { keep, ...rest } = given(input);
  return keep === undefined ? rest : { ...rest, keep: given(keep) };
}

function destinationOf(input: SetDestinationInput): { destination: string; repository?: string } {
  return given(input);
}
