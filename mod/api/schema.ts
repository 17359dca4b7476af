// Copyright the SpareGrid authors. Apache-2.0.
import type { GraphQLSchema } from "graphql";
import { createSchema } from "graphql-yoga";
import sdl from "../../schema.graphql" with { type: "text" };
import type { Trail } from "./audit_trail.ts";
import type { ApiContext } from "./context.ts";
import { RESOLVERS } from "./resolvers.ts";
import { guard } from "./rights.ts";

/** The contract as text, as `sparegrid gql --schema` prints it. */
export const SCHEMA_TEXT: string = sdl;

/** The contract with its resolvers behind it, and the rights and the audit trail before them. */
export function apiSchema(trail: Trail): GraphQLSchema {
  const schema = createSchema<ApiContext>({
    typeDefs: sdl,
    resolvers: RESOLVERS,
    resolverValidationOptions: { requireResolversToMatchSchema: "error" },
  });
  return guard(schema, trail);
}
