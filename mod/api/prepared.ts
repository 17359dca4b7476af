// Copyright the SpareGrid authors. Apache-2.0.
import {
  type DocumentNode,
  getOperationAST,
  type GraphQLSchema,
  type OperationDefinitionNode,
  parse,
  visit,
} from "graphql";
import { SgError } from "../errors/mod.ts";
import type { Order } from "./body.ts";
import { checkLimits, LIMITS } from "./limits.ts";

/** A request that is within the limits, not yet validated. */
export interface Prepared {
  readonly order: Order;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
}

/** Parses what is asked and measures it. SG1041 for what is too much, SG1040 where no operation is named; SG1037 for a stranger who asks for the schema. */
export function prepare(schema: GraphQLSchema, order: Order, stranger: boolean): Prepared {
  const { query, variables, operationName } = order;
  if (query.length > LIMITS.characters) {
    throw new SgError(
      "SG1041",
      `Cannot answer the request: it has more than ${LIMITS.characters} characters`,
    );
  }
  const document = parse(query, { maxTokens: LIMITS.tokens });
  if (stranger && asksForSchema(document)) {
    throw new SgError("SG1037", "Cannot describe the schema: nobody is signed in");
  }
  checkLimits(schema, document, variables ?? {});
  const operation = getOperationAST(document, operationName);
  if (!operation) {
    throw new SgError(
      "SG1040",
      "Cannot use the request: it holds no operation, or several and operationName names none",
    );
  }
  return { order, document, operation };
}

function asksForSchema(document: DocumentNode): boolean {
  let asks = false;
  visit(document, {
    Field: ({ name }) => void (asks ||= name.value === "__schema" || name.value === "__type"),
  });
  return asks;
}
