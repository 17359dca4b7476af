// Copyright the SpareGrid authors. Apache-2.0.
import {
  type DocumentNode,
  getOperationAST,
  type GraphQLSchema,
  type OperationDefinitionNode,
  parse,
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

/** Parses what is asked and measures it. SG1041 for what is too much, SG1040 where no operation is named. */
export function prepare(schema: GraphQLSchema, order: Order): Prepared {
  const { query, variables, operationName } = order;
  if (query.length > LIMITS.characters) {
    throw new SgError(
      "SG1041",
      `Cannot answer the request: it has more than ${LIMITS.characters} characters`,
    );
  }
  const document = parse(query, { maxTokens: LIMITS.tokens });
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
