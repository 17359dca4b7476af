// Copyright the SpareGrid authors. Apache-2.0.
import type { IncomingMessage, ServerResponse } from "node:http";
import { isLoopback } from "../base/mod.ts";
import { SgError, toSgError } from "../errors/mod.ts";
import { bodyPieces, type HttpCall, type HttpHandler } from "../http/mod.ts";
import { targetUri } from "../signature/mod.ts";
import { answerFile, answerHead, answerList } from "./_file_answers.ts";
import { answerJson, jsonBody } from "./_json.ts";
import { answerPairing } from "./_pairing.ts";
import type { ProvedClient } from "./needs.ts";
import type { BackupPortParts, PortCall } from "./port_call.ts";
import { answerProblem, statusOf } from "./problem.ts";
import { type Route, routeOf } from "./route.ts";
import type { StoreFile, StorePlace } from "./store.ts";
import type { Stores } from "./stores.ts";
import { mustBeWelcome } from "./welcome.ts";

/** Names that one `?missing` may ask about, and the bytes of its body. */
const MISSING_NAMES_MAX = 50_000;
const MISSING_BYTES_MAX = MISSING_NAMES_MAX * 80;

type RepositoryRoute = Exclude<Route, { kind: "redeem" | "request" | "account" }>;

/**
 * The backup port: restic's REST protocol, version 2, with SpareGrid's additions (docs/backup-port.md). It proves who asks,
 * holds the request against the account, and hands it to the stores.
 */
export function backupPort(parts: BackupPortParts): HttpHandler {
  return async (request, response, call) => {
    response.setHeader("SpareGrid-Server", "1");
    try {
      await answer(parts, { request, response, call });
    } catch (error) {
      if (call.signal.aborted) return;
      refuse(parts, request, response, call, error);
    }
  };
}

async function answer(parts: BackupPortParts, port: PortCall): Promise<void> {
  const route = routeOf(port.request.method ?? "", port.request.url ?? "");
  if (route.kind === "redeem" || route.kind === "request") {
    return await answerPairing(parts, route.kind, port);
  }
  const client = await prove(parts, port);
  if (route.kind === "account") return answerJson(port.response, accountFacts(parts, client));
  const place = "file" in route ? route.file : route.place;
  // The same for accounts that are there and those that are not.
  if (place.account !== client.account.id) {
    throw new SgError("SG1038", `Account ${client.account.id} may not use what belongs to others`);
  }
  mustBeWelcome(client.account);
  await serve(parts, port, route, client);
}

async function serve(
  parts: BackupPortParts,
  port: PortCall,
  route: RepositoryRoute,
  client: ProvedClient,
): Promise<void> {
  const { stores } = parts;
  const { request, response, call } = port;
  const { account } = client;
  switch (route.kind) {
    case "create":
      await stores.create(route.place, account);
      return answerEmpty(response);
    case "removeAll":
      throw new SgError("SG1045", "A repository is removed by the server's administrator only");
    case "missing":
      return answerJson(response, await missing(stores, port, route.place, client));
    case "usage":
      return answerJson(response, usage(stores, client));
    case "since":
      return answerJson(response, await stores.since(route.place, route.sequence));
    case "list":
      return await answerList(stores, port, route.place, route.type);
    case "head":
      return await answerHead(stores, port, route.file);
    case "get":
      return await answerFile(stores, port, route.file);
    case "remove":
      await stores.remove(route.file, account, request.socket);
      return answerEmpty(response);
    case "store":
      await stores.take({
        ...{ file: route.file, account, signal: call.signal, connection: request.socket },
        ...{ body: bodyPieces(request, call.signal, { lent: true }), declaredBytes: declaredBytes(request) },
        ...(client.bodySha256 ? { bodySha256: client.bodySha256 } : {}),
      });
      return answerEmpty(response);
  }
}

/** Who sent the request. */
async function prove(
  { accounts, allowBasicPlain }: BackupPortParts,
  { request, call }: PortCall,
): Promise<ProvedClient> {
  const { headers, method = "", url = "" } = request;
  const { secure, remoteAddress } = call;
  return await accounts.authenticate({
    ...{ method, remoteAddress, hasBody: declaredBytes(request) !== 0 },
    targetUri: targetUri(secure, headers.host ?? "", url),
    basicAllowed: secure || isLoopback(remoteAddress) || allowBasicPlain(),
    headers: {
      get: (name) => {
        const value = headers[name.toLowerCase()];
        return Array.isArray(value) ? value.join(", ") : value;
      },
    },
  });
}

async function missing(
  stores: Stores,
  port: PortCall,
  place: StorePlace,
  client: ProvedClient,
): Promise<string[]> {
  const names = await jsonBody(port, MISSING_BYTES_MAX, client.bodySha256);
  if (!Array.isArray(names) || names.length > MISSING_NAMES_MAX) {
    throw new SgError("SG1040", `?missing takes a list of at most ${MISSING_NAMES_MAX} names`);
  }
  const files = names.map((name): StoreFile => {
    const route = typeof name === "string" && /^[a-z]+(?:\/[0-9a-f]{64})?$/.test(name)
      ? routeOf("GET", `/${place.account}/${place.repository}/${name}`)
      : undefined;
    if (route?.kind !== "get") throw new SgError("SG1040", "?missing takes names as type/name");
    return route.file;
  });
  return await stores.missing(place, files, port.call.signal);
}

function usage(stores: Stores, { account }: ProvedClient): Record<string, number | null> {
  const { storedBytes, trashBytes } = stores.usageOf(account.id);
  return {
    used: storedBytes + trashBytes,
    allotted: account.quotaBytes,
    free: stores.freeFor(account),
    trash: trashBytes,
    retentionLockDays: account.retentionLockDays,
  };
}

function accountFacts({ stores }: BackupPortParts, client: ProvedClient): Record<string, unknown> {
  const { id, state, suspended, appendOnly } = client.account;
  return { account: id, state, suspended, appendOnly, ...usage(stores, client) };
}

function answerEmpty(response: ServerResponse): void {
  response.writeHead(200, { "Content-Length": 0 });
  response.end();
}

function declaredBytes({ headers }: IncomingMessage): number | undefined {
  if (headers["transfer-encoding"] !== undefined) return undefined;
  return Number(headers["content-length"] ?? 0);
}

function refuse(
  { log }: BackupPortParts,
  request: IncomingMessage,
  response: ServerResponse,
  { remoteAddress }: HttpCall,
  cause: unknown,
): void {
  const error = toSgError(cause);
  const status = statusOf(error);
  log.write(status >= 500 && status !== 507 ? "error" : "info", "a request to the backup port was refused", {
    ...{ code: error.code, status, address: remoteAddress, method: request.method ?? "" },
    ...{ path: (request.url ?? "").slice(0, 300), reason: error.message },
  });
  // What has begun cannot be taken back: it is cut, so that nobody takes it for whole.
  if (response.headersSent) response.destroy();
  else answerProblem(response, error, request.method === "HEAD");
}
