// Copyright the SpareGrid authors. Apache-2.0.
// The API's own rules and errors, hung into graphql-yoga's way of a request.
import { GraphQLError, type OperationDefinitionNode } from "graphql";
import type { Plugin } from "graphql-yoga";
import { type Clock, unlessAborted } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import type { ApiContext } from "./context.ts";
import { type Faults, formatted, statusOf } from "./faults.ts";
import type { Prepared } from "./prepared.ts";

/** How long a query may take, ms. */
export const DEADLINE_MS = 10_000;
/** Queries that look at everything, and how long these may take, ms. */
export const SLOW_QUERIES_MS: Readonly<Record<string, number>> = {
  previewSet: 60_000,
  verifyAudit: 600_000,
};

/** Mistakes of a document that are told. */
const ERRORS_MAX = 10;

/** What the handler gives to a request besides the context of the resolvers. */
export interface RunContext extends ApiContext {
  readonly prepared: Prepared;
  /** Ends the request's work. */
  readonly end: (reason: SgError) => void;
}

/** The plugin. */
export function enginePlugin(faults: Faults): Plugin<RunContext> {
  return {
    onParse({ context, setParsedDocument }) {
      setParsedDocument(context.prepared.document);
    },
    onValidate({ context, validateFn, setValidationFn }) {
      // Strangers learn nothing of the schema by asking it.
      const rules = { maxErrors: ERRORS_MAX, hideSuggestions: context.caller === undefined };
      setValidationFn((schema, document, list, options, ...rest) =>
        validateFn(schema, document, list, { ...options, ...rules }, ...rest)
      );
    },
    onExecute({ args, executeFn, setExecuteFn }) {
      const context = args.contextValue as RunContext;
      const { operation } = context.prepared;
      if (operation.operation !== "query") return;
      setExecuteFn((given) =>
        inTime(Promise.resolve(executeFn(given)), deadlineMs(operation), context, context.clock)
      );
    },
    onResultProcess({ result, setResult }) {
      if (Symbol.asyncIterator in result) {
        setResult(toldEach(result as AsyncIterable<Result>, faults) as typeof result);
      } else if (!Array.isArray(result)) setResult(told(result as Result, faults) as typeof result);
    },
  };
}

/** The longest that one of the operation's fields may take. */
function deadlineMs({ selectionSet }: OperationDefinitionNode): number {
  const names = selectionSet.selections.map((field) => field.kind === "Field" ? field.name.value : "");
  return Math.max(DEADLINE_MS, ...names.map((name) => SLOW_QUERIES_MS[name] ?? 0));
}

async function inTime<T>(work: Promise<T>, ms: number, context: RunContext, clock: Clock): Promise<T> {
  const over = new AbortController();
  void clock.sleep(ms, over.signal).then(() => {
    context.end(
      new SgError("SG1041", `Cannot answer the request: it took longer than ${ms / 1_000} seconds`),
    );
  }, () => {});
  try {
    return await unlessAborted(work, context.signal);
  } finally {
    over.abort();
  }
}

interface Result {
  readonly data?: unknown;
  readonly errors?: readonly unknown[];
  readonly extensions?: Record<string, unknown>;
}

/** The result with its errors as they are told, and the status that fits where there is nothing else in it. */
function told({ data, errors }: Result, faults: Faults): Result {
  if (errors === undefined) return { data };
  const nothing = data === undefined || data === null;
  const list = errors.map((error) => {
    const { message, extensions } = formatted(faults.told(error));
    const path = error instanceof GraphQLError ? error.path : undefined;
    return new GraphQLError(message, { extensions, path });
  });
  const code = list[0]?.extensions["code"];
  const http = { status: nothing ? statusOf(code) : 200 };
  return { ...(nothing ? {} : { data }), errors: list, extensions: { http } };
}

async function* toldEach(results: AsyncIterable<Result>, faults: Faults): AsyncGenerator<Result> {
  for await (const result of results) yield told(result, faults);
}
