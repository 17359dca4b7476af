// Copyright the SpareGrid authors. Apache-2.0.
import { SgError } from "../errors/mod.ts";
import { type FileType, isFileName } from "../storage/mod.ts";
import { isStoreName } from "./names.ts";
import { StatusError } from "./problem.ts";
import type { StoreFile, StorePlace } from "./store.ts";

/** What a request asks for, by its method and path alone. */
export type Route =
  | { readonly kind: "create"; readonly place: StorePlace }
  | { readonly kind: "removeAll"; readonly place: StorePlace }
  | { readonly kind: "missing"; readonly place: StorePlace }
  | { readonly kind: "usage"; readonly place: StorePlace }
  | { readonly kind: "since"; readonly place: StorePlace; readonly sequence: number }
  | { readonly kind: "list"; readonly place: StorePlace; readonly type: FileType }
  | { readonly kind: "head" | "get" | "store" | "remove"; readonly file: StoreFile }
  | { readonly kind: "redeem" }
  | { readonly kind: "request" }
  | { readonly kind: "account" };

/** Folders of a repository as the protocol knows them. */
const TYPES: readonly string[] = ["data", "keys", "locks", "snapshots", "index"];
const FILE_KINDS: Readonly<Record<string, "head" | "get" | "store" | "remove">> = {
  HEAD: "head",
  GET: "get",
  POST: "store",
  DELETE: "remove",
};

/**
 * Reads a request's target. Every name is on a list of what is allowed before anything is looked up, as it is written: a
 * path needs no escapes, so one with any is refused. SG1040 (400) for what is no path of this port, 405 for a method that it
 * has not.
 */
export function routeOf(method: string, target: string): Route {
  const query = target.indexOf("?");
  const path = query < 0 ? target : target.slice(0, query);
  const search = query < 0 ? "" : target.slice(query + 1);
  if (!/^\/[a-z0-9._/-]*$/.test(path)) throw noPath();
  const parts = path.slice(1).split("/");
  if (parts[0] === ".sparegrid") return pairingRoute(method, parts, search);
  const [account, repository, ...rest] = parts;
  if (!isStoreName(account ?? "") || !isStoreName(repository ?? "") || rest.length === 0) throw noPath();
  const place = { account: account!, repository: repository! };
  if (rest.length === 1 && rest[0] === "") return repositoryRoute(method, place, search);
  if (search !== "") throw noPath();
  if (rest.length === 1 && rest[0] === "config") {
    return fileRoute(method, { ...place, type: "config", name: "" });
  }
  const [type, name] = rest as [string, string?];
  if (!TYPES.includes(type) || name === undefined || rest.length > 2) throw noPath();
  if (name === "") {
    return must(method, "GET", { kind: "list", place, type: type as FileType });
  }
  if (!isFileName(type as FileType, name)) throw noPath();
  return fileRoute(method, { ...place, type: type as FileType, name });
}

function repositoryRoute(method: string, place: StorePlace, search: string): Route {
  if (search === "create=true") return must(method, "POST", { kind: "create", place });
  if (search === "missing") return must(method, "POST", { kind: "missing", place });
  if (search === "usage") return must(method, "GET", { kind: "usage", place });
  const since = /^since=(\d{1,15})$/.exec(search)?.[1];
  if (since !== undefined) return must(method, "GET", { kind: "since", place, sequence: Number(since) });
  if (search === "") return must(method, "DELETE", { kind: "removeAll", place });
  throw noPath();
}

function pairingRoute(method: string, [, what, more]: readonly string[], search: string): Route {
  if (more !== undefined || search !== "") throw noPath();
  if (what === "redeem" || what === "request") return must(method, "POST", { kind: what });
  if (what === "account") return must(method, "GET", { kind: what });
  throw noPath();
}

function fileRoute(method: string, file: StoreFile): Route {
  const kind = FILE_KINDS[method];
  if (kind === undefined) throw noMethod("HEAD, GET, POST, DELETE");
  return { kind, file };
}

function must(method: string, allowed: string, route: Route): Route {
  if (method === allowed) return route;
  throw noMethod(allowed);
}

function noPath(): SgError {
  return new SgError("SG1040", "This is no path of the backup port");
}

function noMethod(allowed: string): SgError {
  return new StatusError(405, "SG1040", `The backup port answers to ${allowed} here`, { Allow: allowed });
}
