// Copyright the SpareGrid authors. Apache-2.0.
// What a document may ask for. It is measured before it is validated or run: each fragment once, so that fragments of
// fragments cannot make the measuring itself long.
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  getNamedType,
  getNullableType,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from "graphql";
import { SgError } from "../errors/mod.ts";

/** What the service allows. */
export const LIMITS = {
  /** Fields below each other. */
  depth: 10,
  /** Renamed fields, those of fragments once for each use. */
  aliases: 30,
  directives: 30,
  /** How often one answer's name may stand in one pair of braces: comparing them all takes the square of it. */
  repeats: 30,
  /** Objects count 1, their values 0.1, both times the length of the page that they stand in. */
  cost: 5_000,
  /** Words and signs of a document. */
  tokens: 2_000,
  /** Characters of a document: one token may be a long text. */
  characters: 65_536,
} as const;

const LEAF_COST = 0.1;
/** A list without `first` is taken to be this long. */
const LIST_LENGTH = 10;
const PAGE_LENGTH = 50;
/** The schema, described by itself: some 200 kB. */
const INTROSPECTION_COST = 1_000;

/** How deep, renamed and costly a part of a document is. */
interface Measure {
  depth: number;
  aliases: number;
  cost: number;
}

/** Refuses, with SG1041, a document that is deeper, wider or more costly than allowed. What does not exist counts as a leaf. */
export function checkLimits(
  schema: GraphQLSchema,
  document: DocumentNode,
  variables: Readonly<Record<string, unknown>>,
): void {
  let directives = 0;
  visit(document, { Directive: () => void directives++ });
  refuseAbove("directives", directives);
  const measuring = new Measuring(schema, document, variables);
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const { depth, aliases, cost } = measuring.operation(definition);
    refuseAbove("depth", depth);
    refuseAbove("aliases", aliases);
    refuseAbove("cost", Math.round(cost));
  }
}

function refuseAbove(what: keyof typeof LIMITS, found: number): void {
  if (found <= LIMITS[what]) return;
  const shown = Number.isFinite(found) ? String(found) : "no end";
  throw new SgError(
    "SG1041",
    `Cannot answer the request: its ${what} is ${shown}, and ${LIMITS[what]} is allowed`,
  );
}

class Measuring {
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  /** By fragment and the length of the page around it. */
  readonly #known = new Map<string, Measure>();
  readonly #open = new Set<string>();

  constructor(
    readonly schema: GraphQLSchema,
    document: DocumentNode,
    readonly variables: Readonly<Record<string, unknown>>,
  ) {
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) {
        this.#fragments.set(definition.name.value, definition);
      }
    }
  }

  operation(definition: OperationDefinitionNode): Measure {
    return this.#selections(
      definition.selectionSet,
      this.schema.getRootType(definition.operation),
      PAGE_LENGTH,
    );
  }

  #selections(
    { selections }: SelectionSetNode,
    type: GraphQLNamedType | null | undefined,
    page: number,
  ): Measure {
    const sum = { depth: 0, aliases: 0, cost: 0 };
    const names = new Map<string, number>();
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        const name = (selection.alias ?? selection.name).value;
        const repeats = (names.get(name) ?? 0) + 1;
        refuseAbove("repeats", repeats);
        names.set(name, repeats);
      }
      const part = this.#selection(selection, type, page);
      sum.depth = Math.max(sum.depth, part.depth);
      sum.aliases += part.aliases;
      sum.cost += part.cost;
    }
    return sum;
  }

  #selection(selection: SelectionNode, type: GraphQLNamedType | null | undefined, page: number): Measure {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return this.#fragment(selection.name.value, page);
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      const on = selection.typeCondition && this.schema.getType(selection.typeCondition.name.value);
      return this.#selections(selection.selectionSet, on ?? type, page);
    }
    const name = selection.name.value;
    const aliases = selection.alias === undefined ? 0 : 1;
    if (name === "__schema" || name === "__type") return { depth: 1, aliases, cost: INTROSPECTION_COST };
    const field = isObjectType(type) ? type.getFields()[name] : undefined;
    if (selection.selectionSet === undefined) return { depth: 1, aliases, cost: LEAF_COST };
    const first = this.#first(selection, field);
    const below = this.#selections(selection.selectionSet, field && getNamedType(field.type), first ?? page);
    const times = field && isListType(getNullableType(field.type))
      ? (name === "nodes" ? page : LIST_LENGTH)
      : 1;
    return { depth: below.depth + 1, aliases: below.aliases + aliases, cost: times * (below.cost + 1) };
  }

  #fragment(name: string, page: number): Measure {
    const key = `${page} ${name}`;
    const known = this.#known.get(key);
    if (known) return known;
    if (this.#open.has(name)) return { depth: Infinity, aliases: 0, cost: 0 };
    const fragment = this.#fragments.get(name);
    if (!fragment) return { depth: 0, aliases: 0, cost: 0 };
    this.#open.add(name);
    const type = this.schema.getType(fragment.typeCondition.name.value);
    const measure = this.#selections(fragment.selectionSet, type, page);
    this.#open.delete(name);
    this.#known.set(key, measure);
    return measure;
  }

  /** The length of the page that a list's field asks for; undefined where the field takes no `first`. */
  #first(selection: SelectionNode & { kind: Kind.FIELD }, field: GraphQLField<unknown, unknown> | undefined) {
    const parameter = field?.args.find(({ name }) => name === "first");
    if (!parameter) return undefined;
    const given = selection.arguments?.find(({ name }) => name.value === "first")?.value;
    const value = given?.kind === Kind.INT
      ? Number(given.value)
      : given?.kind === Kind.VARIABLE
      ? this.variables[given.name.value]
      : parameter.defaultValue;
    // A variable's own default, or nonsense: the schema's default is taken, and the resolver looks at the value itself.
    return typeof value === "number" && value >= 0 ? value : PAGE_LENGTH;
  }
}
