// Copyright the SpareGrid authors. Apache-2.0.
// Errors as the API tells them: what happened, a code, what to do. Never a stack, never what only the inside knows.
import { GraphQLError, type GraphQLFormattedError } from "graphql";
import { type Log, type Random, toHex } from "../base/mod.ts";
import { CODES, SgError } from "../errors/mod.ts";

/** Codes whose message tells of the inside: the log has it, under a number that the answer names. */
const INSIDE: readonly string[] = ["SG1023", "SG1034"];

/** Turns what was thrown into what is told. */
export interface Faults {
  told(error: unknown): SgError;
}

/** Faults that note in `log` what they keep from the caller. */
export function faultsOf(log: Log, random: Random): Faults {
  const inside = (error: unknown, code: "SG1023" | "SG1034"): SgError => {
    const number = toHex(random.bytes(6));
    log.write("error", `api: failure ${number}: ${chainOf(error)}`, { code, number });
    return new SgError(code, `${CODES[code].title}, number ${number}`, {
      remedy: `${CODES[code].remedy} The service's log has more under ${number}.`,
    });
  };
  const told = (error: unknown): SgError => {
    if (error instanceof SgError) {
      return INSIDE.includes(error.code) ? inside(error, error.code as "SG1023" | "SG1034") : error;
    }
    if (error instanceof DOMException && error.name === "AbortError") {
      return new SgError("SG1016", "The request was given up");
    }
    if (error instanceof GraphQLError) {
      return error.originalError ? told(error.originalError) : ofLanguage(error.message);
    }
    return inside(error, "SG1023");
  };
  return { told };
}

/** As GraphQL answers it, with `path` where a field failed. */
export function formatted(error: SgError, path?: readonly (string | number)[]): GraphQLFormattedError {
  return {
    message: error.message,
    ...(path === undefined ? {} : { path }),
    extensions: { code: error.code, remedy: error.remedy },
  };
}

/** The HTTP status of an answer that holds nothing but an error. */
export function statusOf(code: unknown): number {
  switch (code) {
    case "SG1016":
    case "SG1040":
      return 400;
    case "SG1037":
      return 401;
    case "SG1038":
      return 403;
    case "SG1039":
      return 429;
    case "SG1041":
      return 413;
    case "SG1023":
    case "SG1034":
      return 500;
    default:
      return 200;
  }
}

/** A mistake in the document or its variables, said by the library. */
function ofLanguage(message: string): SgError {
  if (/^Syntax Error: Document contains more th[ae][tn] \d+ tokens/.test(message)) {
    return new SgError("SG1041", "Cannot answer the request: it is longer than allowed");
  }
  // It names the value that does not fit, which may hold a password: the reason behind it is enough.
  const variable = /^(Variable "[^"]*") got invalid value [^]*?(?: at ("[^"]*"))?; ([^]*)$/.exec(message);
  const shown = variable ? `${variable[2] ?? variable[1]} is not valid: ${variable[3]}` : message;
  return new SgError("SG1040", `Cannot use the request: ${shown.replace(/\.$/, "").slice(0, 500)}`, {
    remedy: "Correct the document or its variables; schema.graphql and docs/API.md say what there is.",
  });
}

function chainOf(error: unknown): string {
  const parts: string[] = [];
  for (let at: unknown = error, depth = 0; at !== undefined && depth < 5; depth++) {
    parts.push(at instanceof Error ? `${at.name}: ${at.message}` : String(at));
    at = at instanceof Error ? at.cause : undefined;
  }
  const stack = error instanceof Error ? (error.stack ?? "").split("\n").slice(1, 6).join(" ") : "";
  return `${parts.join(" <- ")} ${stack}`.trim();
}
