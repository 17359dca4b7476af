// Copyright the SpareGrid authors. Apache-2.0.
import { type AccountRoom, openAccountRoom } from "../../mod/account/mod.ts";
import { type ApiNeeds, graphqlHandler, setCookie } from "../../mod/api/mod.ts";
import { Audit } from "../../mod/audit/mod.ts";
import { type Clock, type Log, systemClock, systemRandom } from "../../mod/base/mod.ts";
import { type Catalog, openCatalog } from "../../mod/catalog/mod.ts";
import { HttpServer } from "../../mod/http/mod.ts";
import { openFileSystem } from "../../mod/platform/mod.ts";
import { QUICK } from "./account_stage.ts";
import { ApiPeople } from "./api_people.ts";
import { apiClient, apiInstallation, ApiRuns, ApiServer } from "./api_rooms.ts";
import { scratch } from "./scratch.ts";
import { SeededRandom } from "./seeded_random.ts";

/** What a request came back with. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // deno-lint-ignore no-explicit-any -- tests look into it as they know it to be
  readonly data: any;
  readonly codes: readonly string[];
  readonly text: string;
}

/** Who sends a request: by cookie and CSRF value, by token, or nobody. */
export interface Sender {
  readonly cookie?: string;
  readonly csrf?: string;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** The API over a real socket, a real catalog and a real audit log; the rooms below are doubles. */
export interface ApiStage extends AsyncDisposable {
  readonly url: string;
  readonly people: ApiPeople;
  readonly account: AccountRoom;
  readonly catalog: Catalog;
  readonly runs: ApiRuns;
  readonly server: ApiServer;
  readonly audit: Audit;
  /** Lines of the program's log. */
  readonly logged: string[];
  ask(query: string, variables?: Record<string, unknown>, sender?: Sender): Promise<Answer>;
  post(body: BodyInit, sender?: Sender): Promise<Answer>;
  /** A subscription's events, each the data of one. */
  // deno-lint-ignore no-explicit-any -- as above
  subscribe(query: string, sender: Sender): AsyncGenerator<any>;
  stop(): void;
}

/** Other rooms than the stage's own; undefined: none. */
export type Replacement = { readonly [K in keyof ApiNeeds]?: ApiNeeds[K] | undefined };

/** Opens a stage; `replace` puts other rooms in. */
export async function apiStage(
  replace: Replacement = {},
  clock: Clock = systemClock,
  tls?: { readonly certificate: string; readonly key: string },
): Promise<ApiStage> {
  const folder = await scratch();
  const fs = openFileSystem();
  const catalog = await openCatalog({ fs, clock, folder: folder.path });
  const audit = new Audit({ catalog, clock });
  const account = await openAccountRoom({
    fs,
    clock,
    random: systemRandom,
    folder: folder.path,
    catalog,
    passwordCost: QUICK,
  });
  const people = new ApiPeople(account);
  const runs = new ApiRuns();
  const server = new ApiServer();
  const logged: string[] = [];
  const log: Log = {
    write: (level, message, facts = {}) => void logged.push(`${level} ${message} ${JSON.stringify(facts)}`),
  };
  const stopping = new AbortController();
  const needs = {
    installation: apiInstallation(),
    account,
    audit,
    runs,
    client: apiClient(runs),
    server,
    ...replace,
  } as ApiNeeds;
  const handler = graphqlHandler({
    needs,
    clock,
    random: new SeededRandom(1),
    log,
    doorplate: { hosts: ["pc.example"] },
    stopping: stopping.signal,
  });
  const http = HttpServer.listen(
    { hostname: "127.0.0.1", port: 0, log, clock, ...(tls ? { tls } : {}) },
    handler,
  );
  const url = `${tls ? "https" : "http"}://127.0.0.1:${http.address.port}/graphql`;
  const post = async (body: BodyInit, sender: Sender = {}): Promise<Answer> => {
    const response = await fetch(url, {
      method: "POST",
      headers: headersOf(sender),
      body,
      ...signalOf(sender),
    });
    return answerOf(response, await response.text());
  };
  return {
    url,
    people,
    account,
    catalog,
    runs,
    server,
    audit,
    logged,
    post,
    ask: (query, variables, sender) => post(JSON.stringify({ query, variables }), sender),
    subscribe: (query, sender) => events(url, query, sender),
    stop: () => stopping.abort(),
    [Symbol.asyncDispose]: async () => {
      stopping.abort();
      await http.close(0);
      await catalog[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

function headersOf({ cookie, csrf, token, headers }: Sender): Record<string, string> {
  return {
    "content-type": "application/json",
    ...(cookie === undefined ? {} : { cookie: setCookie(cookie, false).split(";")[0]! }),
    ...(csrf === undefined ? {} : { "x-sparegrid-csrf": csrf }),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...headers,
  };
}

function signalOf({ signal }: Sender): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}

function answerOf(response: Response, text: string): Answer {
  const json = text === "" ? {} : JSON.parse(text);
  const codes = (json.errors ?? []).map(({ extensions }: { extensions: { code: string } }) =>
    extensions.code
  );
  return { status: response.status, headers: response.headers, data: json.data, codes, text };
}

// deno-lint-ignore no-explicit-any -- tests look into it as they know it to be
async function* events(url: string, query: string, sender: Sender): AsyncGenerator<any> {
  const response = await fetch(url, {
    method: "POST",
    headers: { ...headersOf(sender), accept: "text/event-stream" },
    body: JSON.stringify({ query }),
    ...signalOf(sender),
  });
  let rest = "";
  for await (const piece of response.body!.pipeThrough(new TextDecoderStream())) {
    rest += piece;
    for (let at = rest.indexOf("\n\n"); at >= 0; at = rest.indexOf("\n\n")) {
      const event = rest.slice(0, at);
      rest = rest.slice(at + 2);
      if (event.startsWith("event: complete")) return;
      if (event.startsWith("event: next\ndata: ")) yield JSON.parse(event.slice(18));
    }
  }
}
