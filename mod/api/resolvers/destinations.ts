// Copyright the SpareGrid authors. Apache-2.0.
import { SgError } from "../../errors/mod.ts";
import type { DestinationPlace } from "../../client/mod.ts";
import { clientIn, given } from "../given.ts";
import { connection, textCursors } from "../page.ts";
import type { CreateDestinationInput, Resolvers } from "../schema_types.ts";

const CURSORS = textCursors("destinations");

/** Where backups of this machine go. */
export const destinations = {
  Query: {
    destinations: (_, args, context) => {
      const { destinations } = clientIn(context);
      return connection(
        args,
        CURSORS,
        (page) => destinations.page(page),
        ({ name }) => name,
        () => destinations.count(),
      );
    },
    destination: async (_, { id }, { load }) => await load.destination(id) ?? null,
  },
  Mutation: {
    createDestination: async (_, { input }, context) => {
      const { name, uploadBytesPerSecond } = given(input);
      const limit = uploadBytesPerSecond === undefined ? {} : { uploadBytesPerSecond };
      return await clientIn(context).destinations.create(
        { name, place: placeIn(input), ...limit },
        context.signal,
      );
    },
    updateDestination: async (_, { input }, context) => ({
      destination: await clientIn(context).destinations.update(given(input)),
      pending: false,
    }),
    deleteDestination: async (_, { id }, context) => {
      await clientIn(context).destinations.remove(id);
      return { done: true };
    },
    testDestination: async (_, { id }, context) =>
      await clientIn(context).destinations.test(id, context.signal),
  },
  Destination: {
    sets: async ({ id }, _args, { load }) => await load.setsOfDestination(id) ?? [],
    usage: async ({ id, kind }, _args, context) =>
      kind === "server" ? await clientIn(context).destinations.usage(id, context.signal) ?? null : null,
  },
} satisfies Resolvers;

/** The one place that was given. SG1040 for none or several. */
function placeIn({ folder, rest, invite, server }: CreateDestinationInput): DestinationPlace {
  const places: DestinationPlace[] = [];
  if (typeof folder === "string") places.push({ kind: "folder", folder });
  if (rest) places.push({ kind: "rest", ...given(rest) });
  if (typeof invite === "string") places.push({ kind: "invite", text: invite });
  if (server) places.push({ kind: "server", ...given(server) });
  if (places.length !== 1) {
    throw new SgError(
      "SG1040",
      "Cannot make the destination: give exactly one of folder, rest, invite and server",
    );
  }
  return places[0]!;
}
