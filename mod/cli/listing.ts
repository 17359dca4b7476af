// Copyright the SpareGrid authors. Apache-2.0.
import type { ApiVariables } from "../app/mod.ts";
import type { Arguments } from "./arguments.ts";
import type { Context } from "./command.ts";
import type { OptionSpec } from "./option_spec.ts";
import type { Service } from "./service.ts";
import type { Column } from "./table.ts";
import { counted } from "./units.ts";

/** A list of the service, and how it is shown. */
export interface Listing<Node> {
  /** The field of Query that answers it. */
  readonly field: string;
  /** Its own arguments as declared and as passed, such as `["$filter: RunFilter", "filter: $filter"]`. */
  readonly arguments?: readonly [declared: string, passed: string];
  readonly variables?: ApiVariables;
  /** The fields of a node. */
  readonly fields: string;
  /** `message_type` of each with `--json`, and the noun for the count. */
  readonly noun: string;
  readonly plural?: string;
  readonly columns: readonly Column[];
  readonly row: (node: Node) => readonly string[];
  /** The connection tells how many there are in all. Default true. */
  readonly counts?: boolean;
}

/** The option that bounds a list. */
export const LIMIT_OPTION: OptionSpec = {
  name: "limit",
  value: "N",
  help: "Show at most so many; default 100, 0: all",
};

/** Nodes asked for at a time. */
const PAGE = 100;
const LIMIT_DEFAULT = 100;

interface Connection<Node> {
  readonly nodes: readonly Node[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly totalCount?: number;
}

/** Prints a list as a table, or with `--json` a line for each. Answers how many were shown. */
export async function printListing<Node extends object>(
  listing: Listing<Node>,
  service: Service,
  { output }: Context,
  args: Arguments,
): Promise<number> {
  const limit = args.count("limit") ?? LIMIT_DEFAULT;
  const rows: (readonly string[])[] = [];
  let shown = 0, total: number | undefined, more = false;
  for await (const page of pages(listing, service, limit === 0 ? Infinity : limit)) {
    total = page.totalCount;
    more = page.pageInfo.hasNextPage;
    for (const node of page.nodes) {
      if (output.mode.json) output.object({ message_type: listing.noun.replaceAll(" ", "_"), ...node });
      else rows.push(listing.row(node));
      shown++;
    }
  }
  if (rows.length > 0) output.table(listing.columns, rows);
  const count = counted(shown, listing.noun, listing.plural);
  output.info(more ? `${count}${total === undefined ? "" : ` of ${total}`}; see more with --limit` : count);
  return shown;
}

/** The pages of a list, up to `limit` nodes. */
export async function* pages<Node>(
  { field, arguments: own, variables = {}, fields, counts = true }: Listing<Node>,
  service: Service,
  limit: number,
): AsyncGenerator<Connection<Node>> {
  const declared = ["$first: Int!", "$after: String", ...(own === undefined ? [] : [own[0]])].join(", ");
  const passed = ["first: $first", "after: $after", ...(own === undefined ? [] : [own[1]])].join(", ");
  const document = `query(${declared}) { ${field}(${passed}) { nodes { ${fields} } ` +
    `pageInfo { hasNextPage endCursor }${counts ? " totalCount" : ""} } }`;
  let after: string | null = null;
  for (let left = limit; left > 0;) {
    const first: number = Math.min(left, PAGE);
    const answer: Record<string, Connection<Node>> = await service.ask(document, {
      ...variables,
      first,
      after,
    });
    const page: Connection<Node> = answer[field]!;
    yield page;
    left -= page.nodes.length;
    if (!page.pageInfo.hasNextPage || page.nodes.length === 0) return;
    after = page.pageInfo.endCursor;
  }
}
