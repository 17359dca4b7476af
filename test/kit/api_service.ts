// Copyright the SpareGrid authors. Apache-2.0.
import { openAccountRoom } from "../../mod/account/mod.ts";
import { type ApiNeeds, graphqlHandler } from "../../mod/api/mod.ts";
import { Audit } from "../../mod/audit/mod.ts";
import { silentLog, systemClock, systemRandom } from "../../mod/base/mod.ts";
import { openCatalog } from "../../mod/catalog/mod.ts";
import { openClient } from "../../mod/client/mod.ts";
import { HttpServer } from "../../mod/http/mod.ts";
import { openFileSystem } from "../../mod/platform/mod.ts";
import { QUICK } from "./account_stage.ts";
import { apiClient, apiInstallation, ApiRuns } from "./api_rooms.ts";
import { CHEAP_KDF } from "./repository.ts";
import { scratch } from "./scratch.ts";

/** The API over real rooms: catalog, accounts, audit log and client role; on a real socket. */
export interface ApiService extends AsyncDisposable {
  readonly url: string;
  /** A folder that goes away with it. */
  readonly folder: string;
  /** The one-time code of the first start. */
  readonly setUpCode: string;
}

/** `await using service = await apiService()`. */
export async function apiService(): Promise<ApiService> {
  await using parts = new AsyncDisposableStack();
  const folder = parts.use(await scratch()).path;
  const [fs, clock, random, log] = [openFileSystem(), systemClock, systemRandom, silentLog];
  const catalog = parts.use(await openCatalog({ fs, clock, folder }));
  const account = await openAccountRoom({ fs, clock, random, folder, catalog, passwordCost: QUICK });
  const client = parts.use(
    await openClient({
      ...{ catalog, vault: account.vault, ports: { clock, random, fs, log } },
      ...{ dataFolder: folder, threads: 1, kdf: CHEAP_KDF },
    }),
  );
  const { preview, snapshots } = apiClient(new ApiRuns()); // until the client looks into snapshots
  const needs: ApiNeeds = {
    ...{ installation: apiInstallation(), account, audit: new Audit({ catalog, clock }), runs: client.runs },
    client: {
      ...{ destinations: client.destinations, sets: client.sets, runs: client.runs, preview },
      snapshots: Object.assign(client.snapshots, { ...snapshots, ...pageOf(client.snapshots) }),
    },
  };
  const stopping = new AbortController();
  parts.defer(() => stopping.abort());
  const place = { needs, clock, random, log, doorplate: { hosts: [] }, stopping: stopping.signal };
  const http = HttpServer.listen({ hostname: "127.0.0.1", port: 0, log, clock }, graphqlHandler(place));
  parts.defer(() => http.close(0));
  const { code } = await account.setUpCode.begin();
  const open = parts.move();
  return {
    url: `http://127.0.0.1:${http.address.port}/graphql`,
    folder,
    setUpCode: code!,
    [Symbol.asyncDispose]: () => open[Symbol.asyncDispose](),
  };
}

function pageOf(book: Awaited<ReturnType<typeof openClient>>["snapshots"]) {
  return { page: book.page.bind(book), count: book.count.bind(book), summary: book.summary.bind(book) };
}
