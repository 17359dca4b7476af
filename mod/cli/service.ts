// Copyright the SpareGrid authors. Apache-2.0.
import type { ApiClient, ApiOrder, ApiVariables } from "../app/mod.ts";
import { SgError } from "../errors/mod.ts";
import type { Arguments } from "./arguments.ts";
import type { Context } from "./command.ts";
import { shownText } from "./shown_text.ts";

/** What the options say about the service; the environment is looked at in mod/app. */
export function apiOrder(args: Arguments, { env }: Context): ApiOrder {
  const text = (name: string, variable: string) => args.text(name) ?? env(variable);
  const address = text("address", "SPAREGRID_ADDRESS");
  const tokenFile = args.text("token-file");
  const fingerprint = text("fingerprint", "SPAREGRID_FINGERPRINT");
  const data = text("data", "SPAREGRID_DATA");
  return {
    ...(address === undefined ? {} : { address }),
    ...(tokenFile === undefined ? {} : { tokenFile }),
    ...(fingerprint === undefined ? {} : { fingerprint }),
    ...(data === undefined ? {} : { data }),
  };
}

/** The service that the options name, asked by one command. Disposing it closes its connections. */
export class Service implements Disposable {
  readonly #client: ApiClient;
  readonly #signal: AbortSignal;

  private constructor(client: ApiClient, signal: AbortSignal) {
    this.#client = client;
    this.#signal = signal;
  }

  /** Opens the way to it; nothing is sent yet. */
  static async open(args: Arguments, context: Context): Promise<Service> {
    const { openApi } = await context.app();
    return new Service(await openApi(apiOrder(args, context)), context.signal);
  }

  /** Where it is, for people. */
  get address(): string {
    return this.#client.address;
  }

  /** Asks a query, or orders a mutation. */
  ask<T>(document: string, variables: ApiVariables = {}): Promise<T> {
    return this.#client.ask<T>(document, variables, this.#signal);
  }

  /** Follows a subscription. */
  follow<T>(document: string, variables: ApiVariables = {}): AsyncIterable<T> {
    return this.#client.follow<T>(document, variables, this.#signal);
  }

  /** The set of a name or an ID. SG1036. */
  async set(nameOrId: string): Promise<{ readonly id: string; readonly name: string }> {
    interface Found {
      readonly set: { readonly id: string; readonly name: string } | null;
    }
    const document = "query($id: ID, $name: String) { set(id: $id, name: $name) { id name } }";
    const byName = (await this.ask<Found>(document, { name: nameOrId })).set;
    if (byName !== null) return byName;
    const byId = (await this.ask<Found>(document, { id: nameOrId })).set;
    if (byId !== null) return byId;
    throw notThere(`the set ${shownText(nameOrId)}`, "sparegrid set list");
  }

  /** The ID of the destination of a name or an ID. SG1036. */
  destinationId(nameOrId: string): Promise<string> {
    return this.#idByName("destinations", nameOrId, "destination", "sparegrid destination list");
  }

  /** The ID of the user of a name or an ID. SG1036. */
  userId(nameOrId: string): Promise<string> {
    return this.#idByName("users", nameOrId, "user", "sparegrid user list");
  }

  /** The ID of the token of a name or an ID. SG1036. */
  tokenId(nameOrId: string): Promise<string> {
    return this.#idByName("tokens", nameOrId, "token", "sparegrid token list");
  }

  /** The invitation of an ID or the beginning of one. SG1036, also where several begin so. */
  inviteId(start: string): Promise<string> {
    return this.#idByStart("invites", start, "invitation", "sparegrid invite list");
  }

  [Symbol.dispose](): void {
    this.#client[Symbol.dispose]();
  }

  async #idByStart(field: string, start: string, what: string, list: string): Promise<string> {
    // People use short IDs of what they have just seen, which stands first.
    const answer = await this.ask<Record<string, { readonly nodes: readonly { readonly id: string }[] }>>(
      `{ ${field}(first: 200) { nodes { id } } }`,
    );
    const found = answer[field]!.nodes.filter(({ id }) => id.startsWith(start.toLowerCase()));
    if (found.length === 1) return found[0]!.id;
    if (found.length > 1) {
      throw new SgError(
        "SG1036",
        `Cannot tell which ${what} ${shownText(start)} is: ${found.length} begin so`,
        {
          remedy: "Give more digits.",
        },
      );
    }
    throw notThere(`the ${what} ${shownText(start)}`, list);
  }

  async #idByName(field: string, nameOrId: string, what: string, list: string): Promise<string> {
    interface Page {
      readonly [field: string]: {
        readonly nodes: readonly { readonly id: string; readonly name: string }[];
        readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
      };
    }
    const document =
      `query($after: String) { ${field}(first: 200, after: $after) { nodes { id name } pageInfo { hasNextPage endCursor } } }`;
    const wanted = nameOrId.toLowerCase();
    for (let after: string | null = null;;) {
      const page: Page[string] = (await this.ask<Page>(document, { after }))[field]!;
      const found = page.nodes.find(({ id, name }) => id === nameOrId || name.toLowerCase() === wanted);
      if (found !== undefined) return found.id;
      if (!page.pageInfo.hasNextPage) throw notThere(`the ${what} ${shownText(nameOrId)}`, list);
      after = page.pageInfo.endCursor;
    }
  }
}

function notThere(what: string, list: string): SgError {
  return new SgError("SG1036", `Cannot find ${what}`, { remedy: `See the list: ${list}` });
}
