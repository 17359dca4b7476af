// Copyright the SpareGrid authors. Apache-2.0.
// The API's own scalars. Inside, a DateTime is milliseconds since 1970, a Duration milliseconds, a Size a number.
import { GraphQLScalarType, valueFromASTUntyped, type ValueNode } from "graphql";
import { SgError } from "../errors/mod.ts";

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/;
const DURATION = /^(\d{1,9})([smhdw])$/;
const UNITS_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
const DURATION_MS_MAX = 100 * 366 * UNITS_MS.d;
/** A JSON value is kept in the catalog and written to the audit log: it may be nested this deep. */
const JSON_DEPTH_MAX = 32;

const wrong = (type: string, should: string) =>
  new SgError("SG1040", `Cannot use the value for ${type}: it must be ${should}`);

function momentOf(value: unknown): number {
  const ms = typeof value === "string" && MOMENT.test(value) ? Date.parse(value) : NaN;
  if (Number.isNaN(ms)) throw wrong("DateTime", "like 2026-11-26T06:37:19.000Z");
  return ms;
}

function sizeOf(value: unknown): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) {
    throw wrong("Size", "a whole number from 0 to 2^53");
  }
  return value;
}

function durationOf(value: unknown): number {
  const match = typeof value === "string" ? DURATION.exec(value) : null;
  const ms = match === null ? NaN : Number(match[1]) * UNITS_MS[match[2] as keyof typeof UNITS_MS];
  if (!(ms <= DURATION_MS_MAX)) throw wrong("Duration", "like 45s, 10m, 6h, 3d or 2w, at most 100 years");
  return ms;
}

/** The span in the largest unit that fits it. */
function durationText(ms: number): string {
  for (const unit of ["w", "d", "h", "m"] as const) {
    if (ms > 0 && ms % UNITS_MS[unit] === 0) return `${ms / UNITS_MS[unit]}${unit}`;
  }
  return `${Math.round(ms / 1_000)}s`;
}

function jsonOf(value: unknown, depth = 0): unknown {
  if (depth > JSON_DEPTH_MAX) throw wrong("JSON", `nested at most ${JSON_DEPTH_MAX} deep`);
  if (typeof value === "object" && value !== null) {
    for (const inner of Object.values(value)) jsonOf(inner, depth + 1);
  }
  return value;
}

/** What a literal says; a list or an object is no value of these scalars. */
function literal(node: ValueNode): unknown {
  if (node.kind === "IntValue" || node.kind === "FloatValue") return Number(node.value);
  return node.kind === "StringValue" ? node.value : undefined;
}

/** Resolvers of the scalars that schema.graphql declares. */
export const SCALARS = {
  DateTime: new GraphQLScalarType<number, string>({
    name: "DateTime",
    serialize: (value) => new Date(value as number).toISOString(),
    parseValue: momentOf,
    parseLiteral: (node) => momentOf(literal(node)),
  }),
  Size: new GraphQLScalarType<number, number>({
    name: "Size",
    serialize: (value) => Number(value),
    parseValue: sizeOf,
    parseLiteral: (node) => sizeOf(literal(node)),
  }),
  Duration: new GraphQLScalarType<number, string>({
    name: "Duration",
    serialize: (value) => durationText(value as number),
    parseValue: durationOf,
    parseLiteral: (node) => durationOf(literal(node)),
  }),
  JSON: new GraphQLScalarType<unknown, unknown>({
    name: "JSON",
    serialize: (value) => value,
    parseValue: (value) => jsonOf(value),
    parseLiteral: (node, variables) => jsonOf(valueFromASTUntyped(node, variables)),
  }),
};
